"""Shamir's shares: t of them give the secret, t - 1 fit every secret."""

from itertools import combinations

import numpy as np
import pytest
from Crypto.Protocol.SecretSharing import Shamir as Peer
from scipy import stats

from privlab.fl.shamir import PRIME, joined, shares
from privlab.he.primes import is_prime


def test_the_field_is_the_first_prime_that_holds_32_bytes():
    assert is_prime(PRIME)
    assert not any(is_prime(n) for n in range(2**256, PRIME))


@pytest.mark.parametrize(("count", "threshold"), [(1, 1), (3, 2), (5, 3), (5, 5)])
@pytest.mark.parametrize("secret", [0, 1, 2**256 - 1, PRIME - 1])
def test_any_threshold_of_the_shares_join_to_the_secret(count, threshold, secret):
    points = shares(secret, count, threshold)
    for size in range(threshold, count + 1):
        for chosen in combinations(points, size):
            assert joined(list(chosen)) == secret


def test_one_share_too_few_fits_every_secret():
    # With threshold 3, two points and any secret lie on exactly one parabola.
    (x, y), (z, w), third = shares(1234, 3, 3)
    for secret in (0, 1, 1234, PRIME - 1):
        # Lagrange at 3 through (0, secret), (1, y), (2, w): 1, -3 and 3
        value = (secret - 3 * y + 3 * w) % PRIME
        assert joined([(x, y), (z, w), (3, value)]) == secret
    assert third[1] == (1234 - 3 * y + 3 * w) % PRIME


def test_a_share_alone_is_uniform_whatever_the_secret():
    rng = np.random.default_rng(5)
    for secret in (0, PRIME - 1):
        first = [shares(secret, 2, 2, rng=rng)[0][1] for _ in range(6400)]
        counts = np.bincount([y * 64 // PRIME for y in first], minlength=64)
        assert stats.chisquare(counts).pvalue > 1e-4  # seeded: it cannot turn red


def test_shares_of_two_secrets_add_up_to_shares_of_the_sum():
    first, second = shares(1000, 4, 3), shares(PRIME - 1, 4, 3)
    added = [(x, y + z) for (x, y), (_, z) in zip(first, second, strict=True)]
    assert joined(added[1:]) == 999


def test_shamirs_own_formula_by_hand():
    # f(x) = 5 + 3x + 2x^2 at 1, 2, 3
    assert joined([(1, 10), (2, 19), (3, 32)]) == 5


def test_a_peer_over_another_field_shares_the_same_way():
    """PyCryptodome, GF(2^128): any 3 of 5 join there too, and 2 do not."""
    secret = (2**120 + 7).to_bytes(16)
    theirs = Peer.split(3, 5, secret)
    ours = shares(int.from_bytes(secret), 5, 3)
    for places in combinations(range(5), 3):
        assert Peer.combine([theirs[i] for i in places]) == secret
        assert joined([ours[i] for i in places]).to_bytes(16) == secret
    assert joined(ours[:2]) != int.from_bytes(secret)
    assert Peer.combine(theirs[:2]) != secret


@pytest.mark.parametrize(
    ("secret", "count", "threshold"), [(PRIME, 3, 2), (-1, 3, 2), (1, 2, 3), (1, 2, 0)]
)
def test_impossible_sharings_are_refused_and_the_secret_is_not_printed(
    secret, count, threshold
):
    with pytest.raises(ValueError, match=r"secret|threshold") as caught:
        shares(secret, count, threshold)
    assert str(PRIME) not in str(caught.value)


def test_a_share_used_twice_is_refused():
    with pytest.raises(ValueError, match="once"):
        joined([(1, 5), (1, 5)])
