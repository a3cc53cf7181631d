"""Private matching: right, commuting, on the curve, and unlike a hash."""

import hashlib

import pytest

from privlab.fl.private_matching import (
    COEFFICIENT,
    PRIME,
    Matcher,
    enumerated,
    hashed,
    match,
    point,
)

NAMES = [f"1990000{n:04d}" for n in range(60)]


def on_curve(u: bytes) -> bool:
    x = int.from_bytes(u, "little")
    square = (x**3 + COEFFICIENT * x**2 + x) % PRIME
    return pow(square, (PRIME - 1) // 2, PRIME) == 1


def test_curve25519s_base_point_is_on_the_curve_and_2_is_not():
    """u = 9 is the base point of RFC 7748, section 4.1; u = 2 lies on the twist."""
    assert on_curve((9).to_bytes(32, "little"))
    assert not on_curve((2).to_bytes(32, "little"))


def test_points_and_their_powers_stay_on_the_curve():
    matcher = Matcher.fresh()
    points = [point(name) for name in NAMES]
    assert all(map(on_curve, points))
    assert all(map(on_curve, matcher.raised(points)))
    assert len(set(points)) == len(NAMES)


def test_powers_commute():
    a, b = Matcher.fresh(), Matcher.fresh()
    assert a.raised(b.blinded(NAMES)) == b.raised(a.blinded(NAMES))


@pytest.mark.parametrize(("start", "common"), [(0, 40), (25, 15), (40, 0)])
def test_the_matching_is_the_intersection_in_the_first_sides_order(start, common):
    first, second = NAMES[:40][::-1], NAMES[start : start + 40]
    found = match(first, second)
    assert len(found.common) == common or start + 40 > len(NAMES)
    assert list(found.common) == [name for name in first if name in set(second)]
    assert found.bytes == 32 * (2 * len(first) + len(second))


def test_two_runs_have_no_message_in_common():
    runs = [set(sum(match(NAMES, NAMES).sent, ())) for _ in range(2)]
    assert not runs[0] & runs[1]


def test_a_hash_is_turned_back_by_trying_all():
    digests = hashed(NAMES[:5])
    assert digests[0] == hashlib.sha256(NAMES[0].encode()).digest()
    assert enumerated(digests, NAMES) == dict(zip(digests, NAMES, strict=False))


def test_a_message_that_is_no_point_is_refused():
    with pytest.raises(ValueError, match="shared key"):
        Matcher.fresh().raised([bytes(32)])  # of low order: the power would be known
