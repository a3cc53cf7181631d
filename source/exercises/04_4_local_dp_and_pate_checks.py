"""Checks, hints and named mistakes of the exercises 04_4."""

import math

import numpy as np

from privlab.course.checking import (
    as_often,
    compare,
    defined,
    number,
    shown,
)
from privlab.course.exercise import Exercise, Mistake, Wrong, expect, mistaken
from privlab.dp.mechanisms import Gaussian


# dp-21


def right_people(n, epsilon):
    return math.ceil((epsilon * n / math.sinh(epsilon / 2)) ** 2 / 8)


def right_for_two_clinics(answer, rng):
    """1 000 people at ε = 1, and 250 at ε = 0.4"""
    cases = [{"n": 1000, "epsilon": 1}, {"n": 250, "epsilon": 0.4}]
    compare(answer, dp_21, right_people, cases)


def right_for_any_clinic(answer, rng):
    """any clinic and any ε"""
    for n in (10, 77, 4321):
        case = {"n": n, "epsilon": float(rng.uniform(0.05, 6))}
        compare(answer, dp_21, right_people, [case])


def people(number: str) -> str:
    """An answer that is this number."""
    return f"""
import math

def people_needed(n, epsilon):
    return {number}
"""


dp_21 = Exercise(
    id="dp-21",
    title="How many people replace one honest clinic?",
    answer="people_needed",
    difficulty=2,
    minutes=8,
    points=1,
    hints=(
        "Write down two standard deviations of a share: the clinic's, which falls like "
        "1/n, and the company's, which falls like 1/√N. Set them equal.",
        "The clinic: √2 / (ε n). One randomized report: its variance is p (1 - p), and "
        "the estimate divides it by (2p - 1)².",
        "N = [p (1 - p) / (2p - 1)²] / [√2 / (ε n)]², rounded up.",
    ),
    public=(right_for_two_clinics,),
    hidden=(right_for_any_clinic,),
    mistakes={
        "not-squared": Mistake(
            message="You divided the standard deviations. The company's falls like "
            "1/√N only: for a tenth of the error it needs a hundred times the people.",
            code=people(
                "math.ceil(epsilon * n / math.sinh(epsilon / 2) / math.sqrt(8))"
            ),
        ),
        "counts-compared": Mistake(
            message="You compared the errors of the counts. With more people the "
            "company's count gets worse, but its share gets better: divide by n and N.",
            code=people(
                "math.ceil(2 / epsilon**2 * 4 * math.sinh(epsilon / 2) ** 2)"
            ),
        ),
        "scale-as-deviation": Mistake(
            message="You took the scale of the Laplace noise for its standard "
            "deviation, which is √2 times as large.",
            code=people(
                "math.ceil((epsilon * n / math.sinh(epsilon / 2)) ** 2 / 4)"
            ),
        ),
        "lies-not-removed": Mistake(
            message="You took the variance of the reports as they come. The estimate "
            "takes the lies out by dividing by 2p - 1, and its error grows with that.",
            code="""
import math

def people_needed(n, epsilon):
    p = math.exp(epsilon) / (1 + math.exp(epsilon))
    return math.ceil(p * (1 - p) * (epsilon * n) ** 2 / 2)
""",
        ),
        "coin-variance": Mistake(
            message="You took 1/4 as the variance of a report: that of a fair coin. "
            "These people are fixed, and only the lies are random: p (1 - p).",
            code=people(
                "math.ceil((epsilon * n / math.tanh(epsilon / 2)) ** 2 / 8)"
            ),
        ),
        "rounded-down": Mistake(
            message="One person too few: the error must not be larger, so round up.",
            code=people(
                "math.floor((epsilon * n / math.sinh(epsilon / 2)) ** 2 / 8)"
            ),
        ),
    },
    also_right=(
        """
from privlab.dp.local import KaryRandomizedResponse

def people_needed(n, epsilon):
    coin = KaryRandomizedResponse(epsilon=epsilon, size=2)
    return -int(-coin.variance(1) * (epsilon * n) ** 2 // 2)
""",
    ),
)

# dp-22


def right_die(yes, people, truth, forced_yes):
    p, q = truth + forced_yes, forced_yes
    ratios = p / q, (1 - q) / (1 - p)
    return (yes / people - q) / truth, math.log(max(ratios))


def right_for_three_dice(answer, rng):
    """a die with four honest faces, and two lopsided ones"""
    dice = [
        {"yes": 300, "people": 1000, "truth": 4 / 6, "forced_yes": 1 / 6},
        {"yes": 380, "people": 900, "truth": 3 / 6, "forced_yes": 2 / 6},
        {"yes": 60, "people": 600, "truth": 3 / 6, "forced_yes": 1 / 6},
    ]
    compare(answer, dp_22, right_die, dice)


def right_for_any_die(answer, rng):
    """any probabilities and any reports"""
    for _ in range(20):
        truth, forced, _ = rng.dirichlet([1, 1, 1]) * 0.98 + 0.005
        people = int(rng.integers(1, 9999))
        case = {"yes": int(rng.integers(people + 1)), "people": people}
        case |= {"truth": float(truth), "forced_yes": float(forced)}
        compare(answer, dp_22, right_die, [case])


dp_22 = Exercise(
    id="dp-22",
    title="A die instead of a coin",
    answer="die_survey",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "With which probability does somebody report a yes for whom yes is true, and "
        "somebody for whom it is not? The lesson's estimator takes these two.",
        "p = truth + forced_yes and q = forced_yes. For ε, compare the two chances of "
        "a yes, and then the two chances of a no.",
        "The share is (yes / people - q) / (p - q). The ε is the larger of ln(p / q) "
        "and ln((1 - q) / (1 - p)).",
    ),
    public=(right_for_three_dice,),
    hidden=(right_for_any_die,),
    mistakes={
        "raw-share": Mistake(
            message="You returned the share of reports that said yes. Forced answers "
            "are among them; take them out again.",
            code="""
import math

def die_survey(yes, people, truth, forced_yes):
    p, q = truth + forced_yes, forced_yes
    return yes / people, max(math.log(p / q), math.log((1 - q) / (1 - p)))
""",
        ),
        "cut-to-range": Mistake(
            message="You cut the estimate to [0, 1]. That looks nicer and is no longer "
            "right on average: the negative errors vanish and the positive ones stay.",
            code="""
import math

def die_survey(yes, people, truth, forced_yes):
    p, q = truth + forced_yes, forced_yes
    share = min(max((yes / people - q) / (p - q), 0), 1)
    return share, max(math.log(p / q), math.log((1 - q) / (1 - p)))
""",
        ),
        "only-yes": Mistake(
            message="You compared the chances of a yes only. A no is a report too, and "
            "where forced noes are rare it gives more away.",
            code="""
import math

def die_survey(yes, people, truth, forced_yes):
    p, q = truth + forced_yes, forced_yes
    return (yes / people - q) / (p - q), math.log(p / q)
""",
        ),
        "forced-forgotten": Mistake(
            message="Your ε compares telling the truth with not telling it. A forced "
            "answer may happen to be true: compare the chances of each report.",
            code="""
import math

def die_survey(yes, people, truth, forced_yes):
    share = (yes / people - forced_yes) / truth
    return share, math.log(truth / min(forced_yes, 1 - truth - forced_yes))
""",
        ),
        "divided-by-p": Mistake(
            message="You subtracted the forced yeses and divided by the chance of a yes. "
            "What is left of the truth is the gap between the two chances.",
            code="""
import math

def die_survey(yes, people, truth, forced_yes):
    p, q = truth + forced_yes, forced_yes
    share = (yes / people - q) / p
    return share, max(math.log(p / q), math.log((1 - q) / (1 - p)))
""",
        ),
    },
    also_right=(
        """
import numpy as np

def die_survey(yes, people, truth, forced_yes):
    forced_no = 1 - truth - forced_yes
    told = yes - people * forced_yes
    return [told / people / truth, np.log1p(truth / min(forced_yes, forced_no))]
""",
    ),
)

# dp-23

# One phone's year: value 1 comes back after a gap, and after a long one.
DAYS = np.array([1, 1, 3, 0, 1, 0, 0, 2, 1])
PHONE = {"epsilon": 1.0, "size": 5}


def checked_reports(got, days: int, size: int) -> np.ndarray:
    """``got`` as an array of one report a day, or ``Wrong``."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == days
    fits = fits and all(
        isinstance(one, int | float | np.number) and one in range(size)
        for one in got
    )
    expect(
        fits,
        f"one report from 0 to {size - 1} for each of {days} days is needed, you gave "
        f"{shown(got)}",
    )
    return np.asarray(got, int)


def years(answer, values, epsilon, size, *, runs: int, rng) -> np.ndarray:
    """The reports of ``runs`` phones: (runs, days)."""
    checked_reports(answer(values, epsilon, size, rng=rng), len(values), size)
    reports = answer.samples(runs, values, epsilon, size, rng=rng)
    strange = ~np.isin(reports, np.arange(size))
    expect(
        not strange.any(), f"you reported {shown(reports[strange].tolist())}"
    )
    return reports.astype(int)


def same_value_same_report(answer, rng):
    """a value that was reported before is reported in the same way"""
    reports = years(answer, DAYS, **PHONE, runs=200, rng=rng)
    # A phone that draws again lies differently in most of 200 runs.
    mistaken((reports[:, 0] != reports[:, 1]).any(), "fresh-every-day")
    back = (reports[:, 0] != reports[:, 4]) | (reports[:, 3] != reports[:, 6])
    mistaken(back.any(), "only-yesterday")
    mistaken((reports == reports[:, :1]).all(), "first-for-ever")


def truth_as_often_as_promised(answer, rng):
    """the truth with probability e^ε / (e^ε + k - 1), every lie alike"""
    runs, (epsilon, size) = 2000, PHONE.values()
    reports = years(answer, DAYS[:1], epsilon, size, runs=runs, rng=rng)[:, 0]
    truths, grown = int((reports == DAYS[0]).sum()), math.exp(epsilon)
    truth = grown / (grown + size - 1)
    # Each comparison fails a right answer at most once in ten million.
    if not as_often(truths, runs, truth):
        wrong = {
            "coin-for-two": grown / (grown + 1),
            "lie-may-be-true": truth + (1 - truth) / size,
        }
        for name, chance in wrong.items():
            mistaken(as_often(truths, runs, chance), name)
        raise Wrong(
            f"ε = 1 and 5 values: {truths} of {runs} first reports were true; about "
            f"{truth * runs:.0f} should be"
        )
    for lie in set(range(size)) - {int(DAYS[0])}:
        seen = int((reports == lie).sum())
        expect(
            as_often(seen, runs, (1 - truth) / (size - 1)),
            f"the lie {lie} came {seen} times in {runs}; all four should be alike",
        )


def values_are_drawn_apart(answer, rng):
    """reports for different values are independent"""
    runs, (epsilon, size) = 2000, PHONE.values()
    reports = years(answer, np.array([1, 3]), epsilon, size, runs=runs, rng=rng)
    truth = math.exp(epsilon) / (math.exp(epsilon) + size - 1)
    both = int((reports == [1, 3]).all(axis=1).sum())
    mistaken(as_often(both, runs, truth), "one-lie-for-all")
    expect(
        as_often(both, runs, truth**2),
        f"both of two reports were true in {both} of {runs} runs; independent draws "
        f"give about {truth**2 * runs:.0f}",
    )


def other_phones(answer, rng):
    """other numbers of values, other ε, and a long year"""
    for epsilon, size in ((0.2, 2), (3.0, 12)):
        values = rng.integers(size, size=60)
        reports = years(answer, values, epsilon, size, runs=300, rng=rng)
        for value in range(size):
            own = reports[:, values == value]
            expect((own == own[:, :1]).all(), "a value was drawn again")
        truth = math.exp(epsilon) / (math.exp(epsilon) + size - 1)
        told = int((reports[:, 0] == values[0]).sum())
        expect(
            as_often(told, 300, truth),
            "the truth comes too often or not enough",
        )


dp_23 = Exercise(
    id="dp-23",
    title="A phone that remembers",
    answer="remembered_reports",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "What has to be remembered from day to day: the last report, or one report for "
        "each value that the phone has ever had?",
        "Keep a dictionary from value to report. Look the day's value up; only if it is "
        "missing, draw.",
        "A draw: with probability e^ε / (e^ε + size - 1) the value itself, otherwise "
        "`(value + rng.integers(1, size)) % size`, which is never the value.",
    ),
    public=(
        same_value_same_report,
        truth_as_often_as_promised,
        values_are_drawn_apart,
    ),
    hidden=(other_phones,),
    mistakes={
        "fresh-every-day": Mistake(
            message="You draw fresh noise every day. The collector averages it away: "
            "a value that was reported once must be reported in the same way again.",
            code="""
import numpy as np

def remembered_reports(values, epsilon, size, rng):
    truth = np.exp(epsilon) / (np.exp(epsilon) + size - 1)
    lies = rng.random(len(values)) >= truth
    return (values + lies * rng.integers(1, size, size=len(values))) % size
""",
        ),
        "only-yesterday": Mistake(
            message="You draw again when a value comes back after another one. Its old "
            "report was seen already: the second draw is a second look at the truth.",
            code="""
import numpy as np

def remembered_reports(values, epsilon, size, rng):
    truth = np.exp(epsilon) / (np.exp(epsilon) + size - 1)
    reports, last = [], None
    for value in values:
        if value != last:
            lie = rng.random() >= truth
            report, last = (value + lie * rng.integers(1, size)) % size, value
        reports.append(report)
    return reports
""",
        ),
        "first-for-ever": Mistake(
            message="You send the first report for ever, whatever the value is later. "
            "That is private, and useless: nobody learns that the value changed.",
            code="""
import numpy as np

def remembered_reports(values, epsilon, size, rng):
    truth = np.exp(epsilon) / (np.exp(epsilon) + size - 1)
    lie = rng.random() >= truth
    return [(values[0] + lie * rng.integers(1, size)) % size] * len(values)
""",
        ),
        "one-lie-for-all": Mistake(
            message="You draw one lie and shift every value by it. Then either all "
            "reports are true or none is, and who learns one value learns them all.",
            code="""
import numpy as np

def remembered_reports(values, epsilon, size, rng):
    truth = np.exp(epsilon) / (np.exp(epsilon) + size - 1)
    shift = (rng.random() >= truth) * rng.integers(1, size)
    return [(value + shift) % size for value in values]
""",
        ),
        "coin-for-two": Mistake(
            message="You tell the truth with probability e^ε / (1 + e^ε). That is for "
            "two values; with more, each lie is rarer, and the ratio would exceed e^ε.",
            code="""
import numpy as np

def remembered_reports(values, epsilon, size, rng):
    memory = {}
    for value in values:
        lie = rng.random() >= 1 / (1 + np.exp(-epsilon))
        memory.setdefault(value, (value + lie * rng.integers(1, size)) % size)
    return [memory[value] for value in values]
""",
        ),
        "lie-may-be-true": Mistake(
            message="Your lie is drawn from all the values, the true one included. So "
            "the truth comes more often than the promise allows.",
            code="""
import numpy as np

def remembered_reports(values, epsilon, size, rng):
    truth = np.exp(epsilon) / (np.exp(epsilon) + size - 1)
    memory = {}
    for value in values:
        honest = rng.random() < truth
        memory.setdefault(value, value if honest else rng.integers(size))
    return [memory[value] for value in values]
""",
        ),
    },
    also_right=(
        """
import numpy as np
from privlab.dp.local import KaryRandomizedResponse

def remembered_reports(values, epsilon, size, rng):
    phone = KaryRandomizedResponse(epsilon=epsilon, size=size)
    return phone.release(np.arange(size), rng=rng)[np.asarray(values)]
""",
    ),
)

# dp-24


def right_belief(prior, reports, epsilon):
    counts = np.bincount(reports, minlength=len(prior))
    best = max(counts[np.asarray(prior) > 0])
    weights = np.asarray(prior) * np.exp(epsilon * np.minimum(counts - best, 0))
    return weights / weights.sum()


def right_after_a_few_days(answer, rng):
    """three emoji and four reports, four emoji and five reports"""
    cases = [
        {"prior": [0.5, 0.3, 0.2], "reports": [2, 2, 0, 2], "epsilon": 1.0},
        {
            "prior": [0.1, 0.2, 0.3, 0.4],
            "reports": [0, 0, 3, 0, 1],
            "epsilon": 0.7,
        },
    ]
    for case in cases:
        case["prior"], case["reports"] = map(
            np.array, (case["prior"], case["reports"])
        )
    compare(answer, dp_24, right_belief, cases)


def years_do_not_overflow(answer, rng):
    """six years of reports at ε = 2"""
    reports = np.repeat([1, 0, 2], [1800, 200, 190])
    case = {"prior": np.full(3, 1 / 3), "reports": reports, "epsilon": 2.0}
    got = np.asarray(answer(**case))
    fits = got.dtype.kind in "iuf" and got.shape == (3,)
    mistaken(fits and not np.isfinite(got).all(), "overflow")
    compare(answer, dp_24, right_belief, [case])


def right_for_any_phone(answer, rng):
    """any prior, any days, and impossible values"""
    for days in (0, 1, 30, 2000):
        prior = rng.dirichlet(np.ones(6))
        prior[2] = 0
        case = {"prior": prior / prior.sum(), "epsilon": rng.uniform(0.1, 4)}
        values = np.array([0, 1, 3, 4, 5])
        reports = rng.choice(values, size=days)
        compare(answer, dp_24, right_belief, [{**case, "reports": reports}])


dp_24 = Exercise(
    id="dp-24",
    title="You are the collector",
    answer="belief",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "How likely is one report if the emoji is v? There are two cases: it names v, "
        "or it does not. Which factor is common to all v and may be dropped?",
        "Each report of v multiplies the odds of v against any other emoji by p / q, "
        "which is e^ε. Count the reports of each emoji.",
        "The weights are prior · e^(ε · count), divided by their sum. Subtract the "
        "largest exponent from all before you take the exponential.",
    ),
    public=(right_after_a_few_days, years_do_not_overflow),
    hidden=(right_for_any_phone,),
    mistakes={
        "prior-ignored": Mistake(
            message="You left out what was believed before. Bayes' rule multiplies it "
            "by the likelihood; all emoji are not equally common.",
            code="""
import numpy as np

def belief(prior, reports, epsilon):
    logs = epsilon * np.bincount(reports, minlength=len(prior))
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()
""",
        ),
        "last-day-only": Mistake(
            message="You used one report. Every day brings a fresh one, and each "
            "multiplies the odds again.",
            code="""
import numpy as np

def belief(prior, reports, epsilon):
    weights = np.array(prior)
    weights[reports[-1]] *= np.exp(epsilon)
    return weights / weights.sum()
""",
        ),
        "shares-of-reports": Mistake(
            message="You returned how often each emoji was reported. That estimates "
            "how often the phone lies, not which emoji it has.",
            code="""
import numpy as np

def belief(prior, reports, epsilon):
    return np.bincount(reports, minlength=len(prior)) / len(reports)
""",
        ),
        "lies-not-divided": Mistake(
            message="You took 1 - p as the chance of each lie. It is shared by all the "
            "other emoji: the ratio p / q is e^ε.",
            code="""
import numpy as np

def belief(prior, reports, epsilon):
    p = np.exp(epsilon) / (np.exp(epsilon) + len(prior) - 1)
    logs = np.bincount(reports, minlength=len(prior)) * np.log(p / (1 - p))
    weights = prior * np.exp(logs - logs.max())
    return weights / weights.sum()
""",
        ),
        "overflow": Mistake(
            message="After six years your numbers became too large (or too small) "
            "for a computer: e^(ε · count) is beyond 10^308. Work with logarithms, and "
            "subtract the largest before you take the exponential.",
            code="""
import numpy as np

def belief(prior, reports, epsilon):
    counts = np.bincount(reports, minlength=len(prior))
    weights = prior * np.exp(epsilon * counts)
    return weights / weights.sum()
""",
        ),
    },
    also_right=(
        """
import numpy as np

def belief(prior, reports, epsilon):
    weights = np.array(prior, dtype=float)
    for report in reports:
        weights[report] *= np.exp(epsilon)
        weights /= weights.sum()
    return weights
""",
        """
import numpy as np
from scipy.special import softmax

def belief(prior, reports, epsilon):
    counts = np.array([(reports == v).sum() for v in range(len(prior))])
    return softmax(np.log(prior) + epsilon * counts)
""",
    ),
)

# dp-25


def right_noise(queries, hospitals, epsilon, delta):
    length = hospitals * math.sqrt(2 * queries)
    return Gaussian(epsilon=epsilon, delta=delta, sensitivity=length).sigma


def noise_fits(answer, town: dict) -> None:
    """The answer within a millionth, since any exact calibration is right."""
    got = number(answer(**town))

    def agrees(function) -> bool:
        return math.isclose(got, function(**town), rel_tol=1e-6)

    if agrees(right_noise):
        return
    for name, mistake in dp_25.mistakes.items():
        mistaken(agrees(defined(dp_25, mistake.code)), name)
    inputs = ", ".join(f"{name}={shown(value)}" for name, value in town.items())
    raise Wrong(f"for {inputs} you gave {shown(got)}")


def right_for_two_towns(answer, rng):
    """100 questions and three hospitals, and 30 questions and two"""
    noise_fits(
        answer, {"queries": 100, "hospitals": 3, "epsilon": 1.0, "delta": 1e-5}
    )
    noise_fits(
        answer, {"queries": 30, "hospitals": 2, "epsilon": 4.0, "delta": 1e-6}
    )


def right_for_any_town(answer, rng):
    """any town"""
    for _ in range(10):
        town = {
            "queries": int(rng.integers(1, 2000)),
            "hospitals": int(rng.integers(1, 9)),
            "epsilon": float(rng.uniform(0.1, 9)),
            "delta": float(10 ** -rng.uniform(3, 9)),
        }
        noise_fits(answer, town)


GAUSSIAN_OF = """
import math
from privlab.dp.mechanisms import Gaussian

def noise_needed(queries, hospitals, epsilon, delta):
    length = {length}
    return Gaussian(epsilon=epsilon, delta=delta, sensitivity=length).sigma
"""

dp_25 = Exercise(
    id="dp-25",
    title="A patient of several hospitals",
    answer="noise_needed",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "What is the worst that one patient of m hospitals can do to the counts of one "
        "question? Which counts change, and by how much?",
        "All m votes may move from one label to another: one count falls by m, another "
        "rises by m. How long is that change? And how long over all questions?",
        "The L2 sensitivity is m · √2 for one question and m · √(2 · queries) for all. "
        "Give that to `Gaussian`.",
    ),
    public=(right_for_two_towns,),
    hidden=(right_for_any_town,),
    mistakes={
        "one-hospital": Mistake(
            message="That protects a patient of one hospital. Here several teachers "
            "may change their votes because of one person.",
            code=GAUSSIAN_OF.format(length="math.sqrt(2 * queries)"),
        ),
        "root-of-hospitals": Mistake(
            message="You let the hospitals' changes add up in squares, as if they fell "
            "on different counts. In the worst case all move the same two counts.",
            code=GAUSSIAN_OF.format(
                length="math.sqrt(2 * queries * hospitals)"
            ),
        ),
        "one-count": Mistake(
            message="You counted one label only. A vote that leaves one label arrives "
            "at another, so two counts change.",
            code=GAUSSIAN_OF.format(length="hospitals * math.sqrt(queries)"),
        ),
        "changes-summed": Mistake(
            message="You added the two changes up (L1). Gaussian noise is measured "
            "against the length of the change (L2).",
            code=GAUSSIAN_OF.format(
                length="2 * hospitals * math.sqrt(queries)"
            ),
        ),
        "questions-summed": Mistake(
            message="You multiplied by the number of questions. The counts of further "
            "questions are further entries of one list: lengths grow with its root.",
            code=GAUSSIAN_OF.format(
                length="hospitals * math.sqrt(2) * queries"
            ),
        ),
        "budget-divided": Mistake(
            message="You gave each question its share of ε and δ. That keeps the "
            "promise with far more noise than needed: all the answers together are one "
            "Gaussian release.",
            code="""
import math
from privlab.dp.mechanisms import Gaussian

def noise_needed(queries, hospitals, epsilon, delta):
    each = {"epsilon": epsilon / queries, "delta": delta / queries}
    return Gaussian(**each, sensitivity=hospitals * math.sqrt(2)).sigma
""",
        ),
        "classical": Mistake(
            message="You used the classical formula √(2 ln(1.25/δ)) Δ / ε. It wastes "
            "noise, and proves nothing above ε = 1; `Gaussian` is exact.",
            code="""
import math

def noise_needed(queries, hospitals, epsilon, delta):
    length = hospitals * math.sqrt(2 * queries)
    return length * math.sqrt(2 * math.log(1.25 / delta)) / epsilon
""",
        ),
    },
    also_right=(
        """
from privlab.dp.mechanisms import smallest_sigma, gaussian_delta

def noise_needed(queries, hospitals, epsilon, delta):
    unit = smallest_sigma(lambda s: gaussian_delta(s, epsilon, 1), delta, start=1.0)
    return unit * (2 * queries * hospitals**2) ** 0.5
""",
    ),
)

# dp-26


def careless(votes: np.ndarray, threshold: int) -> int:
    return int(votes.argmax()) if votes.max() >= threshold else -1


def telltale(answer, teachers: int, classes: int, threshold: int) -> None:
    """Hold one pair of votes against the rules of the exercise."""
    got = answer(teachers=teachers, classes=classes, threshold=threshold)
    pair = got if isinstance(got, list | tuple | np.ndarray) else ()
    expect(len(pair) == 2, "two lists of vote counts are needed")
    rows = [counts(row, classes) for row in pair]
    mistaken(rows[0].sum() != rows[1].sum(), "vote-lost")
    expect(
        rows[0].sum() == teachers,
        f"{teachers} teachers have {teachers} votes, yours are {rows[0].sum()}",
    )
    mistaken(np.abs(rows[0] - rows[1]).sum() > 2, "several-votes")
    first, second = (careless(row, threshold) for row in rows)
    mistaken(first == second == -1, "both-refused")
    mistaken(first == second, "both-sure")


def counts(row, classes: int) -> np.ndarray:
    """One list of vote counts as an array, or ``Wrong``."""
    fits = isinstance(row, list | tuple | np.ndarray) and len(row) == classes
    fits = fits and all(
        isinstance(one, int | float | np.number) and one >= 0 and one % 1 == 0
        for one in row
    )
    expect(fits, f"{shown(row)} is no list of {classes} vote counts")
    return np.asarray(row, int)


def tells_two_panels_apart(answer, rng):
    """20 teachers, 4 labels, threshold 15; and 9 teachers, 2 labels, threshold 7"""
    telltale(answer, 20, 4, 15)
    telltale(answer, 9, 2, 7)


def tells_any_panel_apart(answer, rng):
    """any panel, the barest majority and unanimity included"""
    for teachers in (1, 2, 7, 250):
        for threshold in {teachers // 2 + 1, teachers}:
            telltale(answer, teachers, int(rng.integers(2, 12)), threshold)


TWO_ROWS = """
def telltale_votes(teachers, classes, threshold):
    rest = [0] * (classes - 2)
    return {first} + rest, {second} + rest
"""

dp_26 = Exercise(
    id="dp-26",
    title="The careless aggregator",
    answer="telltale_votes",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "One patient moves one vote from one label to another. Where does one vote make "
        "a difference to `careless_label`?",
        "It asks whether the largest count reaches `threshold`. Put it exactly there; "
        "then take one vote away and give it to another label.",
        "One list has `threshold` votes for the first label and the others for the "
        "second; the other list has one less and one more.",
    ),
    public=(tells_two_panels_apart,),
    hidden=(tells_any_panel_apart,),
    mistakes={
        "several-votes": Mistake(
            message="One patient cannot do that: between your two lists more than one "
            "teacher changed its vote.",
            code=TWO_ROWS.format(
                first="[teachers, 0]",
                second="[teachers // 2, teachers - teachers // 2]",
            ),
        ),
        "vote-lost": Mistake(
            message="A vote has vanished. A patient's record is replaced, the teacher "
            "stays and still has one vote: it moves to another label.",
            code=TWO_ROWS.format(
                first="[threshold, teachers - threshold]",
                second="[threshold - 1, teachers - threshold]",
            ),
        ),
        "both-sure": Mistake(
            message="Both lists get the same label: one vote less is still enough. Move "
            "closer to the threshold.",
            code=TWO_ROWS.format(
                first="[teachers, 0]", second="[teachers - 1, 1]"
            ),
        ),
        "both-refused": Mistake(
            message="Both lists get no answer. At a tie a vote changes the largest "
            "label, but nobody gets to see it; look at the threshold.",
            code=TWO_ROWS.format(
                first="[teachers // 2, teachers - teachers // 2]",
                second="[teachers // 2 + 1, teachers - teachers // 2 - 1]",
            ),
        ),
    },
    also_right=(
        """
import numpy as np

def telltale_votes(teachers, classes, threshold):
    first = np.zeros(classes, dtype=int)
    first[-1], first[0] = threshold, teachers - threshold
    second = first.copy()
    second[-1] -= 1
    second[0] += 1
    return np.array([second, first])
""",
    ),
)
