"""Flower's SuperLink behind a door that lets other machines do one thing only.

The SuperLink answers three kinds of requests at one port. ``/v1/fleet/`` is for the
nodes, and with ``--enable-supernode-auth`` each request is signed by a registered key.
``/v1/control/`` starts runs, which are programs that every node executes, and registers
keys; ``/v1/runtime/`` hands out work. The free edition asks nobody for a password at
those two. On a class's network that would let each student run code on every machine.
So they are for the teacher's own machine, and everybody else gets 403.
"""

import sys
from collections.abc import Awaitable, Callable

from flwr.superlink import extensions
from flwr.superlink.cli import flower_superlink
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

FOR_NODES = "/v1/fleet/"
LOOPBACK = frozenset({"127.0.0.1", "::1"})

Asgi = Callable[..., Awaitable[None]]


class FleetOnly:
    """Answers 403 unless the path is the nodes' or the caller is this machine.

    ``own``: the addresses of this machine; the caller's is that of the TCP connection,
    which cannot be forged by one who wants an answer. Runs before everything else.
    """

    def __init__(self, app: Asgi, own: frozenset[str]):
        self.app, self.own = app, own

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "lifespan" and not self.open_to(scope):
            refusal = PlainTextResponse("for the teacher's machine", status_code=403)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def open_to(self, scope) -> bool:
        caller = (scope.get("client") or ("",))[0]
        return caller in self.own or scope["path"].startswith(FOR_NODES)


def main() -> None:
    """``python -m privlab.fl.superlink --host ADDRESS ...``: Flower's, guarded."""
    if "--host" not in sys.argv[:-1]:
        sys.exit("superlink: --host ADDRESS is needed, as two words")
    host = sys.argv[sys.argv.index("--host") + 1]
    door = Middleware(FleetOnly, own=LOOPBACK | {host})
    before = extensions.get_middleware
    extensions.get_middleware = lambda: (door, *before())
    flower_superlink()


if __name__ == "__main__":
    main()
