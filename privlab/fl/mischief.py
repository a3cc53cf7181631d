"""What the owner of a node may do to the server, as Flower mods, by name."""

from collections.abc import Callable

import numpy as np
from flwr.app import Array, ArrayRecord, Context, Message
from flwr.clientapp.typing import ClientAppCallable, Mod
from flwr.supercore.utils import get_flwr_home

from privlab.fl.vectors import is_training, on_update

Choose = Callable[[Context], str]  # the name of a mischief, or "" for none


def nobody(context: Context) -> str:
    """All are honest."""
    return ""


def told(context: Context) -> str:
    """The word in the file ``mischief`` of the node's own folder, which is its
    owner's: no message of the server's can look there."""
    file = get_flwr_home() / "mischief"
    return file.read_text("utf-8").strip() if file.exists() else ""


def misbehaving(choose: Choose) -> Mod:
    """Around training, the mischief that ``choose`` names; ``KeyError`` if unknown."""

    def mod(message: Message, context: Context, train: ClientAppCallable) -> Message:
        name = choose(context) if is_training(message) else ""
        return (
            MISCHIEF[name](message, context, train) if name else train(message, context)
        )

    return mod


def _cut_short(message: Message, context: Context, train: ClientAppCallable) -> Message:
    reply = train(message, context)
    cut = {
        n: Array(own.numpy()[..., :-1]) for n, own in reply.content["arrays"].items()
    }
    reply.content["arrays"] = ArrayRecord(cut)
    return reply


def _heavy(message: Message, context: Context, train: ClientAppCallable) -> Message:
    reply = train(message, context)
    reply.content["metrics"]["num-examples"] = 10**9
    return reply


MISCHIEF: dict[str, Mod] = {
    # not a number anywhere: one such term makes a whole sum NaN
    "nan": on_update(lambda learned, message, context: learned * np.nan),
    # arrays that do not fit the model
    "shape": _cut_short,
    "thousandfold": on_update(lambda learned, message, context: 1000 * learned),
    # a claim to have trained on a billion examples
    "heavy": _heavy,
    # uphill: of the right form and length, so no guard can tell
    "backwards": on_update(lambda learned, message, context: -learned),
}
