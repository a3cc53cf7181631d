"""Prime numbers: large random ones for keys, special ones for fast transforms."""

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes, uniform_below

FIRST_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
# Below this number those bases leave no doubt (Sorenson and Webster 2015).
CERTAIN_BELOW = 3_317_044_064_679_887_385_961_981
ROUNDS = 40  # a composite survives one round with probability 1/4 at most


def is_prime(number: int, *, rng: RandomBytes = SYSTEM) -> bool:
    """Whether ``number`` is prime; wrong with probability 4^-40 at most.

    Miller and Rabin: write number - 1 = 2^s d. For a prime and any base b, either
    b^d = 1, or one of b^d, b^2d, ... b^(2^(s-1) d) is -1. Without error below 3e24.
    """
    if number < 2:
        return False
    if any(number % prime == 0 for prime in FIRST_PRIMES):
        return number in FIRST_PRIMES
    if number < CERTAIN_BELOW:
        return all(_passes(number, base) for base in FIRST_PRIMES)
    bases = (2 + uniform_below(number - 3, rng=rng) for _ in range(ROUNDS))
    return all(_passes(number, base) for base in bases)


def _passes(number: int, base: int) -> bool:
    twos = ((number - 1) & (1 - number)).bit_length() - 1
    power = pow(base, (number - 1) >> twos, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def random_prime(bits: int, *, rng: RandomBytes = SYSTEM) -> int:
    """A random prime of exactly ``bits`` bits, its two highest bits set.

    Two such primes multiply to exactly twice as many bits.
    """
    checks.whole("bits", bits, low=4)
    while True:
        free = uniform_below(1 << (bits - 3), rng=rng)
        candidate = (0b11 << (bits - 2)) | (free << 1) | 1
        if is_prime(candidate, rng=rng):
            return candidate


def transform_primes(bits: tuple[int, ...], size: int) -> tuple[int, ...]:
    """One prime for each entry of ``bits``, all different, all 1 modulo ``2 size``.

    Such a prime has the 2·size-th roots of unity that the number theoretic transform
    needs. The largest of each length are taken, the smaller ones first, as Microsoft
    SEAL does: same lengths, same primes. ``ValueError`` where a length has too few.
    """
    found = {length: _largest(length, bits.count(length), 2 * size) for length in bits}
    return tuple(found[length].pop() for length in bits)


def _largest(length: int, count: int, step: int) -> list[int]:
    first = ((1 << length) - 1) // step * step + 1
    candidates = range(first, 1 << (length - 1), -step)
    primes = (number for number in candidates if is_prime(number))
    found = [prime for _, prime in zip(range(count), primes, strict=False)]
    if len(found) < count:
        raise ValueError(
            f"bits={length}: only {len(found)} primes of that length are 1 modulo "
            f"{step}, {count} are needed; take longer primes"
        )
    return found
