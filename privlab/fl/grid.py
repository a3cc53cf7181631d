"""Flower in this process: a Grid that calls the clients directly."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.common.constant import SUPERLINK_NODE_ID
from flwr.serverapp import Grid, ServerApp
from flwr.supercore.run import Run

from privlab.core import checks
from privlab.fl.copies import array_bytes, sent
from privlab.fl.failures import NONE, Failures
from privlab.fl.history import Exchange
from privlab.fl.nodes import FIRST_NODE, Nodes
from privlab.fl.session import identity, pinned, quiet

RUN = 1


@dataclass(frozen=True)
class _OnItsWay:
    """A reply that is there when the grid's clock shows ``arrival``."""

    arrival: float
    reply: Message
    exchange: int


class LocalGrid(Grid):
    """Flower's ``Grid`` for ``clients`` nodes that live in this process.

    Any ServerApp, Strategy and ClientApp with its mods runs on it unchanged. Use it as
    a context (``with LocalGrid(...) as grid: strategy.start(grid, ...)``), through
    ``serve`` or through ``run``: inside, Flower is quiet, the global generators from
    which it draws are seeded with ``seed`` and messages carry this run's identity; at
    the end all is as it was. Nodes keep their ``context.state`` as long as the grid
    lives. Messages are copied on their way: neither side can change what the other
    holds. One grid runs at a time: Flower's ``TaskIdentity`` is one for the process.
    """

    def __init__(
        self,
        client_app: ClientApp,
        *,
        clients: int,
        seed: int = 0,
        run_config: Mapping | None = None,
        failures: Failures = NONE,
    ):
        self.seed = checks.whole("seed", seed, low=0)
        self.failures = failures
        self.nodes = Nodes(
            app=client_app,
            clients=checks.whole("clients", clients),
            run_id=RUN,
            run_config={"seed": self.seed} | dict(run_config or {}),
            failures=failures,
        )
        self.clock = 0.0
        self.exchanges: list[Exchange] = []
        self._replies: dict[str, _OnItsWay] = {}
        self._round = 1
        self._run = Run.create_empty(RUN)
        self._inside: list[ExitStack] = []

    def __enter__(self) -> "LocalGrid":
        self._inside.append(ExitStack())
        for each in (
            quiet(),
            pinned(self.seed),
            identity(run=RUN, node=SUPERLINK_NODE_ID),
        ):
            self._inside[-1].enter_context(each)
        return self

    def __exit__(self, *error) -> None:
        self._inside.pop().close()

    def serve(self, server_app: ServerApp) -> Context:
        """Run a ServerApp to its end and return its context, state included."""
        config = dict(self.nodes.run_config)
        context = Context(RUN, SUPERLINK_NODE_ID, {}, RecordDict(), config)
        with self:
            server_app(self, context)
        return context

    def set_run(self, run: Run) -> None:
        self._run = run

    @property
    def run(self) -> Run:
        return self._run

    def create_message(
        self,
        content: RecordDict,
        message_type: str,
        dst_node_id: int,
        group_id: str,
        ttl: float | None = None,
    ) -> Message:
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def get_node_ids(self) -> list[int]:
        return [FIRST_NODE + client for client in range(self.nodes.clients)]

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        """Deliver a copy of each message; the client works at once."""
        return [self._deliver(message) for message in messages]

    def pull_messages(self, message_ids: Iterable[str]) -> list[Message]:
        """The replies that arrive next: the clock moves on to the first of them."""
        names = [name for name in message_ids if name in self._replies]
        if names:
            first = min(self._replies[name].arrival for name in names)
            self.clock = max(self.clock, first)
        return self._arrived(names)

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> list[Message]:
        """Deliver, and return the replies that arrive within ``timeout`` seconds.

        They come in the order of their delays, then of the messages.
        """
        start, names = self.clock, self.push_messages(messages)
        last = max((self._replies[name].arrival for name in names), default=start)
        self.clock = last if timeout is None else min(last, start + timeout)
        replies = self._arrived(names)
        for late in (self._replies.pop(n) for n in names if n in self._replies):
            noted = self.exchanges[late.exchange]
            self.exchanges[late.exchange] = replace(noted, outcome="late")
        return replies

    def _arrived(self, names: list[str]) -> list[Message]:
        there = [n for n in names if self._replies[n].arrival <= self.clock]
        there.sort(key=lambda name: self._replies[name].arrival)
        return [self._replies.pop(name).reply for name in there]

    def _deliver(self, message: Message) -> str:
        client = self._client(message)
        self._round = _round(message) or self._round
        name = str(len(self.exchanges) + 1)
        message.metadata.__dict__["_message_id"] = name  # as Flower's own grids do
        reply, outcome = self.nodes.answer(
            sent(message, name), server_round=self._round, client=client
        )
        delay = checks.at_least("delay", self.failures.delay(self._round, client), 0)
        self._replies[name] = _OnItsWay(
            self.clock + delay, sent(reply, f"reply to {name}"), len(self.exchanges)
        )
        self.exchanges.append(
            Exchange(
                round=self._round,
                client=client,
                kind=message.metadata.message_type,
                down=array_bytes(message),
                up=array_bytes(reply),
                outcome=outcome,
                seconds=delay,
            )
        )
        return name

    def _client(self, message: Message) -> int:
        client = message.metadata.dst_node_id - FIRST_NODE
        if not 0 <= client < self.nodes.clients:
            raise ValueError(
                f"dst_node_id={message.metadata.dst_node_id} must be one of the "
                f"{self.nodes.clients} nodes from {FIRST_NODE} on"
            )
        return client


def _round(message: Message) -> int:
    """The round that the server wrote into the message; 0 if none."""
    for record in message.content.values():
        if isinstance(record, ConfigRecord) and "server-round" in record:
            return int(record["server-round"])
    return 0
