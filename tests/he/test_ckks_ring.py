"""The ring: its laws against schoolbook polynomials with Python's whole numbers."""

import numpy as np
import pytest

from privlab.he.ckks_ring import Ring, primitive_root_of_unity, times
from privlab.he.primes import transform_primes


def ring(size, lengths=(40, 21, 30, 46)):
    return Ring(size, transform_primes(lengths, size))


def random_polynomial(size, bound, seed):
    return np.random.default_rng(seed).integers(-bound, bound, size)


def schoolbook(a, b):
    """a b modulo X^N + 1: what passes the top comes back at the bottom, negated."""
    full = np.convolve(a.astype(object), b.astype(object))
    product = full[: len(a)].copy()
    product[: len(a) - 1] -= full[len(a) :]
    return product


@pytest.mark.parametrize("size", [4, 16, 256, 8192])
def test_coefficients_undo_the_transform_at_real_sizes(size):
    here = ring(size)
    a = random_polynomial(size, 2**50, 0)
    assert (here.whole(here.element(a)) == a).all()


@pytest.mark.parametrize("size", [4, 32, 256])
def test_product_equals_the_schoolbook_product(size):
    here = ring(size)
    a, b = random_polynomial(size, 2**40, 1), random_polynomial(size, 2**40, 2)
    product = here.multiply(here.element(a), here.element(b))
    assert (here.whole(product) == schoolbook(a, b)).all()


def test_x_to_the_size_is_minus_one():
    here = ring(16)
    x = here.element(np.eye(16, dtype=np.int64)[1])
    power = x
    for _ in range(15):
        power = here.multiply(power, x)
    assert (here.whole(power) == -np.eye(16, dtype=int)[0]).all()


def test_sums_and_differences_are_those_of_the_coefficients():
    here = ring(64)
    a, b = random_polynomial(64, 2**45, 3), random_polynomial(64, 2**45, 4)
    x, y = here.element(a), here.element(b)
    assert (here.whole(here.add(x, y)) == a + b).all()
    assert (here.whole(here.subtract(x, y)) == a - b).all()


@pytest.mark.parametrize("power", [3, 5, 25, 127])
def test_substitution_moves_coefficients_and_signs(power):
    here, size = ring(64), 64
    a = random_polynomial(size, 1000, 5)
    moved = np.zeros(size, int)
    for j, coefficient in enumerate(a):
        wraps, place = divmod(j * power, size)
        moved[place] = coefficient * (-1) ** wraps
    assert (here.whole(here.substitute(here.element(a), power)) == moved).all()


def test_dropping_a_prime_divides_and_rounds():
    here = ring(32)
    a = random_polynomial(32, 2**60, 6)
    values = here.multiply(here.element(a), here.element(a))
    exact, last = here.whole(values), here.primes[-1]
    quotient = here.first(3).whole(here.without_last(values))
    assert (abs(quotient * last - exact) <= last // 2).all()


def test_a_stack_of_polynomials_is_transformed_like_each_of_them():
    here = ring(16)
    a = np.stack([random_polynomial(16, 99, seed) for seed in range(6)])
    stack = here.element(a.reshape(2, 3, 16))
    assert stack.shape == (2, 3, 4, 16)
    assert (stack[1, 2] == here.element(a[5])).all()


@pytest.mark.parametrize("length", [20, 30, 40, 46])
def test_times_is_a_product_modulo_the_prime_up_to_its_limit(length):
    (prime,) = transform_primes((length,), 1024)
    rng = np.random.default_rng(7)
    a = rng.integers(-14 * prime, 14 * prime, 5000)
    b = rng.integers(0, prime, 5000)
    a[:4], b[:4] = [14 * prime, -14 * prime, prime, 0], prime - 1
    got = times(a, b, prime)
    exact = a.astype(object) * b.astype(object)
    assert ((got - exact) % prime == 0).all()
    assert abs(got).max() < prime


def test_roots_are_primitive():
    for prime in transform_primes((21, 40), 4096):
        w = primitive_root_of_unity(prime, 8192)
        assert pow(w, 8192, prime) == 1
        assert pow(w, 4096, prime) == prime - 1


@pytest.mark.parametrize(
    ("size", "primes"),
    [
        (12, (97,)),
        (2, (97,)),
        (16, ()),
        (16, (97, 97)),
        (16, (101,)),
        (4, (2**47 + 1,)),
    ],
)
def test_impossible_rings_are_refused(size, primes):
    with pytest.raises(ValueError, match=r"size|prime"):
        Ring(size, primes)
