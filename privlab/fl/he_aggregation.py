"""Aggregation under homomorphic encryption: the server adds what it cannot read.

The clients share one key pair; the server has the public half. It never sees a model
again, not even the global one: that travels as ciphertext from round to round. What
this does not stop: a client who gives the secret key to the server (it opens every
update), and a server that sends one client's ciphertext back as if it were the sum.

The encryption comes in as functions, e.g. those of ``experiments.encrypted_updates``:
``encrypt`` (d,) -> bytes, ``add`` list of bytes -> bytes, ``decrypt`` bytes -> (d,).
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp.typing import ClientAppCallable, Mod
from flwr.serverapp.strategy import FedAvg

from privlab.core import checks
from privlab.fl.vectors import flat, is_training, shaped

ARRAYS, METRICS, CIPHERTEXT = "arrays", "metrics", "ciphertext"

Encrypt = Callable[[np.ndarray], bytes]
Decrypt = Callable[[bytes], np.ndarray]
Add = Callable[[Sequence[bytes]], bytes]


def encrypted_mod(
    encrypt: Encrypt, decrypt: Decrypt, *, like: ArrayRecord, most_examples: int
) -> Mod:
    """A Flower mod: the model comes in as a ciphertext, its training goes out as one.

    Client k answers ``Enc(a_k w_k, a_k)`` with ``a_k = n_k / most_examples``, so that
    ``sum a_k w_k / sum a_k`` is FedAvg's mean and no n_k is known to the server.
    ``like`` has the names and shapes of the model's arrays. ``ValueError`` for a client
    with more than ``most_examples``. Keep the opened model among the clients: whoever
    has the ciphertext and its exact decryption can compute the key (Li and Micciancio
    2021); before publishing, add noise far above the scheme's own.
    """
    checks.whole("most_examples", most_examples)

    def mod(message: Message, context: Context, train: ClientAppCallable) -> Message:
        if CIPHERTEXT in message.content[ARRAYS]:
            model = opened_model(message.content[ARRAYS], decrypt, like=like)
            message.content[ARRAYS] = model
        reply = train(message, context)
        if not is_training(message):
            return reply
        examples = checks.whole(
            "num-examples", reply.content[METRICS]["num-examples"], low=0
        )
        if examples > most_examples:
            raise ValueError(
                "more examples than most_examples: agree on a higher bound"
            )
        share = examples / most_examples
        vector = np.append(share * flat(reply.content[ARRAYS]), share)
        content = RecordDict(
            {
                ARRAYS: _carried(encrypt(vector)),
                METRICS: MetricRecord({"num-examples": 1}),
            }
        )
        return Message(content, reply_to=message)

    return mod


def opened_model(
    arrays: ArrayRecord, decrypt: Decrypt, *, like: ArrayRecord
) -> ArrayRecord:
    """The global model in a ciphertext's sum, for those who hold the secret key."""
    vector = decrypt(arrays[CIPHERTEXT].numpy().tobytes())
    if not vector[-1] > 0:
        raise ValueError(
            f"the sum of weights is {vector[-1]:g}: this is no sum of ours"
        )
    return shaped(vector[:-1] / vector[-1], like=like)


class EncryptedFedAvg(FedAvg):
    """FedAvg whose sum is ``add`` of ciphertexts; its arrays are one ciphertext.

    Everything else is FedAvg's. Nobody evaluates: the server cannot, so pass no
    ``evaluate_fn``; a client opens the result with ``opened_model``.
    """

    def __init__(self, add: Add, **fedavg):
        super().__init__(**fedavg)
        self.add = add

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        sound, _ = self._check_and_log_replies(replies, is_train=True)
        if not sound:
            return None, None
        letters = [reply.content[self.arrayrecord_key][CIPHERTEXT] for reply in sound]
        total = self.add([letter.numpy().tobytes() for letter in letters])
        return _carried(total), MetricRecord({"clients": len(sound)})

    def configure_evaluate(self, *_, **__) -> Iterable[Message]:
        return []


def _carried(ciphertext: bytes) -> ArrayRecord:
    """Bytes as an array, so that Flower carries and counts them as a model."""
    return ArrayRecord({CIPHERTEXT: Array(np.frombuffer(ciphertext, np.uint8))})
