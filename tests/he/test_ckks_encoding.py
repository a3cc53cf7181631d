"""The canonical embedding: slots are values at roots, so products go slot by slot."""

import numpy as np
import pytest

from privlab.he.ckks_encoding import decode, encode

sizes = pytest.mark.parametrize("size", [4, 16, 1024, 8192])


def slots(size, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=size // 2) + 1j * rng.normal(size=size // 2)


@sizes
def test_decoding_undoes_encoding_up_to_rounding(size):
    values, scale = slots(size), 2.0**30
    error = decode(encode(values, size, scale), scale) - values
    # N coefficients rounded by 1/2 at most; typically sqrt(N / 12), seven of them
    assert abs(error).max() <= min(size / 2, 7 * np.sqrt(size / 12)) / scale


def test_slots_are_the_values_at_the_powers_of_five():
    size, scale = 16, 2.0**20
    values = slots(size)
    polynomial = np.polynomial.Polynomial(encode(values, size, scale))
    w = np.exp(1j * np.pi / size)
    at_roots = [polynomial(w ** pow(5, j, 2 * size)) for j in range(size // 2)]
    assert np.array(at_roots) / scale == pytest.approx(values, abs=1e-5)


@sizes
def test_products_of_polynomials_are_products_of_slots(size):
    x, y, scale = slots(size, 1), slots(size, 2), 2.0**20
    a, b = (encode(v, size, scale).astype(float) for v in (x, y))
    full = np.fft.irfft(np.fft.rfft(a, 2 * size) * np.fft.rfft(b, 2 * size))
    product = full[:size] - full[size:]  # X^N = -1
    assert decode(product, scale**2) == pytest.approx(x * y, abs=2e-3)


def test_slots_left_over_are_zero_and_a_constant_is_a_constant_polynomial():
    assert decode(encode([1.0, 2.0], 16, 2**30), 2**30)[2:] == pytest.approx(
        0, abs=1e-7
    )
    assert encode(np.full(8, 3.0), 16, 10).tolist() == [30] + [0] * 15


@pytest.mark.parametrize(
    ("values", "error"),
    [
        (np.ones(9), ValueError),
        (np.ones((2, 2)), ValueError),
        ([np.nan], ValueError),
        ([1j * np.inf], ValueError),
        ([1e12], OverflowError),
    ],
)
def test_what_does_not_fit_is_refused(values, error):
    with pytest.raises(error):
        encode(values, 16, 2.0**40)


def test_the_example_of_the_paper():
    """Cheon et al. 2017, section 3.2: 3+4i at w and 2-i at w^3, at scale 64, N = 4.

    Our second slot is w^5, the conjugate of w^3.
    """
    coefficients = encode([3 + 4j, 2 + 1j], 4, 64)
    assert coefficients.tolist() == [160, 91, 160, 45]
    found = [3.0082 + 4.0026j, 1.9918 + 0.9974j]
    assert decode(coefficients, 64) == pytest.approx(found, abs=1e-4)
