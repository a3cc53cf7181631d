"""Checks, hints and named mistakes of the exercises 03_1."""

import math

import numpy as np
from scipy import stats

from privlab.course.checking import (
    as_often,
    close,
    compare,
    defined,
    follows,
    number,
    shown,
)
from privlab.course.exercise import Exercise, Mistake, Wrong, expect, mistaken


# dp-01


def right_mean(low, high, n):
    return (high - low) / n


def right_for_ten_salaries(answer, rng):
    """ten salaries clipped to [20 000, 120 000]"""
    compare(
        answer, dp_01, right_mean, [{"low": 20_000, "high": 120_000, "n": 10}]
    )


def right_for_any_bounds(answer, rng):
    """any bounds and any number of people"""
    for _ in range(20):
        low, width, n = (
            rng.normal(0, 1e4),
            rng.uniform(1, 1e5),
            int(rng.integers(2, 999)),
        )
        case = {"low": low, "high": low + width, "n": n}
        compare(answer, dp_01, right_mean, [case])


dp_01 = Exercise(
    id="dp-01",
    title="How far can one person move a mean?",
    answer="sensitivity_of_mean",
    difficulty=1,
    minutes=5,
    points=1,
    hints=(
        "Write down the mean of ten salaries twice, with one salary changed. Subtract.",
        "Nine of the ten terms cancel. How large can the tenth difference be?",
        "The tenth salary moves from `low` to `high` at most, and is divided by n.",
    ),
    public=(right_for_ten_salaries,),
    hidden=(right_for_any_bounds,),
    mistakes={
        "sum-not-mean": Mistake(
            message="That is how far one person moves the sum. "
            "The mean divides the sum by n.",
            code="""
def sensitivity_of_mean(low, high, n):
    return high - low
""",
        ),
        "low-is-zero": Mistake(
            message="You let a salary change from 0 to high. "
            "Clipping also lifts small salaries: none counts as less than low.",
            code="""
def sensitivity_of_mean(low, high, n):
    return high / n
""",
        ),
        "wrong-n": Mistake(
            message="You divided by n - 1. Replacing a person does not change how "
            "many there are: both means divide by n.",
            code="""
def sensitivity_of_mean(low, high, n):
    return (high - low) / (n - 1)
""",
        ),
        "half-range": Mistake(
            message="You let the salary start in the middle of the range. "
            "Sensitivity is the worst case: from one end to the other.",
            code="""
def sensitivity_of_mean(low, high, n):
    return (high - low) / 2 / n
""",
        ),
    },
    also_right=(
        """
import numpy as np

def sensitivity_of_mean(low, high, n):
    return np.float64(abs(high / n - low / n))
""",
    ),
)

# dp-02

# A hundred ordinary members: the noise of scale 15 is far from both ends of the range.
MEMBERS = {"low": 30_000, "high": 60_000, "epsilon": 20}


def noise_of(answer, salaries, low, high, epsilon, *, runs, rng) -> np.ndarray:
    """What ``runs`` releases add to the mean of salaries that are all in the range."""
    released = answer.samples(runs, salaries, low, high, epsilon, rng=rng)
    expect(
        released.shape == (runs,) and released.dtype.kind in "iuf",
        f"one number per release is needed, you gave {shown(released[0])}",
    )
    return released - np.clip(salaries, low, high).mean()


def noise_is_drawn_from_rng(answer, rng):
    """the noise comes from rng"""
    salaries = rng.uniform(35_000, 55_000, 100)
    first, again = (
        number(answer(salaries, **MEMBERS, rng=np.random.default_rng(31)))
        for _ in range(2)
    )
    mistaken(not close(first, again), "not-from-rng")
    noise = noise_of(answer, salaries, **MEMBERS, runs=20, rng=rng)
    without_noise = np.abs(noise).max() < 1e-6
    expect(not without_noise, "you publish the exact mean: where is the noise?")
    mistaken(np.ptp(noise) == 0, "not-from-rng")


def noise_fits_the_promise(answer, rng):
    """the noise is just what epsilon needs"""
    salaries = rng.uniform(42_000, 48_000, 100)
    noise = noise_of(answer, salaries, **MEMBERS, runs=4000, rng=rng)
    if not follows(abs(noise), stats.expon(scale=15)):
        wrong_laws = {
            "range-of-the-data": [
                stats.expon(scale=np.ptp(salaries) / 100 / 20)
            ],
            "not-divided-by-n": [stats.expon(scale=15 * 100)],
            "upside-down": [stats.expon(scale=1 / 15)],
            "deviation-as-scale": [stats.expon(scale=15 / math.sqrt(2))],
            "normal-noise": [
                stats.halfnorm(scale=15),
                stats.halfnorm(scale=15 * math.sqrt(2)),
            ],
            # The mean of a hundred Laplace draws is as good as normal.
            "noise-per-person": [
                stats.halfnorm(scale=15 * math.sqrt(2) / 10),
                stats.halfnorm(scale=15 * math.sqrt(2) * 10),
            ],
        }
        for name, laws in wrong_laws.items():
            mistaken(any(follows(abs(noise), law) for law in laws), name)
        raise Wrong(
            f"100 salaries in [30 000, 60 000], epsilon=20: your noise moves the mean by "
            f"{shown(float(abs(noise).mean()))} on average; it should be 15"
        )
    ups = int((noise > 0).sum())
    expect(
        as_often(ups, 4000, 0.5),
        f"your noise was positive {ups} times in 4000; it should fall on both sides",
    )


def one_typing_error_is_harmless(answer, rng):
    """a salary of 40 000 000 counts as high, and one below low as low"""
    salaries = np.array([10_000] + 8 * [36_000] + [40_000_000])
    # epsilon is so large that the noise is a millionth
    got = number(answer(salaries, 30_000, 60_000, 1e9, rng=rng))
    clipped_last = min(float(salaries.mean()), 60_000), float(salaries.mean())
    mistaken(
        any(abs(got - wrong) < 1 for wrong in clipped_last), "clipped-last"
    )
    mistaken(abs(got - 36_000) < 1, "dropped")
    expect(
        abs(got - 37_800) < 1,
        f"for the salaries 10 000, eight times 36 000, 40 000 000, the range "
        f"[30 000, 60 000] and next to no noise you printed {shown(got)}",
    )


def printed_mean_is_tidy(answer, rng):
    """what falls outside the range is printed as its nearer end"""
    low, high, runs = 30_000, 60_000, 400
    salaries = np.full(10, 40_000)
    law = stats.laplace(40_000, 3_000 / 0.01)  # ten times wider than the range
    printed = 40_000 + noise_of(
        answer, salaries, low, high, 0.01, runs=runs, rng=rng
    )
    tiny = 1e-6
    mistaken(
        (printed < low - tiny).any() or (printed > high + tiny).any(),
        "not-tidied",
    )
    at_low, at_high = abs(printed - low) < tiny, abs(printed - high) < tiny
    mistaken(not (at_low | at_high).any(), "drawn-again")
    expect(
        as_often(at_low.sum(), runs, law.cdf(low))
        and as_often(at_high.sum(), runs, law.sf(high)),
        f"of {runs} releases with a lot of noise {at_low.sum()} were printed as low and "
        f"{at_high.sum()} as high",
    )


def noise_fits_in_other_towns(answer, rng):
    """other ranges, debts included, and any number of people"""
    for low, high, epsilon, people in (
        (-10_000, 50_000, 0.7, 40),
        (0, 900, 3, 7),
    ):
        salaries = rng.uniform(low, high, people) * 0.2 + (low + high) * 0.4
        scale = (high - low) / people / epsilon
        case = {"low": low, "high": high, "epsilon": epsilon}
        noise = noise_of(answer, salaries, **case, runs=1500, rng=rng)
        # Cut to the range, the noise differs from Laplace noise beyond 9 scales only.
        expect(
            follows(abs(noise), stats.expon(scale=scale)),
            "the noise does not fit",
        )


def nobody_counts_beyond_the_range(answer, rng):
    """debts and fortunes of any size, and a single member"""
    for salaries in ([-1e12, 5e4, 1e12], [1e300], [-7.0, 12_345.0, 1e5, 1e5]):
        right = np.clip(salaries, 0, 90_000).mean()
        got = number(answer(np.array(salaries), 0, 90_000, 1e9, rng=rng))
        expect(
            abs(got - right) < 1,
            "the mean of the clipped salaries is different",
        )


dp_02 = Exercise(
    id="dp-02",
    title="The whole release, in the right order",
    answer="private_mean",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Four steps: bound, calibrate, add noise, tidy up. Which of the two clips "
        "protects people, and which one only pleases the editor?",
        "Clip each salary, take the mean, add one draw of Laplace noise whose scale is "
        "sensitivity / epsilon (dp-01 gave you the sensitivity), clip again.",
        "`np.clip(salaries, low, high).mean()`, then `rng.laplace(scale=...)` with "
        "scale (high - low) / n / epsilon, then `np.clip` on the sum of both.",
    ),
    public=(
        noise_is_drawn_from_rng,
        noise_fits_the_promise,
        one_typing_error_is_harmless,
        printed_mean_is_tidy,
    ),
    hidden=(noise_fits_in_other_towns, nobody_counts_beyond_the_range),
    mistakes={
        "clipped-last": Mistake(
            message="One typing error moved the mean before anything was clipped. The "
            "noise is sized for people in [low, high], so bring each person into that "
            "range first; cutting the noisy result hides nobody.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    scale = (high - low) / len(salaries) / epsilon
    return np.clip(salaries.mean() + rng.laplace(scale=scale), low, high)
""",
        ),
        "dropped": Mistake(
            message="You left out people whose salary is outside the range. Then the "
            "number of people in the mean depends on the data, and one person moves it "
            "further than your noise allows. Clipping keeps everyone.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    kept = salaries[(salaries >= low) & (salaries <= high)]
    noise = rng.laplace(scale=(high - low) / len(kept) / epsilon)
    return np.clip(kept.mean() + noise, low, high)
""",
        ),
        "not-divided-by-n": Mistake(
            message="Your noise would hide one person in the sum of the salaries. In "
            "the mean one person changes far less.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    noise = rng.laplace(scale=(high - low) / epsilon)
    return np.clip(np.clip(salaries, low, high).mean() + noise, low, high)
""",
        ),
        "upside-down": Mistake(
            message="Your noise grows with epsilon and shrinks with the sensitivity. It "
            "must be the other way round: a small epsilon is a strong promise.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    sensitivity = (high - low) / len(salaries)
    noise = rng.laplace(scale=epsilon / sensitivity)
    return np.clip(np.clip(salaries, low, high).mean() + noise, low, high)
""",
        ),
        "deviation-as-scale": Mistake(
            message="Your noise has the right size as its standard deviation. The "
            "promise speaks of the scale of Laplace noise; the two are not the same.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    deviation = (high - low) / len(salaries) / epsilon
    noise = rng.laplace(scale=deviation / np.sqrt(2))
    return np.clip(np.clip(salaries, low, high).mean() + noise, low, high)
""",
        ),
        "normal-noise": Mistake(
            message="Your noise is normal (Gaussian). Its tails are too thin: far out, "
            "the ratio of the two worlds has no limit, so without a delta it keeps no "
            "epsilon at all.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    noise = rng.normal(scale=(high - low) / len(salaries) / epsilon)
    return np.clip(np.clip(salaries, low, high).mean() + noise, low, high)
""",
        ),
        "noise-per-person": Mistake(
            message="You gave every person noise of their own. Averaging washes it out "
            "if each gets little, and leaves too much if each gets enough. The promise "
            "is about the one number you publish: it needs one draw.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    bounded, people = np.clip(salaries, low, high), len(salaries)
    noise = rng.laplace(scale=(high - low) / people / epsilon, size=people)
    return np.clip((bounded + noise).mean(), low, high)
""",
        ),
        "range-of-the-data": Mistake(
            message="You sized the noise by the salaries that are there. Who earns most "
            "then decides how much noise there is, and the noise tells. The sensitivity "
            "is about every salary that could be there: from low to high.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    bounded = np.clip(salaries, low, high)
    noise = rng.laplace(scale=np.ptp(bounded) / len(bounded) / epsilon)
    return np.clip(bounded.mean() + noise, low, high)
""",
        ),
        "not-from-rng": Mistake(
            message="Your noise does not come from `rng`. From np.random nobody could "
            "repeat the release to test it; from a generator with a seed of your own "
            "everybody could, and subtract the noise.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    noise = np.random.laplace(scale=(high - low) / len(salaries) / epsilon)
    return np.clip(np.clip(salaries, low, high).mean() + noise, low, high)
""",
        ),
        "not-tidied": Mistake(
            message="You printed a mean outside [low, high]. The editor wants the "
            "nearer end instead; after the noise this costs no privacy.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    noise = rng.laplace(scale=(high - low) / len(salaries) / epsilon)
    return np.clip(salaries, low, high).mean() + noise
""",
        ),
        "drawn-again": Mistake(
            message="You seem to draw again until the result lies inside the range. "
            "Which draws are thrown away depends on the salaries, so this is not "
            "post-processing, and the promise breaks. Move the result to the nearer end.",
            code="""
import numpy as np

def private_mean(salaries, low, high, epsilon, rng):
    mean = np.clip(salaries, low, high).mean()
    while True:
        noisy = mean + rng.laplace(scale=(high - low) / len(salaries) / epsilon)
        if low <= noisy <= high:
            return noisy
""",
        ),
    },
    also_right=(
        """
import math

def private_mean(salaries, low, high, epsilon, rng):
    mean = sum(min(max(float(s), low), high) for s in salaries) / len(salaries)
    uniform = rng.random() - 0.5  # the inverse of the Laplace distribution function
    noise = -math.copysign(math.log(1 - 2 * abs(uniform)), uniform)
    noisy = mean + noise * (high - low) / len(salaries) / epsilon
    return min(max(noisy, low), high)
""",
        """
import numpy as np
from privlab.dp.mechanisms import Laplace

def private_mean(salaries, low, high, epsilon, rng):
    mechanism = Laplace(epsilon=epsilon, sensitivity=(high - low) / len(salaries))
    noisy = mechanism.release(np.clip(salaries, low, high).mean(), rng=rng)
    return min(max(noisy, low), high)
""",
    ),
)

# dp-03


def pair_of(answer, n: int, most: float) -> tuple[np.ndarray, np.ndarray]:
    """The learner's two data sets, if they are what the exercise allows."""
    try:
        first, second = (
            np.asarray(data, float) for data in answer(n=n, most=most)
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise Wrong("two arrays of salaries are needed") from error
    mistaken(first.shape != second.shape, "one-left-out")
    expect(first.shape == (n,), f"each array must hold {n} salaries")
    every = np.concatenate([first, second])
    expect(
        ((every >= 0) & (every <= most)).all(),
        f"every salary must lie between 0 and {shown(most)}; yours go from "
        f"{shown(float(every.min()))} to {shown(float(every.max()))}",
    )
    changed = int((first != second).sum())
    expect(changed > 0, "your two data sets are the same")
    mistaken(changed > 1, "not-neighbours")
    return first, second


def right_guesses(
    first: np.ndarray, second: np.ndarray, epsilon: float
) -> float:
    """How often the best guess from one release of owners_mean is right.

    ``(1 + T) / 2`` with T half the sum of what the two laws of the release differ by,
    summed over the pieces of a fine grid (so at most too low).
    """
    cuts = [np.percentile(data, 95) for data in (first, second)]
    means = [
        np.minimum(d, c).mean()
        for d, c in zip((first, second), cuts, strict=True)
    ]
    # No noise at all becomes too little to matter.
    scales = [max(cut / len(first) / epsilon, 1e-9) for cut in cuts]
    steps = np.linspace(-40, 40, 8001)
    grid = [
        mean + scale * steps for mean, scale in zip(means, scales, strict=True)
    ]
    ends = np.sort(np.concatenate(grid))
    laws = [
        stats.laplace.cdf(ends, *law) for law in zip(means, scales, strict=True)
    ]
    return (1 + np.abs(np.diff(laws[0]) - np.diff(laws[1])).sum() / 2) / 2


def told_apart(answer, n: int, most: float) -> None:
    first, second = pair_of(answer, n, most)
    rate = right_guesses(first, second, epsilon=1)
    if rate < 0.95:
        low, high = sorted(np.percentile(data, 95) for data in (first, second))
        mistaken(high - low <= 1e-9 * most, "cut-stays")
        mistaken(low > high / 2, "cut-moves-a-little")
        raise Wrong(
            f"for n={n}, most={shown(most)} the cuts are {shown(float(low))} and "
            f"{shown(float(high))}, and the best guess is right in {rate:.0%} of cases"
        )


def tells_21_people_apart(answer, rng):
    """one release of 21 salaries gives the pair away"""
    told_apart(answer, 21, 100_000)


def tells_other_towns_apart(answer, rng):
    """other numbers of people, other highest salaries"""
    for n in (21, 101, 201):
        told_apart(answer, n, rng.uniform(100, 1e6))


dp_03 = Exercise(
    id="dp-03",
    title="Bounds that look at the data",
    answer="telltale_pair",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "She computed the sensitivity as if `cut` were fixed. Look for data where one "
        "person changes `cut` itself.",
        "Sort 21 salaries. Which one is the cut? Let just enough people be rich that "
        "this one is rich too, and then change one of them.",
        "Two of 21 people earn `most`, the others 0. Now one of the two earns 0. What "
        "is the cut, and what is the noise? For n people: n // 20 + 1 rich ones.",
    ),
    public=(tells_21_people_apart,),
    hidden=(tells_other_towns_apart,),
    mistakes={
        "cut-stays": Mistake(
            message="In both of your data sets the cut is the same, and so is the noise. "
            "That is the case the owner thought of; one giant salary is simply cut "
            "off. Look for data where one person moves the cut.",
            code="""
import numpy as np

def telltale_pair(n, most):
    first = np.full(n, 0.3 * most)
    second = first.copy()
    second[-1] = most
    return first, second
""",
        ),
        "cut-moves-a-little": Mistake(
            message="Your person moves the cut, but only by a little, to the next salary "
            "below. How large can the step from one salary to the next be?",
            code="""
import numpy as np

def telltale_pair(n, most):
    first = np.linspace(0, most, n)
    second = first.copy()
    second[-1] = 0
    return first, second
""",
        ),
        "not-neighbours": Mistake(
            message="Your two data sets differ in more than one place. The promise is "
            "about one replaced salary; groups are promised less.",
            code="""
import numpy as np

def telltale_pair(n, most):
    return np.zeros(n), np.full(n, most)
""",
        ),
        "one-left-out": Mistake(
            message="Your two data sets have different sizes. Here neighbours differ in "
            "one replaced salary: the number of people is the same.",
            code="""
import numpy as np

def telltale_pair(n, most):
    first = np.zeros(n)
    first[-(n // 20 + 1):] = most
    return first, first[:-1]
""",
        ),
    },
    also_right=(
        """
import numpy as np

def telltale_pair(n, most):
    cut_at = int(np.percentile(np.arange(n), 95))
    poor = 0.01 * most
    second = [poor] * cut_at + [most] * (n - cut_at)
    return [poor] * (cut_at + 1) + second[cut_at + 1:], second
""",
    ),
)

# dp-04


def right_epsilon(prior, lowest, highest):
    before, low, high = (
        math.log(p / (1 - p)) for p in (prior, lowest, highest)
    )
    return min(high - before, before - low)


def right_for_insurers(answer, rng):
    """a belief of 10 % that may move to 5 % or 20 %, and others"""
    beliefs = ((0.1, 0.05, 0.2), (0.3, 0.05, 0.6), (0.5, 0.2, 0.9))
    compare(
        answer, dp_04, right_epsilon, [belief(*numbers) for numbers in beliefs]
    )


def right_for_any_belief(answer, rng):
    """any belief, also nearly sure ones"""
    for _ in range(20):
        lowest, prior, highest = np.sort(rng.beta(0.3, 0.3, 3)) * 0.999 + 0.0005
        case = belief(float(prior), float(lowest), float(highest))
        compare(answer, dp_04, right_epsilon, [case])


def right_if_no_belief_may_move(answer, rng):
    """a belief that must not rise, or not fall"""
    still = [belief(0.25, 0.25, 0.9), belief(0.5, 0.01, 0.5)]
    compare(answer, dp_04, right_epsilon, still)


def belief(prior, lowest, highest) -> dict:
    return {"prior": prior, "lowest": lowest, "highest": highest}


dp_04 = Exercise(
    id="dp-04",
    title="How much may an insurer learn?",
    answer="largest_epsilon",
    difficulty=2,
    minutes=5,
    points=1,
    hints=(
        "Which quantity does a release multiply by e^ε at most: the probability p, or "
        "the odds p / (1 - p)?",
        "The odds may grow by the factor e^ε and shrink by e^-ε. Two limits, two "
        "largest ε. Which of the two keeps both?",
        "With odds(p) = p / (1 - p): the logarithm of the smaller of "
        "odds(highest) / odds(prior) and odds(prior) / odds(lowest).",
    ),
    public=(right_for_insurers,),
    hidden=(right_for_any_belief, right_if_no_belief_may_move),
    mistakes={
        "only-upwards": Mistake(
            message="You kept the belief below highest only. A release may also make "
            "the insurer surer that Li is not a patient, by the same factor.",
            code="""
import numpy as np

def largest_epsilon(prior, lowest, highest):
    return np.log(highest / (1 - highest) / (prior / (1 - prior)))
""",
        ),
        "probabilities-not-odds": Mistake(
            message="You multiplied the probability by e^ε. It is the odds, p against "
            "1 - p, that a release multiplies: Bayes' rule changes both.",
            code="""
import numpy as np

def largest_epsilon(prior, lowest, highest):
    return np.log(min(highest / prior, prior / lowest))
""",
        ),
        "no-logarithm": Mistake(
            message="That is the factor by which the odds may change. The factor is "
            "e^ε; you are asked for ε.",
            code="""
def largest_epsilon(prior, lowest, highest):
    odds = prior / (1 - prior)
    return min(highest / (1 - highest) / odds, odds / (lowest / (1 - lowest)))
""",
        ),
        "larger-of-two": Mistake(
            message="You took the larger of two limits on ε. Then one of the two "
            "beliefs, lowest or highest, can be passed.",
            code="""
import numpy as np

def largest_epsilon(prior, lowest, highest):
    odds = prior / (1 - prior)
    up, down = highest / (1 - highest) / odds, odds / (lowest / (1 - lowest))
    return np.log(max(up, down))
""",
        ),
    },
    also_right=(
        """
from scipy.special import logit

def largest_epsilon(prior, lowest, highest):
    return min(logit(highest) - logit(prior), logit(prior) - logit(lowest))
""",
    ),
)

# dp-05


def right_visits(clinics, most, relation):
    return most if relation == "add or remove one" or clinics == 1 else 2 * most


def histograms(*shapes: tuple[int, int]) -> list[dict]:
    return [
        {"clinics": clinics, "most": most, "relation": relation}
        for clinics, most in shapes
        for relation in ("add or remove one", "replace one")
    ]


def right_for_a_city(answer, rng):
    """twelve clinics, three visits each, and a single clinic"""
    compare(answer, dp_05, right_visits, histograms((12, 3), (1, 4)))


def right_for_any_city(answer, rng):
    """any number of clinics and visits"""
    shapes = [
        (int(rng.integers(2, 99)), int(rng.integers(1, 99))) for _ in range(10)
    ]
    compare(
        answer,
        dp_05,
        right_visits,
        histograms((2, 1), (1, 1), (2, 50), *shapes),
    )


dp_05 = Exercise(
    id="dp-05",
    title="Counts for many clinics",
    answer="visits_sensitivity",
    difficulty=2,
    minutes=5,
    points=1,
    hints=(
        "Take three clinics and most = 2. Write the counts with Li and without Li, then "
        "with Li replaced by somebody who likes another clinic. Add up the changes.",
        "Somebody who leaves takes `most` visits away, wherever they were. What if "
        "somebody else comes in the same moment?",
        "Add or remove one: `most`. Replace one: `most` visits vanish in one clinic and "
        "`most` appear in another, if there is another.",
    ),
    public=(right_for_a_city,),
    hidden=(right_for_any_city,),
    mistakes={
        "same-for-both": Mistake(
            message="You gave the same number for both relations. When one person is "
            "replaced, visits vanish in one clinic and appear in another.",
            code="""
def visits_sensitivity(clinics, most, relation):
    return most
""",
        ),
        "every-clinic": Mistake(
            message="You let one person change every clinic's count by `most`. Nobody "
            "counts for more than `most` visits in all clinics together.",
            code="""
def visits_sensitivity(clinics, most, relation):
    return clinics * most
""",
        ),
        "one-visit-each": Mistake(
            message="You let each person count for one visit. A person may count for up "
            "to `most` of them.",
            code="""
def visits_sensitivity(clinics, most, relation):
    return 2 if relation == "replace one" and clinics > 1 else 1
""",
        ),
        "length-not-sum": Mistake(
            message="You measured the change as a length (L2), as Gaussian noise needs "
            "it. For Laplace noise add the changes up, in absolute value (L1).",
            code="""
import math

def visits_sensitivity(clinics, most, relation):
    return most * math.sqrt(2) if relation == "replace one" and clinics > 1 else most
""",
        ),
        "one-clinic": Mistake(
            message="Right for many clinics. With a single one, though, the visits that "
            "vanish and those that appear are in the same count.",
            code="""
def visits_sensitivity(clinics, most, relation):
    return 2 * most if relation == "replace one" else most
""",
        ),
    },
    also_right=(
        """
def visits_sensitivity(clinics, most, relation):
    moves = {"add or remove one": 1, "replace one": min(clinics, 2)}
    return float(most * moves[relation])
""",
    ),
)

# dp-06


def right_price(epsilon, error):
    answers = math.ceil(2 / (epsilon * error) ** 2)
    return answers, answers * epsilon


def right_for_two_boards(answer, rng):
    """a board with epsilon 0.1 read to within 3 people, another with 0.5 to 0.3"""
    boards = [{"epsilon": 0.1, "error": 3}, {"epsilon": 0.5, "error": 0.3}]
    compare(answer, dp_06, right_price, boards)


def right_for_any_board(answer, rng):
    """any board, also one that a single look answers"""
    for epsilon in rng.uniform(0.01, 2, 20):
        # half an answer more than a whole number: rounding errors cannot matter
        answers = int(rng.integers(0, 1000)) + 0.5
        error = math.sqrt(2 / answers) / epsilon
        board = {"epsilon": float(epsilon), "error": float(error)}
        compare(answer, dp_06, right_price, [board])


dp_06 = Exercise(
    id="dp-06",
    title="The bill for asking again",
    answer="price_of_averaging",
    difficulty=2,
    minutes=5,
    points=1,
    hints=(
        "First one answer: what is the scale of its noise, and what is the standard "
        "deviation of Laplace noise of that scale?",
        "The standard deviation of the mean of k independent answers is that of one, "
        "divided by the square root of k. Solve for k; the clinic pays for each answer.",
        "k is the smallest whole number with sqrt(2) / epsilon / sqrt(k) <= error. The "
        "total is k times epsilon.",
    ),
    public=(right_for_two_boards,),
    hidden=(right_for_any_board,),
    mistakes={
        "scale-as-deviation": Mistake(
            message="You took the scale of the noise for its standard deviation. The "
            "variance of Laplace noise of scale b is 2 b².",
            code="""
import math

def price_of_averaging(epsilon, error):
    answers = math.ceil(1 / (epsilon * error) ** 2)
    return answers, answers * epsilon
""",
        ),
        "divided-by-k": Mistake(
            message="Your average gets better too fast. The noise of k answers partly "
            "cancels; what is left shrinks like the square root of k.",
            code="""
import math

def price_of_averaging(epsilon, error):
    answers = math.ceil(math.sqrt(2) / (epsilon * error))
    return answers, answers * epsilon
""",
        ),
        "rounded-down": Mistake(
            message="You are one answer short: with a whole number below the exact "
            "value the standard deviation is still above error.",
            code="""
def price_of_averaging(epsilon, error):
    answers = int(2 / (epsilon * error) ** 2)
    return answers, answers * epsilon
""",
        ),
        "paid-once": Mistake(
            message="The clinic has paid for one answer only. Every answer has fresh "
            "noise, so every one spends epsilon again, though the question is the same.",
            code="""
import math

def price_of_averaging(epsilon, error):
    return math.ceil(2 / (epsilon * error) ** 2), epsilon
""",
        ),
        "root-of-k-epsilon": Mistake(
            message="You let the spent ε grow like the square root of the number of "
            "answers, as the noise does. Basic composition adds: it grows like k.",
            code="""
import math

def price_of_averaging(epsilon, error):
    answers = math.ceil(2 / (epsilon * error) ** 2)
    return answers, math.sqrt(answers) * epsilon
""",
        ),
    },
    also_right=(
        """
def price_of_averaging(epsilon, error):
    answers, variance = 1, 2 / epsilon**2
    while variance / answers > error**2:
        answers += 1
    return [answers, answers * epsilon]
""",
    ),
)

# dp-07


def right_smallest(n, low, high, error, failure):
    return (high - low) / n / error * math.log(1 / failure)


def right_for_two_towns(answer, rng):
    """500 households to within 300, and 80 to within 2 500"""
    towns = [
        {
            "n": 500,
            "low": 10_000,
            "high": 90_000,
            "error": 300,
            "failure": 0.05,
        },
        {"n": 80, "low": 0, "high": 150_000, "error": 2_500, "failure": 0.01},
    ]
    compare(answer, dp_07, right_smallest, towns)


def right_for_any_town(answer, rng):
    """any town, currency and mayor"""
    for _ in range(20):
        low, width, error = (
            rng.normal(0, 1e4),
            rng.uniform(1, 1e5),
            rng.uniform(0.1, 1e3),
        )
        failure, n = (
            float(10 ** -rng.uniform(0.1, 6)),
            int(rng.integers(1, 99_999)),
        )
        town = {"n": n, "low": low, "high": low + width, "error": error}
        compare(answer, dp_07, right_smallest, [{**town, "failure": failure}])


dp_07 = Exercise(
    id="dp-07",
    title="Accurate enough for the mayor",
    answer="smallest_epsilon",
    difficulty=2,
    minutes=5,
    points=1,
    hints=(
        "With which probability is Laplace noise of scale b larger than t, up or down? "
        "Integrate its density, or look at the picture: an exponential on each side.",
        "That probability is e^(-t / b). Which b makes it `failure` at t = `error`?",
        "b = error / ln(1 / failure), and b is the sensitivity over ε. Solve for ε.",
    ),
    public=(right_for_two_towns,),
    hidden=(right_for_any_town,),
    mistakes={
        "deviation-not-tail": Mistake(
            message="You made the standard deviation of the noise equal to error. The "
            "noise is often larger than that; the mayor allows it with probability "
            "failure only.",
            code="""
import math

def smallest_epsilon(n, low, high, error, failure):
    return math.sqrt(2) * (high - low) / n / error
""",
        ),
        "not-divided-by-n": Mistake(
            message="That would be for the sum of the incomes. One household moves the "
            "mean far less, and more households make it cheaper still.",
            code="""
import math

def smallest_epsilon(n, low, high, error, failure):
    return (high - low) * math.log(1 / failure) / error
""",
        ),
        "log-of-success": Mistake(
            message="You used the probability that the noise is small where the "
            "probability that it is large belongs: a stricter mayor needs a larger ε.",
            code="""
import math

def smallest_epsilon(n, low, high, error, failure):
    return (high - low) / n * math.log(1 / (1 - failure)) / error
""",
        ),
        "one-side": Mistake(
            message="You counted noise that is too large on one side only. It may be "
            "off upwards or downwards, each half of the time.",
            code="""
import math

def smallest_epsilon(n, low, high, error, failure):
    return (high - low) / n * math.log(1 / (2 * failure)) / error
""",
        ),
        "halved-twice": Mistake(
            message="You split failure over the two sides and forgot that each side "
            "holds only half of the noise: you ask for more ε than the mayor needs.",
            code="""
import math

def smallest_epsilon(n, low, high, error, failure):
    return (high - low) / n * math.log(2 / failure) / error
""",
        ),
        "normal-tail": Mistake(
            message="You used a quantile of the normal distribution. Laplace noise has "
            "heavier tails: it would miss more often than the mayor allows.",
            code="""
import math
from scipy.stats import norm

def smallest_epsilon(n, low, high, error, failure):
    deviations = norm.ppf(1 - failure / 2)
    return math.sqrt(2) * (high - low) / n / error * deviations
""",
        ),
    },
    also_right=(
        """
from scipy.stats import laplace

def smallest_epsilon(n, low, high, error, failure):
    scale = error / laplace.isf(failure / 2)
    return (high - low) / n / scale
""",
    ),
)

# dp-08

AUDITS = 100


def outputs(hits: int, runs: int, rng, threshold: float) -> np.ndarray:
    """The outputs of ``runs`` runs, shuffled, ``hits`` of them above ``threshold``."""
    signs = np.where(np.arange(runs) < hits, 1, -1)
    return rng.permutation(
        threshold + signs * (0.01 + rng.exponential(size=runs))
    )


def audit_of(
    hits: int, runs: int, other_hits: int, other_runs: int, rng
) -> dict:
    """The arguments of an audit in which the event came so often in each world."""
    threshold = rng.normal()
    return {
        "first_outputs": outputs(hits, runs, rng, threshold),
        "second_outputs": outputs(other_hits, other_runs, rng, threshold),
        "threshold": threshold,
    }


def bound(answer, audit: dict) -> float:
    return bounds(answer, [audit])[0]


def bounds(answer, audits: list[dict]) -> list[float]:
    reported = [number(got) for got in answer.each(audits)]
    for got in reported:
        expect(got >= 0, f"you reported {shown(got)}; ε is never below 0")
    return reported


def most_provable(
    hits: int, runs: int, other_hits: int, other_runs: int
) -> float:
    """No bound that fails once in a hundred can report more than this.

    If the chances p, q give this many hits or more, and this many other hits or fewer,
    with probability above 1 %, whoever then reports more than ln(p / q) is too high
    too often. (Assumed: more hits, or fewer other hits, never lower a report.)
    """
    # The probability 0.0101 is a product; this is the first world's factor.
    first = np.linspace(0.011, 0.999, 989)
    p = stats.beta.ppf(first, hits, runs - hits + 1)
    q = stats.beta.isf(0.0101 / first, other_hits + 1, other_runs - other_hits)
    return float(np.log(p / q).min())


def counts_leave_doubt(answer, rng):
    """700 of 1 000 in the first world, 240 of 1 500 in the second"""
    audit = audit_of(700, 1000, 240, 1500, rng)
    got = number(answer(**audit))
    mistaken(got < 0, "worlds-swapped")
    for name in (
        "frequencies-as-chances",
        "one-added",
        "one-limit",
        "worlds-swapped",
    ):
        wrong = defined(dp_08, dp_08.mistakes[name].code)
        mistaken(close(got, wrong(**audit)), name)


def never_seen_is_not_impossible(answer, rng):
    """50 of 100 in the first world, none of 100 in the second"""
    counts = 50, 100, 0, 100
    got = answer(**audit_of(*counts, rng))
    mistaken(
        isinstance(got, float) and math.isinf(got), "never-means-impossible"
    )
    mistaken(number(got) > 5, "never-means-impossible")  # "q is below 0.3 %"
    mistaken(got > most_provable(*counts), "too-sure")


def no_surer_than_the_counts_allow(answer, rng):
    """200 runs in one world, 20 000 in the other"""
    for counts in (
        (10_000, 20_000, 10, 200),
        (20, 200, 600, 20_000),
        (3, 100, 600, 200_000),
    ):
        got = bound(answer, audit_of(*counts, rng))
        mistaken(got > most_provable(*counts), "too-sure")


def seldom_too_high(answer, rng):
    """at most one audit in a hundred reports too much"""
    # The chances of the event are e% and 1%, so it attains the true ε = 1. If one
    # audit in a hundred may be too high, 10 in 100 have probability below 1e-7.
    reported = bounds(answer, [rare_event(rng) for _ in range(AUDITS)])
    too_high = sum(epsilon > 1 + 1e-9 for epsilon in reported)
    expect(
        too_high <= stats.binom.isf(1e-7, AUDITS, 0.01),
        f"in {AUDITS} audits of a mechanism with ε = 1 you reported more than 1 in "
        f"{too_high}; with 99 % confidence that should happen about once",
    )


def rare_event(rng) -> dict:
    """A thousand Laplace outputs in each world, ε = 1, and a threshold in the tail."""
    return {
        "first_outputs": rng.laplace(1, 1, 1000),
        "second_outputs": rng.laplace(0, 1, 1000),
        "threshold": math.log(50),
    }


def proves_enough(answer, rng):
    """7 311 of 10 000 in the first world, 2 689 of 10 000 in the second"""
    got = bound(answer, audit_of(7311, 10_000, 2689, 10_000, rng))
    expect(got >= 0.8, f"you prove ε ≥ {got:.3g} only; 0.8 can be proved")


def any_counts_occur(answer, rng):
    """none or all of the outputs above the threshold, and ties with it"""
    for counts in (
        (0, 50, 0, 70),
        (50, 50, 70, 70),
        (0, 50, 70, 70),
        (50, 50, 0, 70),
    ):
        bound(answer, audit_of(*counts, rng))
    ties = {"first_outputs": np.repeat([0, 1], [2689, 7311]), "threshold": 0}
    got = bound(
        answer, {**ties, "second_outputs": np.repeat([0, 1], [7311, 2689])}
    )
    expect(got >= 0.8, "an output equal to the threshold is not above it")


def seldom_too_high_elsewhere(answer, rng):
    """no false alarm for mechanisms that leak nothing, or little"""
    given, truths = [], rng.uniform(0, 2, AUDITS)
    for chance in 1 / (1 + np.exp(truths)):
        first, second = rng.binomial([400, 900], [1 - chance, chance])
        given.append(audit_of(int(first), 400, int(second), 900, rng))
    too_high = (np.array(bounds(answer, given)) > truths + 1e-9).sum()
    expect(
        too_high <= stats.binom.isf(1e-7, AUDITS, 0.01), "too high too often"
    )


dp_08 = Exercise(
    id="dp-08",
    title="You are the auditor",
    answer="epsilon_at_least",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "ε ≥ ln(p / q) for the chances p and q of the event. You know counts, not "
        "chances. What are the smallest p and the largest q you must reckon with?",
        "A lower limit for p that fails in half a percent of audits, an upper limit for "
        "q that fails in half a percent: together one percent. Clopper and Pearson's "
        "limits are exact, also for a count of 0.",
        "`stats.binomtest(count, runs).proportion_ci(0.99, method='exact')` has `.low` "
        "and `.high`. Take the low one of the first world and the high one of the "
        "second, the logarithm of their ratio, and 0 if that is negative.",
    ),
    public=(
        counts_leave_doubt,
        never_seen_is_not_impossible,
        no_surer_than_the_counts_allow,
        seldom_too_high,
        proves_enough,
    ),
    hidden=(any_counts_occur, seldom_too_high_elsewhere),
    mistakes={
        "frequencies-as-chances": Mistake(
            message="You took the frequencies for the chances. They are a little off in "
            "every audit, and in half of the audits to your advantage: your number is "
            "an estimate, not a bound.",
            code="""
import numpy as np

def epsilon_at_least(first_outputs, second_outputs, threshold):
    p, q = np.mean(first_outputs > threshold), np.mean(second_outputs > threshold)
    return np.maximum(0, np.log(p / q))
""",
        ),
        "one-added": Mistake(
            message="You added one to the counts. That avoids a division by zero, but it "
            "is still an estimate: nothing in it knows how sure you are.",
            code="""
import numpy as np

def epsilon_at_least(first_outputs, second_outputs, threshold):
    p = (np.sum(first_outputs > threshold) + 1) / (len(first_outputs) + 2)
    q = (np.sum(second_outputs > threshold) + 1) / (len(second_outputs) + 2)
    return max(0, np.log(p / q))
""",
        ),
        "one-limit": Mistake(
            message="One of the two chances is bounded, the other is still a bare "
            "frequency. Both are uncertain.",
            code="""
import numpy as np
from scipy.stats import beta

def epsilon_at_least(first_outputs, second_outputs, threshold):
    p, runs = np.mean(first_outputs > threshold), len(second_outputs)
    hits = np.sum(second_outputs > threshold)
    return max(0, np.log(p / beta.ppf(0.99, hits + 1, runs - hits)))
""",
        ),
        "too-sure": Mistake(
            message="Your bound is too sure of itself: chances that are closer together "
            "give such counts, or more extreme ones, more often than once in a hundred. "
            "With which confidence does each of your limits hold?",
            code="""
import math
from scipy.stats import binomtest

def epsilon_at_least(first_outputs, second_outputs, threshold):
    def limits(outputs):
        return binomtest(int((outputs > threshold).sum()), len(outputs)).proportion_ci()

    low, high = limits(first_outputs).low, limits(second_outputs).high
    return math.log(low / high) if low > high else 0
""",
        ),
        "worlds-swapped": Mistake(
            message="You divide the chance in the second world by that in the first. "
            "The event is expected more often in the first.",
            code="""
import numpy as np
from scipy.stats import beta

def epsilon_at_least(first_outputs, second_outputs, threshold):
    k, n = np.sum(second_outputs > threshold), len(second_outputs)
    j, m = np.sum(first_outputs > threshold), len(first_outputs)
    return max(0, np.log(beta.ppf(0.005, k, n - k + 1) / beta.ppf(0.995, j + 1, m - j)))
""",
        ),
        "never-means-impossible": Mistake(
            message="The event never came in the second world, and you conclude that it "
            "cannot. In 100 runs you miss easily what happens once in 100; an upper "
            "limit for its chance must stay above 0.",
            code="""
import numpy as np

def epsilon_at_least(first_outputs, second_outputs, threshold):
    def limit(outputs, deviations):
        p = np.mean(outputs > threshold)
        return p + deviations * np.sqrt(p * (1 - p) / len(outputs))

    low, high = limit(first_outputs, -2.576), limit(second_outputs, 2.576)
    return max(0, np.log(low / high))
""",
        ),
    },
    also_right=(
        """
import math
from scipy.stats import binomtest

def epsilon_at_least(first_outputs, second_outputs, threshold):
    def limits(outputs):
        above = sum(output > threshold for output in outputs.tolist())
        return binomtest(above, len(outputs)).proportion_ci(0.99, method="exact")

    low, high = limits(first_outputs).low, limits(second_outputs).high
    return math.log(low / high) if low > high else 0
""",
        """
import numpy as np

def epsilon_at_least(first_outputs, second_outputs, threshold):
    def margin(outputs):  # Hoeffding's inequality, half a percent on each side
        return np.sqrt(np.log(200) / (2 * len(outputs)))

    p = np.mean(first_outputs > threshold) - margin(first_outputs)
    q = np.mean(second_outputs > threshold) + margin(second_outputs)
    return np.log(p / q) if p > q else 0
""",
    ),
)
