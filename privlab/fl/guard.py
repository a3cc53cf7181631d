"""A server that survives its clients: every reply is inspected before it counts."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from flwr.app import Array, ArrayRecord, Message, MetricRecord, RecordDict
from flwr.serverapp.strategy import Strategy

from privlab.core import checks
from privlab.fl.robust import length, norm_bound, shortening
from privlab.fl.strategies import Around
from privlab.fl.vectors import flat, shaped, update

WEIGHT = "num-examples"
LARGEST = sys.float_info.max  # a whole number of Python's may be larger


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What the guard did with one reply, and why."""

    round: int
    node: int
    action: Literal["failed", "rejected", "shortened"]
    reason: str

    @property
    def summary(self) -> str:
        return f"Round {self.round}, node {self.node}: {self.action}, {self.reason}."


class Guarded(Around):
    """``strategy`` behind a guard that no single reply can stop or carry away.

    A reply is *rejected* unless it holds "arrays" of exactly the names, shapes and
    dtypes that were sent, all entries finite, and "metrics" with a finite number for
    each of ``train_metrics`` (``evaluate_metrics``), where 1 <= num-examples <=
    ``max_examples``: the weight is a claim that nobody can check, so the server bounds
    it. All else in a reply is dropped. An update longer than ``factor`` times the
    median length is *shortened* to that (Sun et al. 2019). ``incidents`` tells all.

    It bounds what hostile clients do in a round and does not undo it: where a share p
    of the weight walks backwards, the mean advances only while 1 - p > p ``factor``.
    Put it around a median for more. For strategies whose clients answer with one
    ArrayRecord; not for SCAFFOLD.
    """

    def __init__(
        self,
        strategy: Strategy,
        *,
        max_examples: int,
        factor: float = 2.0,
        train_metrics: Iterable[str] = ("loss",),
        evaluate_metrics: Iterable[str] = ("loss", "accuracy"),
    ):
        super().__init__(strategy)
        self.max_examples = checks.whole("max_examples", max_examples)
        self.factor = checks.positive("factor", factor)
        self.train_metrics = tuple(train_metrics)
        self.evaluate_metrics = tuple(evaluate_metrics)
        self.incidents: list[Incident] = []

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        sound = self._sound(server_round, replies, self._trained)
        self._shorten(server_round, sound)
        return self.strategy.aggregate_train(server_round, sound)

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        sound = self._sound(server_round, replies, self._evaluated)
        return self.strategy.aggregate_evaluate(server_round, sound)

    def _trained(self, content: RecordDict) -> RecordDict:
        arrays = sound_arrays(content, like=self.sent)
        metrics = sound_metrics(content, self.train_metrics, self.max_examples)
        return RecordDict({"arrays": arrays, "metrics": metrics})

    def _evaluated(self, content: RecordDict) -> RecordDict:
        metrics = sound_metrics(content, self.evaluate_metrics, self.max_examples)
        return RecordDict({"metrics": metrics})

    def _sound(self, server_round, replies, inspect) -> list[Message]:
        """The replies that pass, reduced to what was inspected; the rest is noted."""
        sound = []
        for reply in replies:
            if reply.has_error():
                self._note(server_round, reply, "failed", reply.error.reason)
                continue
            try:
                reply.content = inspect(reply.content)
            except ValueError as error:
                self._note(server_round, reply, "rejected", str(error))
            else:
                sound.append(reply)
        return sound

    def _shorten(self, server_round: int, replies: list[Message]) -> None:
        if not replies:
            return
        received = [reply.content["arrays"] for reply in replies]
        updates = [update(arrays, since=self.sent) for arrays in received]
        norms = np.array([length(update) for update in updates])
        bound = norm_bound(norms, factor=self.factor)
        scales = shortening(norms, bound)
        for reply, moved, norm, scale in zip(
            replies, updates, norms, scales, strict=True
        ):
            if scale < 1:
                after = flat(self.sent) + scale * moved
                reply.content["arrays"] = shaped(after, like=self.sent)
                reason = f"length {norm:.3g} over the bound {bound:.3g}"
                self._note(server_round, reply, "shortened", reason)

    def _note(self, server_round: int, reply: Message, action: str, reason: str):
        node = reply.metadata.src_node_id
        self.incidents.append(
            Incident(round=server_round, node=node, action=action, reason=reason)
        )


def sound_arrays(content: RecordDict, *, like: ArrayRecord) -> ArrayRecord:
    """The record "arrays" if it has ``like``'s names, shapes, dtypes, finite entries.

    ``ValueError`` with the first fault otherwise. The bytes are parsed only where
    their number is right: a header may claim a terabyte.
    """
    arrays = content.array_records.get("arrays")
    if arrays is None:
        raise ValueError("record 'arrays' is missing")
    if set(arrays) != set(like):
        odd = sorted(set(arrays) ^ set(like))[0]
        raise ValueError(f"array {odd!r:.40} is missing or was not asked for")
    return ArrayRecord({name: _sound(name, arrays[name], like[name]) for name in like})


def _sound(name: str, array: Array, like: Array) -> Array:
    if len(array.data) != len(like.data):
        raise ValueError(
            f"array {name!r} has {len(array.data)} bytes, not {len(like.data)}"
        )
    try:
        values = array.numpy()
    except Exception as error:  # a stranger's bytes may break the parser in any way
        raise ValueError(f"array {name!r} cannot be read: {error}") from error
    expected = like.numpy()
    if not isinstance(values, np.ndarray) or values.shape != expected.shape:
        raise ValueError(f"array {name!r} has another shape than {expected.shape}")
    if values.dtype != expected.dtype:
        raise ValueError(
            f"array {name!r} has dtype {values.dtype}, not {expected.dtype}"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"array {name!r} is not finite")
    return Array(values)  # its header written anew: no claim of the sender's is left


def sound_metrics(
    content: RecordDict, names: Iterable[str], max_examples: int
) -> MetricRecord:
    """The record "metrics" reduced to num-examples and ``names``; else ValueError."""
    metrics = content.metric_records.get("metrics")
    if metrics is None:
        raise ValueError("record 'metrics' is missing")
    kept = {name: metrics.get(name) for name in (WEIGHT, *names)}
    for name, value in kept.items():
        if type(value) not in (int, float) or not abs(value) <= LARGEST:
            raise ValueError(f"metric {name}={value!r:.40} must be a finite number")
    if not 1 <= kept[WEIGHT] <= max_examples:
        raise ValueError(f"{WEIGHT}={kept[WEIGHT]} must lie in 1..{max_examples}")
    return MetricRecord(kept)
