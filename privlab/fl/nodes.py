"""The clients of an in-process federation: what each keeps, and how it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flwr.app import Context, Error, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.clientapp.client_app import ClientAppException
from flwr.common.constant import SUPERLINK_NODE_ID, ErrorCode

from privlab.fl.copies import copied
from privlab.fl.failures import Failures
from privlab.fl.session import identity

FIRST_NODE = 1000  # the node of client k is FIRST_NODE + k


@dataclass(frozen=True, kw_only=True, eq=False)
class Nodes:
    """``clients`` nodes that run the same app, each with a context of its own.

    ``answer`` is what Flower's simulation does with a message: the node's context goes
    through the app; if the app raises, the reply is an error and the context is as it
    was before.
    """

    app: ClientApp
    clients: int
    run_id: int
    run_config: Mapping
    failures: Failures
    states: dict[int, RecordDict] = field(default_factory=dict)

    def answer(
        self, message: Message, *, server_round: int, client: int
    ) -> tuple[Message, str]:
        """The client's reply, or Flower's error in its place, and the outcome."""
        if self.failures.dropped(server_round, client):
            return unavailable(message), "dropped"
        try:
            if self.failures.crashed(server_round, client):
                raise RuntimeError(f"client {client} crashed in round {server_round}")
            return self._work(message, client), "answered"
        except Exception as cause:  # reported to the server, as Flower does
            error = ClientAppException(str(cause))
            reason = f"{type(error)}:<'{error}'>"
            code = ErrorCode.CLIENT_APP_RAISED_EXCEPTION
            return Message(Error(code, reason), reply_to=message), "crashed"

    def _work(self, message: Message, client: int) -> Message:
        context = Context(
            run_id=self.run_id,
            node_id=FIRST_NODE + client,
            node_config={"partition-id": client, "num-partitions": self.clients},
            state=copied(self.states.get(client, RecordDict())),
            run_config=dict(self.run_config),
        )
        with identity(run=self.run_id, node=context.node_id):
            reply = self.app(message, context)
        if not isinstance(reply, Message):
            raise TypeError(f"the ClientApp returned {reply!r}, must be a Message")
        self.states[client] = context.state
        return reply


def unavailable(message: Message) -> Message:
    """The server's own note that a node is gone, which names no node as its source."""
    reason = "Error: Node Unavailable"
    note = Message(Error(ErrorCode.NODE_UNAVAILABLE, reason), reply_to=message)
    note.metadata.__dict__["_src_node_id"] = SUPERLINK_NODE_ID
    return note
