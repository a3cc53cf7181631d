"""Secure aggregation as a Flower mod: the client's side of every message."""

from collections.abc import Callable
from dataclasses import dataclass
from logging import ERROR
from typing import Protocol

import numpy as np
from flwr.app import Array, ArrayRecord, Context, Message, RecordDict
from flwr.clientapp.typing import ClientAppCallable, Mod
from flwr.supercore import log

from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.fl.masked_sum import ADVERTISE, MASK, REVEAL, SHARE
from privlab.fl.secagg import (
    Advertised,
    Masked,
    Refused,
    Setting,
    Shared,
    advertise_keys,
    mask_input,
    reveal_shares,
    share_keys,
)
from privlab.fl.secagg_records import NAME, forget, put, put_table, taken, taken_table
from privlab.fl.vectors import is_training, update

ARRAYS, METRICS = "arrays", "metrics"


class Code(Protocol):
    """How updates become whole numbers that can be added: as ``WeightedMean`` does."""

    def encode(self, update: np.ndarray, examples: int) -> np.ndarray: ...

    def decode(self, total: np.ndarray, clients: int) -> np.ndarray: ...


@dataclass(frozen=True, kw_only=True)
class _Exchange:
    """A message to this client, what it agreed to, and where its state is kept."""

    setting: Setting
    code: Code
    rng: RandomBytes
    message: Message
    state: RecordDict

    def state_is(self, kind: type):
        """The state, once: whoever takes it must put the next one."""
        try:
            return taken(self.state, kind)
        except ValueError as error:
            raise Refused(f"this message is out of turn: {error}") from None

    def next(self, state) -> None:
        forget(self.state)
        put(self.state, state)


def secagg_mod(setting: Setting, code: Code, *, rng: RandomBytes = SYSTEM) -> Mod:
    """A mod for ``ClientApp``: training answers only through secure aggregation.

    ``setting`` and ``code`` are this client's own, so no server can talk it into a
    lower threshold; server and clients must be given equal ones. A plain ``train``
    message is ``Refused``. Keys live in ``context.state``, on the client's machine, and
    only from the first message of a round to its last. Metrics of training are not
    sent; those of ``evaluate`` are, in the clear.

    Against a server that follows the protocol and remembers all. Against one that lies
    about keys or survivors clients must know each other: ``secagg_signed``.
    """

    def mod(message: Message, context: Context, train: ClientAppCallable) -> Message:
        if not is_training(message):
            return train(message, context)
        stage = message.content.get(NAME, {}).get("stage")
        if stage not in _STEPS:
            raise Refused(
                "this client trains under secure aggregation only: wrap the server's "
                "strategy in SecAgg"
            )
        exchange = _Exchange(
            setting=setting, code=code, rng=rng, message=message, state=context.state
        )
        content = _STEPS[stage](exchange, lambda: train(message, context))
        return Message(content, reply_to=message)

    return mod


def _advertise(exchange: _Exchange, train: Callable) -> RecordDict:
    number = exchange.message.content[NAME]["number"]
    state = advertise_keys(number, rng=exchange.rng)
    exchange.next(state)
    return put_table(RecordDict(), {number: state.keys}, f"{NAME}.keys")


def _share(exchange: _Exchange, train: Callable) -> RecordDict:
    keys = taken_table(exchange.message.content, f"{NAME}.keys")
    state, letters = share_keys(
        exchange.setting, exchange.state_is(Advertised), keys, rng=exchange.rng
    )
    exchange.next(state)
    return put_table(RecordDict(), letters, f"{NAME}.letters")


def _mask(exchange: _Exchange, train: Callable) -> RecordDict:
    content = exchange.message.content
    before = exchange.state_is(Shared)
    letters = taken_table(content, f"{NAME}.letters")
    codes = _codes(exchange.code, content[ARRAYS], train())
    state, words = mask_input(exchange.setting, before, codes, letters)
    exchange.next(state)
    return RecordDict({ARRAYS: ArrayRecord({"masked": Array(words)})})


def _codes(code: Code, before: ArrayRecord, reply: Message) -> np.ndarray:
    """The code of w_k - w; what is wrong with it stays on this machine."""
    change = update(reply.content[ARRAYS], since=before)
    try:
        return code.encode(change, int(reply.content[METRICS]["num-examples"]))
    except (OverflowError, ValueError) as error:
        log(ERROR, "secure aggregation: %s", error)
        # Flower sends the text of an exception to the server: no numbers in it.
        raise Refused(
            "the update has no code (why, says this client's log): clip, or agree on "
            "a wider range"
        ) from None


def _reveal(exchange: _Exchange, train: Callable) -> RecordDict:
    survivors = exchange.message.content[NAME]["survivors"]
    answer = reveal_shares(exchange.setting, exchange.state_is(Masked), survivors)
    forget(exchange.state)
    return put(RecordDict(), answer)


_STEPS = {ADVERTISE: _advertise, SHARE: _share, MASK: _mask, REVEAL: _reveal}
