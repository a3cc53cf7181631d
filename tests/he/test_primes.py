"""Primes: what is prime, and what the ring needs of them."""

import numpy as np
import pytest
from tenseal import sealapi as seal

from privlab.he.primes import is_prime, random_prime, transform_primes


def test_is_prime_agrees_with_the_sieve_of_eratosthenes():
    sieve = np.ones(20_000, bool)
    sieve[:2] = False
    for number in range(2, 142):
        sieve[number * number :: number] = False
    assert [is_prime(number) for number in range(20_000)] == sieve.tolist()


@pytest.mark.parametrize("exponent", [61, 89, 107, 127, 521])
def test_mersenne_primes_are_prime_and_their_neighbours_are_not(exponent):
    assert is_prime(2**exponent - 1)
    assert not is_prime((2**exponent - 1) * (2**61 - 1))


@pytest.mark.parametrize(
    "composite",
    # Strong pseudoprimes to the bases 2, 3, 5, 7 (Jaeschke 1993), a Carmichael number.
    [3_215_031_751, 3_474_749_660_383, 341_550_071_728_321, 561, 2**128 + 1],
)
def test_no_pseudoprime_passes(composite):
    assert not is_prime(composite)


def test_two_random_primes_make_a_product_of_exactly_twice_the_length():
    for bits in (8, 33, 128):
        p, q = random_prime(bits), random_prime(bits)
        assert (p.bit_length(), (p * q).bit_length()) == (bits, 2 * bits)
        assert is_prime(p)


def test_system_randomness_does_not_repeat_and_a_seed_does():
    assert random_prime(128) != random_prime(128)
    first, again = (random_prime(128, rng=np.random.default_rng(4)) for _ in range(2))
    assert first == again


def test_transform_primes_have_the_length_and_the_roots_and_differ():
    lengths = (40, 21, 21, 30, 40)
    primes = transform_primes(lengths, 4096)
    assert [prime.bit_length() for prime in primes] == list(lengths)
    assert len(set(primes)) == 5
    assert all(prime % 8192 == 1 and is_prime(prime) for prime in primes)


@pytest.mark.parametrize("size", [2048, 4096, 8192])
@pytest.mark.parametrize("lengths", [(40, *[21] * 6, 40), (46, 40, 40, 46), (30, 25)])
def test_transform_primes_are_those_of_microsoft_seal(size, lengths):
    theirs = [m.value() for m in seal.CoeffModulus.Create(size, list(lengths))]
    assert transform_primes(lengths, size) == tuple(theirs)


def test_too_few_primes_of_a_length_are_refused_by_name():
    with pytest.raises(ValueError, match=r"bits=15: only \d primes"):
        transform_primes((15,) * 5, 4096)
