"""Checks, hints and named mistakes of the exercises 04_1."""

import math

import numpy as np
from scipy.optimize import linprog
from scipy.special import softmax

from privlab.course.checking import compare, compare_results
from privlab.course.exercise import Exercise, Mistake, Wrong, expect, mistaken
from privlab.dp.mechanisms import gaussian_delta

# dp-11


def right_delta(epsilon, delta):
    sigma = math.sqrt(2 * math.log(1.25 / delta)) / epsilon
    return gaussian_delta(sigma, epsilon, 1)


def promises(*pairs) -> list[dict]:
    return [{"epsilon": epsilon, "delta": delta} for epsilon, delta in pairs]


def right_for_three_promises(answer, rng):
    """epsilon = 1, 8 and 20 at delta = 0.00001"""
    pairs = [(epsilon, 1e-5) for epsilon in (1, 8, 20)]
    compare(answer, dp_11, right_delta, promises(*pairs))


def right_for_any_promise(answer, rng):
    """any epsilon and delta"""
    pairs = [
        (rng.uniform(0.2, 25), 10 ** rng.uniform(-7, -1)) for _ in range(15)
    ]
    cases = promises(*pairs)
    compare(answer, dp_11, right_delta, cases)


dp_11 = Exercise(
    id="dp-11",
    title="What the textbook's noise really keeps",
    answer="true_delta",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Two formulas, one after the other. Which σ does the program take? And which "
        "δ does a noise of that σ keep at this ε?",
        "The sensitivity is 1. Compute σ by the classical formula, then insert it in "
        "Φ(1/2σ - εσ) - e^ε Φ(-1/2σ - εσ).",
        "`sigma = np.sqrt(2 * np.log(1.25 / delta)) / epsilon`, then the difference of "
        "`stats.norm.cdf(1 / (2 * sigma) - epsilon * sigma)` and `np.exp(epsilon)` times "
        "`stats.norm.cdf(-1 / (2 * sigma) - epsilon * sigma)`.",
    ),
    public=(right_for_three_promises,),
    hidden=(right_for_any_promise,),
    mistakes={
        "tail-only": Mistake(
            message="You gave the chance that the log-ratio passes ε. That is a bound on "
            "δ, not the smallest: what the other world may contribute is missing, the "
            "second term.",
            code="""
import numpy as np
from scipy.stats import norm

def true_delta(epsilon, delta):
    sigma = np.sqrt(2 * np.log(1.25 / delta)) / epsilon
    return norm.cdf(1 / (2 * sigma) - epsilon * sigma)
""",
        ),
        "no-factor": Mistake(
            message="You subtracted the plain probabilities of the two worlds. The "
            "promise allows the other world's probability to count e^ε times.",
            code="""
import numpy as np
from scipy.stats import norm

def true_delta(epsilon, delta):
    sigma = np.sqrt(2 * np.log(1.25 / delta)) / epsilon
    inside, outside = 1 / (2 * sigma), epsilon * sigma
    return norm.cdf(inside - outside) - norm.cdf(-inside - outside)
""",
        ),
        "as-promised": Mistake(
            message="That is the δ which the user typed in. The question is what the "
            "noise keeps, whatever was promised.",
            code="""
def true_delta(epsilon, delta):
    return delta
""",
        ),
        "variance-for-deviation": Mistake(
            message="Your noise has the classical σ as its variance, or the square as "
            "its deviation. σ is the standard deviation, with the root taken.",
            code="""
import numpy as np
from scipy.stats import norm

def true_delta(epsilon, delta):
    sigma = 2 * np.log(1.25 / delta) / epsilon**2
    inside, outside = 1 / (2 * sigma), epsilon * sigma
    return norm.cdf(inside - outside) - np.exp(epsilon) * norm.cdf(-inside - outside)
""",
        ),
        "divided": Mistake(
            message="You divided where the formula multiplies: the log-ratio passes ε "
            "where the output is εσ² from the middle, that is εσ in deviations.",
            code="""
import numpy as np
from scipy.stats import norm

def true_delta(epsilon, delta):
    sigma = np.sqrt(2 * np.log(1.25 / delta)) / epsilon
    inside, outside = 1 / (2 * sigma), epsilon / sigma
    return norm.cdf(inside - outside) - np.exp(epsilon) * norm.cdf(-inside - outside)
""",
        ),
    },
    also_right=(
        """
import math
from privlab.dp.mechanisms import gaussian_delta

def true_delta(epsilon, delta):
    sigma = math.sqrt(2 * math.log(1.25 / delta)) / epsilon
    return gaussian_delta(sigma, epsilon, 1)
""",
    ),
)

# dp-12


def right_misses(without, with_li, false_alarms):
    """Maximise the catches over the chance to cry at each outcome: a linear program."""
    plan = linprog(-with_li, A_ub=[without], b_ub=[false_alarms], bounds=(0, 1))
    return 1 + plan.fun


def tests_of(without, with_li, *shares) -> list[dict]:
    worlds = {"without": np.array(without), "with_li": np.array(with_li)}
    return [{**worlds, "false_alarms": share} for share in shares]


def right_for_four_outcomes(answer, rng):
    """a mechanism with four outcomes"""
    worlds = [0.3, 0.1, 0.45, 0.15], [0.35, 0.2, 0.15, 0.3]
    cases = tests_of(*worlds, 0.05, 0.2, 0.35, 0.8)
    compare(answer, dp_12, right_misses, cases)


def right_for_randomised_response(answer, rng):
    """randomised response at epsilon = 1: the two straight lines"""
    truth = math.e / (1 + math.e)
    cases = tests_of([truth, 1 - truth], [1 - truth, truth], 0.1, 0.5)
    compare(answer, dp_12, right_misses, cases)


def right_for_any_mechanism(answer, rng):
    """mechanisms with up to a dozen outcomes"""
    cases = []
    for _ in range(10):
        size = int(rng.integers(2, 12))
        worlds = rng.dirichlet(np.ones(size), 2) * 0.98 + 0.02 / size
        cases += tests_of(*worlds, float(rng.random()), 0.0, 1.0)
    compare(answer, dp_12, right_misses, cases)


def misses(order="np.argsort(-with_li / without)", curve="1 - caught") -> str:
    """An answer that cries alarm at the outcomes in this order."""
    return f"""
import numpy as np

def fewest_misses(without, with_li, false_alarms):
    order = {order}
    alarms = [0, *np.cumsum(without[order])]
    caught = np.array([0, *np.cumsum(with_li[order])])
    return np.interp(false_alarms, alarms, {curve})
"""


dp_12 = Exercise(
    id="dp-12",
    title="The adversary's best test",
    answer="fewest_misses",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "For which outcome should the adversary cry alarm first? Crying there costs "
        "`without[i]` false alarms and catches `with_li[i]`.",
        "Take outcomes in the order of with_li / without, largest first, while the false "
        "alarms last. The last one may be taken in part: cry with some probability.",
        "Sort by the ratio, form `np.cumsum` of both arrays in that order with a 0 in "
        "front, and `np.interp` the catches at `false_alarms`. Misses are 1 minus that.",
    ),
    public=(right_for_four_outcomes, right_for_randomised_response),
    hidden=(right_for_any_mechanism,),
    mistakes={
        "no-coin": Mistake(
            message="Your adversary cries at an outcome always or never. With a coin it "
            "can use up the false alarms that are left for a part of the next outcome.",
            code="""
import numpy as np

def fewest_misses(without, with_li, false_alarms):
    order = np.argsort(-with_li / without)
    alarms = np.cumsum(without[order])
    caught = np.concatenate([[0], np.cumsum(with_li[order])])
    return 1 - caught[np.searchsorted(alarms, false_alarms, side="right")]
""",
        ),
        "likeliest-first": Mistake(
            message="You take the outcomes that are likeliest with Li first. An outcome "
            "that is likely in both worlds costs many false alarms: compare the two.",
            code=misses(order="np.argsort(-with_li)"),
        ),
        "in-the-order-given": Mistake(
            message="You take the outcomes in the order of the arrays. They are only "
            "names; nothing says that the first speaks loudest for Li.",
            code=misses(order="np.arange(len(without))"),
        ),
        "worst-first": Mistake(
            message="You cry alarm first where the outcome speaks against Li: that is "
            "the worst test there is, not the best.",
            code=misses(order="np.argsort(with_li / without)"),
        ),
        "catches": Mistake(
            message="That is the share of catches. The misses are the rest.",
            code=misses(curve="caught"),
        ),
        "mixed-up-worlds": Mistake(
            message="You count false alarms in the world with Li and catches in the one "
            "without. A false alarm happens when Li is not in the data.",
            code="""
import numpy as np

def fewest_misses(without, with_li, false_alarms):
    order = np.argsort(-without / with_li)
    alarms, caught = np.cumsum(with_li[order]), np.cumsum(without[order])
    return 1 - np.interp(false_alarms, [0, *alarms], [0, *caught])
""",
        ),
    },
    also_right=(
        """
def fewest_misses(without, with_li, false_alarms):
    left, missed = false_alarms, 1.0
    for q, p in sorted(zip(without, with_li), key=lambda pair: pair[0] / pair[1]):
        part = min(1.0, left / q)
        left, missed = left - part * q, missed - part * p
    return missed
""",
        """
import numpy as np

def fewest_misses(without, with_li, false_alarms):
    # The curve is the upper hull of its supporting lines, one for each ratio.
    return max(
        np.minimum(without * ratio, with_li).sum() - ratio * false_alarms
        for ratio in [0, *(with_li / without)]
    )
""",
    ),
)

# dp-13


def right_bill(noises, delta):
    rho = (np.asarray(noises, float) ** -2.0).sum() / 2
    return float(rho + 2 * math.sqrt(rho * math.log(1 / delta)))


def compare_bills(answer, cases: list[dict]) -> None:
    """Hold the answer's bills against ours; six right digits are enough."""

    def snapped(got, exact: float):
        near = isinstance(got, float) and abs(got - exact) <= 2e-6 * exact
        return exact if near else got

    given = [
        snapped(got, right_bill(**case))
        for got, case in zip(answer.each(cases), cases, strict=True)
    ]
    compare_results(given, dp_13, right_bill, cases)


def bills(*pairs) -> list[dict]:
    return [{"noises": noises, "delta": delta} for noises, delta in pairs]


def right_for_a_statistician(answer, rng):
    """three counts with noise 2, 5 and 30, and a hundred with noise 20"""
    cases = bills(([2.0, 5.0, 30.0], 1e-5), ([20.0] * 100, 1e-6))
    compare_bills(answer, cases)


def right_for_any_releases(answer, rng):
    """any number of releases, with little noise or much"""
    cases = []
    for _ in range(15):
        noises = (10 ** rng.uniform(-0.5, 3, rng.integers(1, 40))).tolist()
        cases += bills((noises, float(10 ** rng.uniform(-9, -2))))
    compare_bills(answer, cases)


dp_13 = Exercise(
    id="dp-13",
    title="One bill for many releases",
    answer="renyi_bill",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "First add up what is the same for every order: R(α) is α times a number that "
        "depends on the noises only.",
        "With ρ = Σ 1/2σ², minimise ρα + ln(1/δ)/(α - 1) over α > 1. Where is the "
        "derivative 0?",
        "At α = 1 + sqrt(ln(1/δ)/ρ). Insert it: ρ + 2 sqrt(ρ ln(1/δ)).",
    ),
    public=(right_for_a_statistician,),
    hidden=(right_for_any_releases,),
    mistakes={
        "whole-orders": Mistake(
            message="You tried whole orders only. For large ε the best order lies "
            "between 1 and 2, for others between two whole numbers.",
            code="""
import numpy as np

def renyi_bill(noises, delta):
    orders = np.arange(2, 5000)
    rho = sum(1 / (2 * sigma**2) for sigma in noises)
    return (rho * orders + np.log(1 / delta) / (orders - 1)).min()
""",
        ),
        "times-the-variance": Mistake(
            message="In Python 1 / 2 * sigma**2 is half of σ². Write 1 / (2 * sigma**2).",
            code="""
import numpy as np

def renyi_bill(noises, delta):
    rho = sum(1 / 2 * sigma**2 for sigma in noises)
    return rho + 2 * np.sqrt(rho * np.log(1 / delta))
""",
        ),
        "each-for-itself": Mistake(
            message="You turned each release into an ε of its own and added those: the "
            "part with δ is paid once for each. Add the divergences first, at one order.",
            code="""
import numpy as np

def renyi_bill(noises, delta):
    each = [1 / (2 * sigma**2) for sigma in noises]
    return sum(rho + 2 * np.sqrt(rho * np.log(1 / delta)) for rho in each)
""",
        ),
        "mean-noise": Mistake(
            message="You put the mean of the noises in place of each. Costs go with "
            "1/σ², so one release with little noise may cost more than all others.",
            code="""
import numpy as np

def renyi_bill(noises, delta):
    rho = len(noises) / (2 * np.mean(noises) ** 2)
    return rho + 2 * np.sqrt(rho * np.log(1 / delta))
""",
        ),
        "not-halved": Mistake(
            message="Your divergences are twice too large: it is α/2σ².",
            code="""
import numpy as np

def renyi_bill(noises, delta):
    rho = sum(1 / sigma**2 for sigma in noises)
    return rho + 2 * np.sqrt(rho * np.log(1 / delta))
""",
        ),
        "order-is-the-log": Mistake(
            message="You took a fixed order. It is one of those that hold, but another "
            "gives a smaller ε.",
            code="""
import numpy as np

def renyi_bill(noises, delta):
    order = 1 + np.log(1 / delta)
    rho = sum(1 / (2 * sigma**2) for sigma in noises)
    return rho * order + np.log(1 / delta) / (order - 1)
""",
        ),
    },
    also_right=(
        """
import math
from scipy.optimize import minimize_scalar

def renyi_bill(noises, delta):
    rho = sum(0.5 / s**2 for s in noises)
    def epsilon(log_excess):
        excess = math.exp(log_excess)
        return rho * (1 + excess) + math.log(1 / delta) / excess
    return minimize_scalar(epsilon, bounds=(-30, 30), method="bounded").fun
""",
        """
import numpy as np

def renyi_bill(noises, delta):
    orders = 1 + np.geomspace(1e-4, 1e6, 200_001)
    divergences = sum(orders / (2 * sigma**2) for sigma in noises)
    return (divergences + np.log(1 / delta) / (orders - 1)).min()
""",
    ),
)

# dp-14


def right_sample_epsilon(epsilon, rate):
    return math.log1p(math.expm1(epsilon) / rate)


def steps_of(*pairs) -> list[dict]:
    return [{"epsilon": epsilon, "rate": rate} for epsilon, rate in pairs]


def right_for_two_runs(answer, rng):
    """epsilon = 0.1 with a tenth of the people, epsilon = 1 with a hundredth"""
    cases = steps_of((0.1, 0.1), (1, 0.01))
    compare(answer, dp_14, right_sample_epsilon, cases)


def right_for_any_run(answer, rng):
    """any epsilon and rate, everybody in every sample included"""
    drawn = [
        (10 ** rng.uniform(-2, 1), 10 ** rng.uniform(-5, 0)) for _ in range(15)
    ]
    compare(answer, dp_14, right_sample_epsilon, steps_of((0.7, 1.0), *drawn))


dp_14 = Exercise(
    id="dp-14",
    title="What sampling allows",
    answer="epsilon_for_the_sample",
    difficulty=1,
    minutes=5,
    points=1,
    hints=(
        "The lesson goes from ε on the sample to ε on the data. You need the way back.",
        "Solve epsilon = ln(1 + rate (e^s - 1)) for s. Begin with e to the power of "
        "both sides.",
        "e^epsilon - 1 = rate (e^s - 1), so e^s = 1 + (e^epsilon - 1) / rate.",
    ),
    public=(right_for_two_runs,),
    hidden=(right_for_any_run,),
    mistakes={
        "rule-of-thumb": Mistake(
            message="You divided ε by the rate. That is the rule of thumb for small ε; "
            "beyond, it promises the sample far too large an ε.",
            code="""
def epsilon_for_the_sample(epsilon, rate):
    return epsilon / rate
""",
        ),
        "wrong-way": Mistake(
            message="You went from the sample to the data. Here ε on the data is given, "
            "and the sample's is sought: it is the larger one.",
            code="""
import numpy as np

def epsilon_for_the_sample(epsilon, rate):
    return np.log(1 + rate * (np.exp(epsilon) - 1))
""",
        ),
        "without-the-ones": Mistake(
            message="You divided e^ε by the rate. With probability 1 - rate Li is not "
            "in the sample and the ratio is 1: sampling divides e^ε - 1.",
            code="""
import numpy as np

def epsilon_for_the_sample(epsilon, rate):
    return np.log(np.exp(epsilon) / rate)
""",
        ),
        "no-logarithm": Mistake(
            message="That is the largest ratio on the sample, e^s. You are asked for "
            "its logarithm.",
            code="""
import numpy as np

def epsilon_for_the_sample(epsilon, rate):
    return 1 + (np.exp(epsilon) - 1) / rate
""",
        ),
    },
    also_right=(
        """
import math
from scipy.optimize import brentq

def epsilon_for_the_sample(epsilon, rate):
    def excess(s):
        return math.log1p(rate * math.expm1(s)) - epsilon
    return brentq(excess, 0, epsilon - math.log(rate) + 1, xtol=1e-14)
""",
    ),
)

# dp-15


def right_odometer(noises, allowance):
    readings, spent = [], 0.0
    for cost in 1 / (2 * np.asarray(noises, float) ** 2):
        spent += cost if spent + cost <= allowance else 0.0
        readings.append(spent)
    return np.array(readings)


def requests(noises, allowance) -> list[dict]:
    return [{"noises": np.array(noises, float), "allowance": allowance}]


def right_for_six_requests(answer, rng):
    """noise 5, 2, 1, 4, 2, 10 people and 0.3 to spend"""
    cases = requests([5, 2, 1, 4, 2, 10], 0.3)
    cases += requests([2, 1, 3, 3, 8], 0.2)
    compare(answer, dp_15, right_odometer, cases)


def right_for_any_requests(answer, rng):
    """any requests, and a table that answers none or all"""
    for _ in range(10):
        noises = 10 ** rng.uniform(-0.5, 1.5, int(rng.integers(1, 30)))
        allowance = float(rng.uniform(0.01, 2))
        compare(answer, dp_15, right_odometer, requests(noises, allowance))
    compare(answer, dp_15, right_odometer, requests([1, 1], 0.1))
    compare(answer, dp_15, right_odometer, requests([7, 9, 8], 50.0))


dp_15 = Exercise(
    id="dp-15",
    title="A filter that refuses",
    answer="odometer",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Go through the requests once. What do you have to know from the earlier ones?",
        "Only what is spent so far. Add the cost 1/2σ² if the sum stays within the "
        "allowance; else leave it. Note the sum in either case.",
        "A loop with `spent = 0.0`, a list of readings, and one `if spent + cost <= "
        "allowance`. Return `np.array(readings)`.",
    ),
    public=(right_for_six_requests,),
    hidden=(right_for_any_requests,),
    mistakes={
        "never-refuses": Mistake(
            message="Your total passes the allowance: refuse what does not fit.",
            code="""
import numpy as np

def odometer(noises, allowance):
    return np.cumsum(1 / (2 * noises**2))
""",
        ),
        "times-the-variance": Mistake(
            message="In Python 1 / 2 * sigma**2 is half of σ². Write 1 / (2 * sigma**2).",
            code="""
import numpy as np

def odometer(noises, allowance):
    readings, spent = [], 0.0
    for sigma in noises:
        cost = 1 / 2 * sigma**2
        if spent + cost <= allowance:
            spent += cost
        readings.append(spent)
    return np.array(readings)
""",
        ),
        "refused-pays": Mistake(
            message="A refused request was charged. It released nothing, so it costs "
            "nothing, and a cheaper one may still be answered.",
            code="""
import numpy as np

def odometer(noises, allowance):
    return np.minimum(np.cumsum(1 / (2 * noises**2)), allowance)
""",
        ),
        "stops": Mistake(
            message="After the first refusal you answer nothing any more. A later "
            "request with more noise may fit into what is left.",
            code="""
import numpy as np

def odometer(noises, allowance):
    spent = np.cumsum(1 / (2 * noises**2))
    fits = spent <= allowance
    last = spent[fits][-1] if fits.any() else 0.0
    return np.where(fits, spent, last)
""",
        ),
        "one-more": Mistake(
            message="You answer as long as something is left, even if the answer costs "
            "more. Ask before you answer whether the whole of its cost still fits.",
            code="""
import numpy as np

def odometer(noises, allowance):
    readings, spent = [], 0.0
    for sigma in noises:
        if spent < allowance:
            spent += 1 / (2 * sigma**2)
        readings.append(spent)
    return np.array(readings)
""",
        ),
        "cheapest-first": Mistake(
            message="You serve the cheapest requests first. A filter does not know what "
            "will be asked: it deals with each as it comes.",
            code="""
import numpy as np

def odometer(noises, allowance):
    costs, served, spent = 1 / (2 * noises**2), np.zeros(len(noises)), 0.0
    for i in np.argsort(costs):
        if spent + costs[i] <= allowance:
            spent += costs[i]
            served[i] = costs[i]
    return np.cumsum(served)
""",
        ),
        "costs-not-squared": Mistake(
            message="Your costs go with 1/σ. Twice the noise costs a quarter here: "
            "1/2σ².",
            code="""
import numpy as np

def odometer(noises, allowance):
    readings, spent = [], 0.0
    for sigma in noises:
        if spent + 1 / (2 * sigma) <= allowance:
            spent += 1 / (2 * sigma)
        readings.append(spent)
    return np.array(readings)
""",
        ),
    },
    also_right=(
        """
from itertools import accumulate

def odometer(noises, allowance):
    def after(spent, sigma):
        total = spent + 0.5 / sigma**2
        return total if total <= allowance else spent
    return list(accumulate(noises, after, initial=0.0))[1:]
""",
    ),
)

# dp-16


def right_chances(values, candidates, epsilon):
    below = np.array([(values < c).sum() for c in candidates])
    above = np.array([(values > c).sum() for c in candidates])
    return softmax(-epsilon * np.abs(below - above) / 2)


def waiting(values, candidates, epsilon) -> list[dict]:
    arrays = {"values": np.array(values), "candidates": np.array(candidates)}
    return [{**arrays, "epsilon": epsilon}]


def compare_chances(answer, cases: list[dict]) -> None:
    """``compare``, but told at once where there is no list of probabilities."""
    given = answer.each(cases)
    for got, case in zip(given, cases, strict=True):
        try:
            chances = np.asarray(got, float)
        except (TypeError, ValueError, OverflowError) as error:
            raise Wrong("an array of probabilities is needed") from error
        mistaken(chances.ndim and np.isnan(chances).any(), "underflow")
        shape = case["candidates"].shape
        expect(
            chances.shape == shape, "one probability per candidate is needed"
        )
        positive = (chances >= 0).all()
        mistaken(positive and abs(chances.sum() - 1) > 1e-6, "no-probabilities")
    compare_results(given, dp_16, right_chances, cases)


def right_for_ten_patients(answer, rng):
    """ten waiting times, one of them ten hours, and five candidates"""
    values = [5, 12, 20, 22, 30, 31, 45, 50, 80, 600]
    cases = waiting(values, [10, 25, 30, 40, 60], 1)
    compare_chances(answer, cases)


def right_for_many_patients(answer, rng):
    """four thousand patients, nearly all of whom waited longer than the candidates"""
    values = np.r_[15.0, 25.0, np.full(3998, 90.0)]
    compare_chances(answer, waiting(values, [10, 20, 30], 1.0))


def right_for_any_hospital(answer, rng):
    """any waiting times and candidates, few patients or thousands"""
    for people in (1, 2, 9, 200, 5000):
        values = rng.exponential(40, people).round()
        candidates = np.sort(rng.choice(np.arange(0, 300), 12, replace=False))
        cases = waiting(values, candidates, float(rng.uniform(0.05, 3)))
        compare_chances(answer, cases)


dp_16 = Exercise(
    id="dp-16",
    title="A private median",
    answer="median_chances",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Take one candidate and write down how many values are below and above. Now one "
        "patient comes. How far can the score move?",
        "By 1, so Δ = 1 and the weights are e^(εu/2). For thousands of values u is in "
        "the thousands: what does the computer make of e^-2000?",
        "Subtract the largest exponent before `np.exp`, then divide by the sum. "
        "`values < candidates[:, None]` compares every value with every candidate.",
    ),
    public=(right_for_many_patients, right_for_ten_patients),
    hidden=(right_for_any_hospital,),
    mistakes={
        "half-missing": Mistake(
            message="Your weights are e^(εu/Δ). The other half of ε is needed because "
            "the sum of all weights changes with the data too.",
            code="""
import numpy as np
from scipy.special import softmax

def median_chances(values, candidates, epsilon):
    below = (values < candidates[:, None]).sum(axis=1)
    above = (values > candidates[:, None]).sum(axis=1)
    return softmax(-epsilon * np.abs(below - above))
""",
        ),
        "replaced": Mistake(
            message="You took Δ = 2, as if a patient could move from below a candidate "
            "to above it. Here one patient comes or goes.",
            code="""
import numpy as np
from scipy.special import softmax

def median_chances(values, candidates, epsilon):
    below = (values < candidates[:, None]).sum(axis=1)
    above = (values > candidates[:, None]).sum(axis=1)
    return softmax(-epsilon * np.abs(below - above) / 4)
""",
        ),
        "distance-as-score": Mistake(
            message="You scored a candidate by its distance to the median. One patient "
            "can move the median by hours: that score has no bounded sensitivity.",
            code="""
import numpy as np
from scipy.special import softmax

def median_chances(values, candidates, epsilon):
    return softmax(-epsilon * np.abs(candidates - np.median(values)) / 2)
""",
        ),
        "worst-likeliest": Mistake(
            message="With your sign the worst candidate is the likeliest. A score of 0 "
            "is the best, and scores are negative.",
            code="""
import numpy as np
from scipy.special import softmax

def median_chances(values, candidates, epsilon):
    below = (values < candidates[:, None]).sum(axis=1)
    above = (values > candidates[:, None]).sum(axis=1)
    return softmax(epsilon * np.abs(below - above) / 2)
""",
        ),
        "no-probabilities": Mistake(
            message="Your numbers do not add up to 1. The weights are only proportional "
            "to the probabilities.",
            code="""
import numpy as np

def median_chances(values, candidates, epsilon):
    below = (values < candidates[:, None]).sum(axis=1)
    above = (values > candidates[:, None]).sum(axis=1)
    return np.exp(-epsilon * np.abs(below - above) / 2)
""",
        ),
        "underflow": Mistake(
            message="Some of your chances are not numbers. With thousands of values "
            "every weight rounds to 0, and 0 is divided by 0. A common factor changes "
            "no probability: choose one that keeps the largest weight at 1.",
            code="""
import numpy as np

def median_chances(values, candidates, epsilon):
    below = (values < candidates[:, None]).sum(axis=1)
    above = (values > candidates[:, None]).sum(axis=1)
    weights = np.exp(-epsilon * np.abs(below - above) / 2)
    return weights / weights.sum()
""",
        ),
    },
    also_right=(
        """
import numpy as np
from privlab.dp.selection import Exponential

def median_chances(values, candidates, epsilon):
    values = np.sort(values)
    below = np.searchsorted(values, candidates, side="left")
    above = len(values) - np.searchsorted(values, candidates, side="right")
    mechanism = Exponential(epsilon=epsilon, sensitivity=1)
    return mechanism.probabilities(-np.abs(below - above)).tolist()
""",
    ),
)
