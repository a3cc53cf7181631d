"""Reading a secret off the last bits of floating-point Laplace noise.

Mironov 2012, "On Significance of the Least Significant Bits for Differential Privacy".
The uniform numbers behind the noise have gaps, the logarithm stretches them, and the
addition rounds: each true answer leaves its own pattern of possible outputs.
"""

import math
from dataclasses import dataclass

import numpy as np

from privlab.dp.audit import AuditResult, audit
from privlab.dp.discrete import DiscreteLaplace
from privlab.dp.mechanisms import Laplace

COUNTS = (0, 1)
UNIFORM = 2**53  # numpy's uniform numbers are k / 2^53
NEAREST = 4  # how far rounding may have moved k
SAMPLERS = ("floating-point Laplace", "exact discrete Laplace")


def numpy_laplace(k: int, *, scale: float) -> float:
    """The noise that numpy's generator makes of the uniform number ``k / 2^53``."""
    u = k / UNIFORM
    if u < 0.5:
        return scale * math.log(u + u)
    return -scale * math.log(2.0 - u - u)


def reachable(output: float, *, answer: float, scale: float) -> bool:
    """Whether ``answer`` plus some noise of numpy's can be exactly ``output``.

    The noise must be ``output - answer``, up to rounding, so only the few k around
    ``2^53 F(output - answer)`` can have made it, F being Laplace's distribution
    function.
    """
    distance = output - answer
    tail = math.exp(-abs(distance) / scale) / 2
    k = round(UNIFORM * (tail if distance < 0 else 1 - tail))
    candidates = range(max(k - NEAREST, 1), min(k + NEAREST + 1, UNIFORM))
    return any(answer + numpy_laplace(k, scale=scale) == output for k in candidates)


def telltale(output: float, *, scale: float) -> int:
    """+1 if only a count of 1 can have led to ``output``, -1 if only 0, else 0."""
    possible = [reachable(output, answer=c, scale=scale) for c in COUNTS]
    return possible[1] - possible[0]


@dataclass(frozen=True, kw_only=True)
class PorousOutputs:
    """Neighbouring doubles around an output, and which true counts can lead to each.

    ``offsets`` (n,) counts doubles from the output; ``from_count`` (2, n) booleans.
    """

    epsilon: float
    output: float
    offsets: np.ndarray
    from_count: np.ndarray

    @property
    def both(self) -> int:
        """Doubles that both counts can lead to."""
        return int(self.from_count.all(axis=0).sum())

    @property
    def one_only(self) -> int:
        """Doubles that exactly one of the counts can lead to."""
        return int((self.from_count.sum(axis=0) == 1).sum())

    @property
    def summary(self) -> str:
        return (
            f"Of {len(self.offsets)} neighbouring doubles near {self.output:g}, "
            f"{self.one_only} can come from one count only and {self.both} from both."
        )


def porous_outputs(*, epsilon: float, output: float, around=60) -> PorousOutputs:
    """Ask of each double around ``output`` which of the counts 0 and 1 it can be."""
    offsets = np.arange(-around, around + 1)
    doubles = output + offsets * math.ulp(output)
    from_count = [
        [reachable(y, answer=c, scale=1 / epsilon) for y in doubles.tolist()]
        for c in COUNTS
    ]
    return PorousOutputs(
        epsilon=epsilon,
        output=output,
        offsets=offsets,
        from_count=np.array(from_count),
    )


@dataclass(frozen=True, kw_only=True)
class LowBitAttack:
    """Right guesses of the true count from one release, against epsilon.

    ``right`` and ``certain`` are (2, m): for each sampler the share of right guesses,
    and of releases that only one count can have made.
    """

    epsilons: np.ndarray
    trials: int
    right: np.ndarray
    certain: np.ndarray
    wrong_but_certain: int

    @property
    def allowed(self) -> np.ndarray:
        """The most right guesses that epsilon allows: e^eps / (1 + e^eps)."""
        return 1 / (1 + np.exp(-self.epsilons))

    @property
    def summary(self) -> str:
        (naive, exact), epsilon = self.right[:, 0], self.epsilons[0]
        return (
            f"At ε = {epsilon:g} one release of floating-point noise names the count "
            f"{naive:.0%} of the time, one of exact noise {exact:.0%}; allowed are "
            f"{self.allowed[0]:.0%}."
        )


def low_bit_attack(*, seed: int, epsilons=(0.01, 0.1, 1, 3), trials=2_000):
    """Name the true count, 0 or 1, from one release of each sampler.

    If only one count can have made the output, it is that one; else the nearer one.
    """
    rng = np.random.default_rng(seed)
    right, certain = np.zeros((2, len(epsilons))), np.zeros((2, len(epsilons)))
    wrong = 0
    for column, epsilon in enumerate(epsilons):
        for row, sampler in enumerate(SAMPLERS):
            signs, outputs = observed(sampler, epsilon, trials, rng)
            truth = np.repeat(COUNTS, trials)
            guesses = np.where(signs == 0, outputs > 0.5, signs > 0)
            right[row, column] = (guesses == truth).mean()
            certain[row, column] = (signs != 0).mean()
            wrong += int(((signs != 0) & (guesses != truth)).sum())
    return LowBitAttack(
        epsilons=np.array(epsilons),
        trials=trials,
        right=right,
        certain=certain,
        wrong_but_certain=wrong,
    )


def observed(sampler: str, epsilon: float, trials: int, rng) -> tuple:
    """Releases of the count 0, then of 1, and what possibility alone says of each.

    Whole numbers plus exact whole-number noise reach every whole number: that says
    nothing of any output.
    """
    truth = np.repeat(COUNTS, trials)
    if sampler == SAMPLERS[1]:
        outputs = DiscreteLaplace(epsilon=epsilon).release(truth, rng=rng)
        return np.zeros(len(truth), dtype=int), outputs
    noise = Laplace(epsilon=epsilon, sensitivity=1)
    outputs = noise.release(truth, rng=rng)
    signs = [telltale(y, scale=noise.scale) for y in outputs.tolist()]
    return np.array(signs), outputs


def low_bit_audit(*, epsilon: float, trials: int, seed: int) -> AuditResult:
    """Audit floating-point Laplace noise by what its outputs make impossible."""
    noise = Laplace(epsilon=epsilon, sensitivity=1)

    def score(output: float) -> float:
        return float(telltale(output, scale=noise.scale))

    zero, one = map(float, COUNTS)
    rng = np.random.default_rng(seed)
    return audit(noise.release, zero, one, trials=trials, rng=rng, score=score)
