"""Checks as lessons on encryption, federated learning and attacks will have them.

Like a lesson's checks this module can be run on its own: ``apart`` does so.
"""

import numpy as np
import tenseal as ts

from privlab.course.exercise import Exercise, Mistake, expect
from privlab.course.grade.apart import apart


def exercise(name: str, answer: str, public, hidden) -> Exercise:
    return Exercise(
        id=name,
        title=name,
        answer=answer,
        difficulty=1,
        minutes=1,
        points=2,
        hints=("", "", ""),
        public=(public,),
        hidden=(hidden,),
        mistakes={n: Mistake(message=n, code="") for n in "abc"},
    )


# Encryption: the answer has a public context and a ciphertext, and gives a ciphertext


def keys() -> tuple[bytes, bytes]:
    """(secret, public) contexts."""
    context = ts.context(
        ts.SCHEME_TYPE.CKKS, 8192, coeff_mod_bit_sizes=[60, 40, 40, 60]
    )
    context.global_scale = 2**40
    secret = context.serialize(save_secret_key=True)
    return secret, context.serialize(save_secret_key=False)


def encrypted(public: bytes, values: list) -> bytes:
    return ts.ckks_vector(ts.context_from(public), values).serialize()


def decrypted(secret: bytes, ciphertext: bytes) -> list:
    return ts.ckks_vector_from(ts.context_from(secret), ciphertext).decrypt()


def doubled_under_encryption(answer, rng):
    """twice the values, never seen"""
    secret, public = keys()
    values = rng.normal(size=4)
    got = answer(public, encrypted(public, values.tolist()))
    expect(isinstance(got, bytes), "bytes are needed")
    plain = apart(decrypted, secret, got)
    expect(np.allclose(plain, 2 * values, atol=1e-4), "that is not twice the values")


def doubled_if_negative(answer, rng):
    """one negative value"""
    secret, public = keys()
    got = answer(public, encrypted(public, [-7.0]))
    expect(abs(apart(decrypted, secret, got)[0] + 14) < 1e-4, "no")


he = exercise("he-01", "double", doubled_under_encryption, doubled_if_negative)
DOUBLE = """
import tenseal as ts

def double(public, ciphertext):
    context = ts.context_from(public)
    vector = ts.ckks_vector_from(context, ciphertext)
    return (vector + vector).serialize()
"""


# Federated learning: arrays in and out


def weighted_mean_of_models(answer, rng):
    """clients count by their examples"""
    models = [[rng.normal(size=(3, 2)), rng.normal(size=2)] for _ in range(3)]
    sizes = rng.integers(1, 100, 3)
    got = answer(models, sizes)
    expect(isinstance(got, list) and len(got) == 2, "a list of two arrays is needed")
    for layer, own in zip(zip(*models, strict=True), got, strict=True):
        right = np.average(layer, axis=0, weights=sizes)
        expect(np.shape(own) == right.shape, "the layers have other shapes")
        expect(np.allclose(own, right), "the mean is another")


def one_client_is_its_own_mean(answer, rng):
    """a single client"""
    model = [rng.normal(size=5), rng.normal(size=1)]
    expect(np.array_equal(answer([model], np.array([7]))[0], model[0]), "no")


fl = exercise("fl-01", "average", weighted_mean_of_models, one_client_is_its_own_mean)
AVERAGE = """
import numpy as np

def average(models, sizes):
    return [np.average(layer, axis=0, weights=sizes) for layer in zip(*models)]
"""


# Attacks: the answer gives guesses on data whose truth only the check has


def guesses_members(answer, rng):
    """told members from others, better than by chance"""
    members = rng.random(400) < 0.5
    losses = rng.exponential(np.where(members, 0.3, 1.0))
    guessed = np.asarray(answer(losses))
    expect(guessed.shape == (400,) and guessed.dtype == bool, "400 guesses are needed")
    advantage = guessed[members].mean() - guessed[~members].mean()
    expect(advantage > 0.2, f"your advantage is {advantage:.2f}")


def guesses_nothing_from_nothing(answer, rng):
    """no secret way to the truth"""
    members = rng.random(4000) < 0.5
    guessed = np.asarray(answer(rng.exponential(size=4000)))
    advantage = guessed[members].mean() - guessed[~members].mean()
    expect(abs(advantage) < 0.15, "how do you know?")


attack = exercise("mia-01", "members", guesses_members, guesses_nothing_from_nothing)
GUESS = """
def members(losses):
    return losses < 0.5
"""


# What apart does with functions that go wrong


def echo(*data):
    return list(data)


def crash(data):
    import ctypes

    return ctypes.string_at(0)


def hang(data):
    while True:
        pass


def hoard(data):
    return np.ones(2**40)


def stop(data):
    raise ValueError(f"the secret is {data}")


def leave(data):
    import os

    os._exit(0)
