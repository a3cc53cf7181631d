"""Shor's period finding, simulated: what a quantum computer does to n = p q.

Shor 1994 (SIAM J. Comput. 26, 1997, section 5). The quantum machine does one thing: it
draws a number c whose c / Q lies near a multiple of 1 / r, where r is the period of
``a^x mod N``. All else is arithmetic from school. A state vector of t qubits has 2^t
complex numbers, which is why only small N fit here, and why nobody breaks real keys so.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privlab.core import checks

LARGEST = 20  # qubits of the counting register: 16 MB for each value of a^x


@dataclass(frozen=True, kw_only=True)
class PeriodFinding:
    """One run for the ``modulus`` N and the ``base`` a, coprime to it.

    ``Q = 2^t`` with ``N^2 <= Q < 2 N^2``, so that two fractions with denominators below
    N are never equally near to c / Q. ``ValueError`` where a and N share a factor: then
    Euclid has factored N already.
    """

    modulus: int
    base: int

    def __post_init__(self):
        checks.whole("modulus", self.modulus, low=3)
        checks.whole("base", self.base, low=2)
        if (shared := math.gcd(self.base, self.modulus)) > 1:
            raise ValueError(
                f"base={self.base} shares the factor {shared} with "
                f"modulus={self.modulus}; take another base"
            )

    @property
    def qubits(self) -> int:
        """t, the qubits of the counting register."""
        return (self.modulus**2 - 1).bit_length()

    @property
    def size(self) -> int:
        return 1 << self.qubits

    @cached_property
    def orbit(self) -> np.ndarray:
        """(r,) the values of ``a^x mod N`` for x = 0, ..., r - 1.

        For drawing and testing: whoever can list it needs no quantum computer.
        """
        values = [1]
        while (value := values[-1] * self.base % self.modulus) != 1:
            values.append(value)
        return np.array(values)

    def start(self) -> np.ndarray:
        """(Q, r): the state ``sum_x |x> |a^x mod N> / sqrt(Q)`` after the powers.

        Column j belongs to ``orbit[j]``; all other columns of the second register are 0
        and are left out.
        """
        if self.qubits > LARGEST:
            raise ValueError(
                f"modulus={self.modulus} needs {self.qubits} counting qubits, a vector "
                f"of 2^{self.qubits} complex numbers; take one of {LARGEST} at most"
            )
        x = np.arange(self.size)
        state = np.zeros((self.size, len(self.orbit)), dtype=complex)
        state[x, x % len(self.orbit)] = 1 / math.sqrt(self.size)
        return state

    def distribution(self) -> np.ndarray:
        """(Q,) the chance of each outcome c, from the whole state vector."""
        return (np.abs(fast_qft(self.start())) ** 2).sum(axis=1)

    def denominators(self, outcomes: np.ndarray) -> Iterator[np.ndarray]:
        """The denominators (n,) of the convergents of c / Q, one step after the other.

        ``c / Q = 1 / (a_1 + 1 / (a_2 + ...))`` has ``k_i = a_i k_(i-1) + k_(i-2)``. A
        fraction that has ended, or passed N, stays where it is.
        """
        above, below = np.full_like(outcomes, self.size), outcomes
        before, now = np.zeros_like(outcomes), np.ones_like(outcomes)
        yield now
        while (going := (below > 0) & (now < self.modulus)).any():
            whole, rest = np.divmod(above, np.where(going, below, 1))
            above, below = np.where(going, below, above), np.where(going, rest, 0)
            before, now = np.where(going, (now, whole * now + before), (before, now))
            yield now

    def periods(self, outcomes: np.ndarray) -> np.ndarray:
        """(n,) for each outcome the first denominator d with ``a^d = 1``; 0 if none."""
        powers = [pow(self.base, d, self.modulus) for d in range(self.modulus)]
        is_one = np.array(powers) == 1
        found = np.zeros_like(outcomes)
        for tried in self.denominators(outcomes):
            inside = np.where(tried < self.modulus, tried, 0)
            fits = (found == 0) & (inside > 0) & is_one[inside]
            found = np.where(fits, tried, found)
        return found

    def factors(self, period: int) -> tuple[int, ...]:
        """Two factors of N, or none: ``gcd(a^(r/2) - 1, N)`` and what is left.

        ``N`` divides ``(a^(r/2) - 1)(a^(r/2) + 1)``. It fails for an odd r, and where N
        divides the second factor alone.
        """
        if period == 0 or period % 2:
            return ()
        root = pow(self.base, period // 2, self.modulus)
        factor = math.gcd(root - 1, self.modulus)
        if factor in (1, self.modulus):
            return ()
        return tuple(sorted((factor, self.modulus // factor)))

    def succeeds(self) -> np.ndarray:
        """(Q,) whether an outcome leads to the factors."""
        found = self.periods(np.arange(self.size))
        good = [d for d in np.unique(found).tolist() if self.factors(d)]
        return np.isin(found, good)

    def measure(self, runs: int, *, rng: np.random.Generator) -> np.ndarray:
        """(runs,) outcomes of as many quantum computations."""
        return rng.choice(self.size, size=runs, p=self.distribution())


def qft(state: np.ndarray) -> np.ndarray:
    """``out_c = sum_x exp(2 pi i c x / Q) in_x / sqrt(Q)`` along the first axis.

    The formula (Shor 1997, equation 4.1): Q^2 products. A quantum computer does it with
    about t^2 / 2 gates, and shows one outcome c, never the vector.
    """
    x = np.arange(len(state))
    return np.exp(2j * np.pi * np.outer(x, x) / len(x)) @ state / math.sqrt(len(x))


def fast_qft(state: np.ndarray) -> np.ndarray:
    """``qft`` by the fast Fourier transform; a test holds the two together."""
    return np.fft.ifft(state, axis=0, norm="ortho")
