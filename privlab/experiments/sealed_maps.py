"""The maps of a transformer block under CKKS: the client seals, the server computes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from privlab.he import vectors, wire
from privlab.he.context import NETWORK, SCORE, Parameters
from privlab.he.inference import CIRCUIT, SquareNetwork
from privlab.he.keyholder import SecretKeys
from privlab.he.levels import Circuit, LevelBudget
from privlab.he.regression import score
from privlab.lm.private_inference import Ask, square_feed
from privlab.lm.transformer import Block

Layer = Callable[[Sequence], list]  # columns to columns, plain or encrypted


@dataclass(frozen=True, kw_only=True, eq=False)
class Exchange:
    """One question to the server: ``up`` and ``down`` bytes, seconds of each side.

    ``inputs`` (n, d) and ``outputs`` (n, k) are what the client knows; the server has
    seen ``sealed`` ciphertexts, and how many slots of each are filled.
    """

    name: str
    inputs: np.ndarray = field(repr=False)
    outputs: np.ndarray = field(repr=False)
    sealed: int
    up: int
    down: int
    client: float
    server: float


@dataclass(frozen=True, kw_only=True, eq=False)
class ServerMap:
    """One map of the server: ``apply`` to columns, plain or encrypted.

    ``bound`` takes the largest input to a number that nothing on the way exceeds: the
    one thing the client must know of the map, because CKKS wraps around in silence.
    """

    apply: Layer
    bound: Callable[[float], float]
    parameters: Parameters
    steps: tuple[tuple[str, int], ...]


def linear_map(layer: torch.nn.Linear) -> ServerMap:
    """``W x + b``: ``score`` once for each output, depth 1."""
    weights, bias = layer.weight.detach(), layer.bias.detach()
    rows = list(zip(weights.tolist(), bias.tolist(), strict=True))
    reach, most = weights.abs().sum(dim=1).max().item(), bias.abs().max().item()
    return ServerMap(
        apply=lambda columns: [score(columns, row, b) for row, b in rows],
        bound=lambda largest: reach * largest + most,
        parameters=SCORE,
        steps=(("weights", 1),),
    )


def square_map(block: Block, inputs: Tensor) -> ServerMap:
    """The feed-forward part with a square, fitted on public ``inputs``, depth 3."""
    network = SquareNetwork(**square_feed(block, inputs))

    def bound(largest: float) -> float:
        reach = np.abs(network.first).sum(axis=0) * largest
        squares = (reach + np.abs(network.first_bias)) ** 2
        outputs = squares @ np.abs(network.second) + np.abs(network.second_bias)
        return float(max(squares.max(), outputs.max()))

    return ServerMap(
        apply=network.scores, bound=bound, parameters=NETWORK, steps=CIRCUIT.steps
    )


def sealing(
    keys: dict[Parameters, SecretKeys],
    maps: dict[str, ServerMap],
    note: Callable[[Exchange], None],
) -> Ask:
    """``ask``: the client encrypts, the server maps ciphertexts, the client decrypts.

    ``ValueError`` before anything is sent, if the map is too deep for its parameters or
    could outgrow their range.
    """

    def ask(name: str, x: Tensor) -> Tensor:
        its, inputs = maps[name], x.flatten(0, -2).double().numpy()
        most = its.bound(float(np.abs(inputs).max()))
        plan = Circuit(name=name, steps=its.steps, largest=most)
        LevelBudget(parameters=its.parameters).check(plan)
        pair = keys[its.parameters]
        start = time.perf_counter()
        sent = vectors.columns(pair.public, inputs)
        middle = time.perf_counter()
        answer = its.apply(sent)
        end = time.perf_counter()
        outputs = np.stack([vectors.decrypt(pair, each) for each in answer], axis=1)
        note(
            Exchange(
                name=name,
                inputs=inputs,
                outputs=outputs,
                sealed=len(sent),
                up=len(wire.packed(sent)),
                down=len(wire.packed(answer)),
                client=middle - start + time.perf_counter() - end,
                server=end - middle,
            )
        )
        return torch.tensor(outputs, dtype=x.dtype).unflatten(0, x.shape[:-1])

    return ask
