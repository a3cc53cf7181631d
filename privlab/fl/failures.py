"""What goes wrong in a federation, by round and client."""

from collections.abc import Callable
from dataclasses import dataclass

When = Callable[[int, int], bool]  # (round, client) -> does it happen?


def never(server_round: int, client: int) -> bool:
    """It does not happen."""
    return False


def at_once(server_round: int, client: int) -> float:
    """The reply takes no time."""
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Failures:
    """Injected into a ``LocalGrid``; each is asked with (round, client).

    ``dropped``: the node is gone after the message was sent; its app does not run and
    the server gets Flower's error NODE_UNAVAILABLE. ``crashed``: the app raises, and
    the server gets CLIENT_APP_RAISED_EXCEPTION. ``delay``: seconds of the grid's clock
    (no real waiting) until the reply is there; beyond the timeout the server goes on
    without it, though the client has worked and keeps its state.
    """

    dropped: When = never
    crashed: When = never
    delay: Callable[[int, int], float] = at_once


NONE = Failures()
