"""A model's arrays as one vector, and the update that training made of it."""

from collections.abc import Callable

import numpy as np
from flwr.app import Array, ArrayRecord, Context, Message, MessageType
from flwr.clientapp.typing import ClientAppCallable, Mod

Edit = Callable[[Message, ArrayRecord, Message, Context], None]
Change = Callable[[np.ndarray, Message, Context], np.ndarray]


def flat(arrays: ArrayRecord) -> np.ndarray:
    """All entries of ``arrays`` one after another: a float64 vector (d,).

    ``TypeError`` for an array of whole numbers: those cannot be averaged.
    """
    parts = {name: array.numpy() for name, array in arrays.items()}
    for name, part in parts.items():
        if not np.issubdtype(part.dtype, np.floating):
            raise TypeError(f"array {name!r} has dtype {part.dtype}, must be floating")
    return np.concatenate([part.ravel().astype(float) for part in parts.values()])


def update(arrays: ArrayRecord, *, since: ArrayRecord) -> np.ndarray:
    """w_k - w (d,): how far ``arrays`` have moved from those sent, in their order.

    ``ValueError`` where names or shapes differ.
    """
    if set(arrays) != set(since):
        raise ValueError(f"arrays are named {list(arrays)}, must be {list(since)}")
    for name, old in since.items():
        if arrays[name].numpy().shape != tuple(old.shape):
            raise ValueError(f"array {name!r} must have the shape {tuple(old.shape)}")
    return flat(ArrayRecord({name: arrays[name] for name in since})) - flat(since)


def shaped(vector: np.ndarray, *, like: ArrayRecord) -> ArrayRecord:
    """The inverse of ``flat``: ``vector`` (d,) in ``like``'s names, shapes, dtypes.

    float64 becomes float32 here where the model has float32. ``ValueError`` where d
    is not the number of entries of ``like``.
    """
    sizes = [int(np.prod(array.shape)) for array in like.values()]
    if np.shape(vector) != (sum(sizes),):
        raise ValueError(
            f"vector has shape {np.shape(vector)}, must be ({sum(sizes)},)"
        )
    pieces = np.split(vector, np.cumsum(sizes)[:-1])
    return ArrayRecord(
        {
            name: Array(piece.reshape(old.shape).astype(old.dtype))
            for (name, old), piece in zip(like.items(), pieces, strict=True)
        }
    )


def is_training(message: Message) -> bool:
    """Whether ``message`` asks a client to train ("train" or "train.something")."""
    return message.metadata.message_type.split(".")[0] == MessageType.TRAIN


def on_reply(edit: Edit) -> Mod:
    """A Flower mod that edits what a client answers to a training message, in place.

    ``edit(reply, sent, message, context)``, where ``sent`` are the arrays that the
    client got. Other messages, and errors, pass as they are.
    """

    def mod(
        message: Message, context: Context, call_next: ClientAppCallable
    ) -> Message:
        if not is_training(message):
            return call_next(message, context)
        sent = message.content["arrays"]
        reply = call_next(message, context)
        if reply.has_content():
            edit(reply, sent, message, context)
        return reply

    return mod


def on_update(change: Change) -> Mod:
    """A Flower mod that answers w + change(w_k - w) where the client trained w to w_k.

    ``change(update, message, context)`` maps (d,) to (d,).
    """

    def edit(reply: Message, sent: ArrayRecord, message: Message, context: Context):
        trained = update(reply.content["arrays"], since=sent)
        after = flat(sent) + change(trained, message, context)
        reply.content["arrays"] = shaped(after, like=sent)

    return on_reply(edit)
