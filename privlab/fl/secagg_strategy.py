"""Secure aggregation around a Flower strategy: the server's side of every message."""

from collections.abc import Callable, Collection, Iterable, Mapping
from logging import ERROR, INFO
from typing import TypeVar

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg, Strategy
from flwr.supercore import log

from privlab.fl.key_agreement import KEY_BYTES
from privlab.fl.masked_sum import ADVERTISE, MASK, REVEAL, SHARE, opened_sum
from privlab.fl.secagg import Revealed, Setting, TooFewClients
from privlab.fl.secagg_client import ARRAYS, METRICS, Code
from privlab.fl.secagg_records import NAME, put_table, taken, taken_table
from privlab.fl.vectors import flat, shaped

Answer = TypeVar("Answer")
Read = Callable[[int, RecordDict], Answer]  # raises where the answer is not sound


class SecAgg(Strategy):
    """``strategy`` is given one reply a round: the mean of all clients' updates.

    Any Grid will do. Two exchanges go before Flower's own and one after it, ``timeout``
    seconds each (Flower's own has ``start``'s); whoever does not answer one, or answers
    nonsense, is lost for the round. With fewer than ``setting.threshold`` left, or a
    sum that honest clients cannot have, the round is abandoned: an error is logged,
    ``abandoned`` says why, the model stays.

    For strategies that use the mean alone: FedAvg, FedProx, FedAvgM, FedAdam. A median
    or Krum needs what is hidden here. All nodes asked must use ``secagg_mod`` with the
    same ``setting`` and ``code``.
    """

    def __init__(
        self,
        strategy: FedAvg,
        *,
        setting: Setting,
        code: Code,
        timeout: float = 3600,
    ):
        self.strategy, self.setting, self.code = strategy, setting, code
        self.timeout = timeout
        self.abandoned: dict[int, str] = {}

    def summary(self) -> None:
        log(INFO, "\t├──> Secure aggregation: %s", self.setting)
        self.strategy.summary()

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Rounds 0 and 1 of the protocol, then the orders to train and to mask."""
        orders = self.strategy.configure_train(server_round, arrays, config, grid)
        self.grid, self.round, self.sent = grid, server_round, arrays
        self.orders = dict(enumerate(orders, start=1))
        if len(self.orders) > self.setting.clients:
            raise ValueError(
                f"{len(self.orders)} clients are asked, setting.clients="
                f"{self.setting.clients}: agree on a setting for more"
            )
        self.keys, self.sharers = {}, []
        numbers = {u: RecordDict() for u in self.orders}
        try:
            self.keys = self._ask(ADVERTISE, numbers, _keys)
            listed = {
                u: put_table(RecordDict(), self.keys, f"{NAME}.keys") for u in self.keys
            }
            letters = self._ask(SHARE, listed, self._letters)
        except TooFewClients as error:
            self._abandon(error)
            return []
        self.sharers = list(letters)
        return self._messages(MASK, {u: self._order(u, letters) for u in letters})

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """The masked vectors are in: ask for shares, open the sum, pass the mean on."""
        if server_round in self.abandoned:
            return None, None
        try:
            words = self._sound(MASK, replies, self._words)
            self._lost = set(self.sharers) - set(words)
            survivors = {"survivors": sorted(words)}
            lists = {u: RecordDict({NAME: ConfigRecord(survivors)}) for u in words}
            revealed = self._ask(REVEAL, lists, self._revealed)
            total = opened_sum(self.setting, self.keys, self.sharers, words, revealed)
            mean = self.code.decode(total, len(words))
        except (TooFewClients, OverflowError, ValueError) as error:
            self._abandon(error)
            return None, None
        reply = self._mean(flat(self.sent) + mean, words)
        return self.strategy.aggregate_train(server_round, [reply])

    def configure_evaluate(self, *arguments, **named) -> Iterable[Message]:
        return self.strategy.configure_evaluate(*arguments, **named)

    def aggregate_evaluate(self, *arguments, **named) -> MetricRecord | None:
        return self.strategy.aggregate_evaluate(*arguments, **named)

    def _abandon(self, error: Exception) -> None:
        self.abandoned[self.round] = str(error)
        log(ERROR, "round %d is abandoned: %s", self.round, error)

    def _ask(
        self, stage: str, contents: Mapping[int, RecordDict], read: Read
    ) -> dict[int, Answer]:
        messages = self._messages(stage, contents)
        replies = self.grid.send_and_receive(messages, timeout=self.timeout)
        return self._sound(stage, replies, read)

    def _messages(
        self, stage: str, contents: Mapping[int, RecordDict]
    ) -> list[Message]:
        messages = []
        for u, content in contents.items():
            told = {"stage": stage, "number": u, "server-round": self.round}
            content[NAME] = ConfigRecord(dict(content.get(NAME, {})) | told)
            to = self.orders[u].metadata
            messages.append(Message(content, to.dst_node_id, to.message_type))
        return messages

    def _order(self, u: int, letters: Mapping[int, Mapping[int, bytes]]) -> RecordDict:
        """What the inner strategy tells client u, with the letters that came for it."""
        own = {v: letters[v][u] for v in letters if v != u}
        order = RecordDict(dict(self.orders[u].content))
        return put_table(order, own, f"{NAME}.letters")

    def _sound(
        self, stage: str, replies: Iterable[Message], read: Read
    ) -> dict[int, Answer]:
        """The answers that can be read, by client; ``TooFewClients`` below t."""
        clients = {self.orders[u].metadata.dst_node_id: u for u in self.orders}
        sound = {}
        for reply in replies:
            if reply.has_error():  # its source may be the server's own note
                log(INFO, "secure aggregation, %s: %s", stage, reply.error.reason)
                continue
            u = clients[reply.metadata.src_node_id]
            try:
                sound[u] = read(u, reply.content)
            except (KeyError, TypeError, ValueError) as error:
                log(INFO, "secure aggregation, %s: client %d: %s", stage, u, error)
        self.setting.require(stage, sound)
        return dict(sorted(sound.items()))

    def _letters(self, u: int, content: RecordDict) -> dict[int, bytes]:
        letters = taken_table(content, f"{NAME}.letters")
        _same("letters", letters, set(self.keys) - {u})
        return letters

    def _words(self, u: int, content: RecordDict) -> np.ndarray:
        words = content[ARRAYS]["masked"].numpy()
        length = len(self.code.encode(np.zeros(len(flat(self.sent))), 0))
        if words.shape != (length,) or words.dtype != self.setting.word:
            raise ValueError(f"masked vector of {words.dtype} {words.shape}")
        return words

    def _revealed(self, u: int, content: RecordDict) -> Revealed:
        answer = taken(content, Revealed)
        _same("secret shares", answer.secret_shares, self._lost)
        _same("seed shares", answer.seed_shares, set(self.sharers) - self._lost)
        return answer

    def _mean(self, vector: np.ndarray, words: Mapping) -> Message:
        """The reply of a client whose update was the mean."""
        metrics = MetricRecord(
            {self.strategy.weighted_by_key: 1, "clients": len(words)}
        )
        arrays = shaped(vector, like=self.sent)
        content = RecordDict({self.strategy.arrayrecord_key: arrays, METRICS: metrics})
        return Message(content, reply_to=self.orders[min(words)])


def _keys(u: int, content: RecordDict) -> bytes:
    keys = taken_table(content, f"{NAME}.keys")
    if set(keys) != {u} or len(keys[u]) != 2 * KEY_BYTES:
        raise ValueError("these are not its two keys")
    return keys[u]


def _same(what: str, table: Collection[int], clients: set[int]) -> None:
    if set(table) != clients:
        raise ValueError(f"{what} of {sorted(table)}, not of {sorted(clients)}")
