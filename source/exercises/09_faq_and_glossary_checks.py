"""Checks, hints and named mistakes of the exercises 9."""

import math

from privlab.course.checking import compare, defined, number, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken

# fa-01


def right_least(with_data, epsilon, answers):
    grown = math.exp(epsilon * answers)
    return max(with_data / grown, 1 - grown * (1 - with_data))


CUSTOMERS = [
    {"with_data": 0.2, "epsilon": 0.5, "answers": 1},
    {"with_data": 0.3, "epsilon": 0.2, "answers": 4},
    {"with_data": 0.95, "epsilon": 0.3, "answers": 2},
]


def right_for_three_customers(answer, rng):
    """a rare harm, several answers, and a harm that is nearly certain"""
    compare(answer, fa_01, right_least, CUSTOMERS)


def right_for_any_customer(answer, rng):
    """any chance, any ε, any number of answers"""
    cases = [
        {
            "with_data": float(rng.uniform(0.01, 0.99)),
            "epsilon": float(rng.uniform(0.01, 2)),
            "answers": int(rng.integers(1, 6)),
        }
        for _ in range(20)
    ]
    compare(answer, fa_01, right_least, [*CUSTOMERS, *cases])


fa_01 = Exercise(
    id="fa-01",
    title="What staying away would have brought",
    answer="least_without",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Neighbours are neighbours both ways: the promise also holds from the world "
        "with the data to the one without.",
        "There are two events: the harm, and that it does not happen. Each gives a "
        "bound.",
        "With f = exp(epsilon * answers): q >= p / f, and 1 - q <= f * (1 - p). Take "
        "the larger of the two bounds on q.",
    ),
    public=(right_for_three_customers,),
    hidden=(right_for_any_customer,),
    mistakes={
        "opposite-forgotten": Mistake(
            message="You bounded the harm only. Its opposite has a bound as well, and "
            "where the harm is likely that one says more.",
            code="""
import math

def least_without(with_data, epsilon, answers):
    return with_data * math.exp(-epsilon * answers)
""",
        ),
        "answers-forgotten": Mistake(
            message="You took one answer. The ε of all answers add up.",
            code="""
import math

def least_without(with_data, epsilon, answers):
    grown = math.exp(epsilon)
    return max(with_data / grown, 1 - grown * (1 - with_data))
""",
        ),
        "belief-taken": Mistake(
            message="You moved the odds, as one does with a belief. This is the chance "
            "of an event in two worlds: ε bounds the ratio of the chances themselves.",
            code="""
import math

def least_without(with_data, epsilon, answers):
    odds = with_data / (1 - with_data) * math.exp(-epsilon * answers)
    return odds / (1 + odds)
""",
        ),
        "wrong-way": Mistake(
            message="That is the most that the harm could have been without the data. "
            "The question is the least.",
            code="""
import math

def least_without(with_data, epsilon, answers):
    grown = math.exp(epsilon * answers)
    return min(with_data * grown, 1 - (1 - with_data) / grown)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def least_without(with_data, epsilon, answers):
    total = epsilon * answers
    low = [np.exp(-total) * with_data, 1 - np.exp(total) * (1 - with_data)]
    return float(np.max(low))
""",
    ),
)

# fa-02


def right_delta(people, risk):
    return -math.expm1(math.log1p(-risk) / people)


TOWNS = [{"people": 100, "risk": 0.2}, {"people": 2000, "risk": 0.05}]


def right_for_two_towns(answer, rng):
    """100 people at 20 %, 2 000 at 5 %"""
    compare(answer, fa_02, right_delta, TOWNS)


def right_for_any_town(answer, rng):
    """any crowd and any risk"""
    cases = [
        {
            "people": int(rng.integers(1, 5000)),
            "risk": float(rng.uniform(0.05, 0.9)),
        }
        for _ in range(20)
    ]
    compare(answer, fa_02, right_delta, [*TOWNS, *cases])


fa_02 = Exercise(
    id="fa-02",
    title="How small must δ be?",
    answer="largest_delta",
    difficulty=1,
    minutes=6,
    points=1,
    hints=(
        "With which probability is nobody published?",
        "(1 - δ) to the power `people` must be at least 1 - `risk`.",
        "`1 - (1 - risk) ** (1 / people)`.",
    ),
    public=(right_for_two_towns,),
    hidden=(right_for_any_town,),
    mistakes={
        "sum-of-chances": Mistake(
            message="You divided the risk by the people. That δ is safe, and close, but "
            "not the largest: two people can be hit at the same time.",
            code="""
def largest_delta(people, risk):
    return risk / people
""",
        ),
        "one-in-the-crowd": Mistake(
            message="δ = 1/people publishes somebody with 63 %. The risk must come in.",
            code="""
def largest_delta(people, risk):
    return 1 / people
""",
        ),
        "everybody-hit": Mistake(
            message="You took the case that all are published. The town minds a single "
            "one.",
            code="""
def largest_delta(people, risk):
    return risk ** (1 / people)
""",
        ),
        "per-person": Mistake(
            message="The risk is that anybody is hit. You gave every single person all "
            "of it.",
            code="""
def largest_delta(people, risk):
    return risk
""",
        ),
    },
    also_right=(
        """
def largest_delta(people, risk):
    return 1 - (1 - risk) ** (1 / people)
""",
    ),
)

# fa-03


def window(questions, before, after, error) -> tuple[float, float]:
    """The least epsilon that is useful and the most that is allowed."""
    odds = after * (1 - before) / (before * (1 - after))
    return math.log(20) / error, math.log(odds) / questions


def agreed(answer, cases: list[dict]) -> None:
    """Each epsilon must please both; a refusal must be one."""
    given = [number(got) for got in answer.each(cases)]
    if all(
        _accepted(got, case) for got, case in zip(given, cases, strict=True)
    ):
        return
    for name, mistake in fa_03.mistakes.items():
        wrong = defined(fa_03, mistake.code)
        same = [
            math.isclose(got, wrong(**case), rel_tol=1e-9)
            for got, case in zip(given, cases, strict=True)
        ]
        mistaken(all(same), name)
    for got, case in zip(given, cases, strict=True):
        inputs = ", ".join(
            f"{name}={shown(value)}" for name, value in case.items()
        )
        expect(_accepted(got, case), f"for {inputs} you chose {shown(got)}")


def _accepted(epsilon: float, case: dict) -> bool:
    least, most = window(**case)
    if least > most:
        return epsilon == 0
    return least * (1 - 1e-9) <= epsilon <= most * (1 + 1e-9)


CASES = [
    {"questions": 1, "before": 0.5, "after": 0.95, "error": 4},
    {"questions": 4, "before": 0.01, "after": 0.05, "error": 10},
    {"questions": 12, "before": 0.5, "after": 0.75, "error": 30},
]


def both_agree(answer, rng):
    """one count, four counts, and twelve for which there is no ε"""
    agreed(answer, CASES)


def both_agree_on_any_plan(answer, rng):
    """any number of questions, any beliefs, any error"""
    cases = []
    while len(cases) < 30:
        before = float(rng.uniform(0.01, 0.5))
        case = {
            "questions": int(rng.integers(1, 10)),
            "before": before,
            "after": float(rng.uniform(before + 0.05, 0.95)),
            "error": float(rng.uniform(2, 60)),
        }
        least, most = window(**case)
        if (
            abs(least - most) > 1e-6 * least
        ):  # on the edge rounding would decide
            cases.append(case)
    agreed(answer, cases)


fa_03 = Exercise(
    id="fa-03",
    title="Publish, and at which ε?",
    answer="choose_epsilon",
    difficulty=3,
    minutes=20,
    points=4,
    hints=(
        "The speaker gives the most that ε may be, the statistician the least. Then "
        "look whether there is room between them.",
        "A belief p has the odds p / (1 - p). All counts together multiply the odds by "
        "at most exp(questions * ε).",
        "Most: log(odds after / odds before) / questions. Least: log(20) / error. The "
        "middle of the two, or 0 if the least is above the most.",
    ),
    public=(both_agree,),
    hidden=(both_agree_on_any_plan,),
    mistakes={
        "one-count-only": Mistake(
            message="You let each count move the belief as far as all of them may "
            "together. The ε of the counts add up.",
            code="""
import math

def choose_epsilon(questions, before, after, error):
    most = math.log(after / (1 - after) / (before / (1 - before)))
    least = math.log(20) / error
    return (least + most) / 2 if least <= most else 0
""",
        ),
        "never-refused": Mistake(
            message="You publish although no ε satisfies both. Where the least useful ε "
            "is above the most that is allowed, the answer is 0.",
            code="""
import math

def choose_epsilon(questions, before, after, error):
    most = math.log(after / (1 - after) / (before / (1 - before))) / questions
    least = math.log(20) / error
    return (least + most) / 2
""",
        ),
        "edge-allowed-only": Mistake(
            message="You took the most that the speaker allows without asking the "
            "statistician. Where it is not useful, publish nothing: 0.",
            code="""
import math

def choose_epsilon(questions, before, after, error):
    return math.log(after / (1 - after) / (before / (1 - before))) / questions
""",
        ),
        "edge-useful-only": Mistake(
            message="You took the least that the statistician needs without asking the "
            "speaker. Where it is not allowed, publish nothing: 0.",
            code="""
import math

def choose_epsilon(questions, before, after, error):
    return math.log(20) / error
""",
        ),
        "beliefs-divided": Mistake(
            message="You divided the beliefs. ε bounds how far the odds p / (1 - p) "
            "move.",
            code="""
import math

def choose_epsilon(questions, before, after, error):
    most = math.log(after / before) / questions
    least = math.log(20) / error
    return (least + most) / 2 if least <= most else 0
""",
        ),
    },
    also_right=(
        """
import math

def choose_epsilon(questions, before, after, error):
    logit = lambda p: math.log(p) - math.log1p(-p)
    most = (logit(after) - logit(before)) / questions
    useful = math.exp(-most * error) <= 0.05
    return most if useful else 0
""",
        """
import math

def choose_epsilon(questions, before, after, error):
    least = -math.log(0.05) / error
    odds = before / (1 - before) * math.exp(questions * least)
    return least if odds / (1 + odds) <= after else 0
""",
    ),
)

# fa-04


def right_bill(releases):
    used = [r for r in releases if r["from"] == "data"]
    clinics = {r["about"] for r in used} | {"all"}
    mine = [
        math.fsum(r["epsilon"] for r in used if r["about"] in (clinic, "all"))
        for clinic in clinics
    ]
    return max(mine)


def release(about: str, source: str, epsilon: float) -> dict:
    return {"about": about, "from": source, "epsilon": epsilon}


LEDGER = [
    release("all", "data", 0.25),
    release("north", "data", 0.5),
    release("south", "data", 0.375),
    release("north", "published", 1.0),
    release("south", "data", 0.75),
    release("all", "data", 0.1875),
]


def right_for_a_ledger(answer, rng):
    """two clinics, two releases about all, one worked out from another"""
    compare(answer, fa_04, right_bill, [{"releases": LEDGER}])


def right_for_short_ledgers(answer, rng):
    """nothing released; all only; nothing but what was published"""
    short = [[], LEDGER[:1], LEDGER[3:4]]
    cases = [{"releases": LEDGER}, *({"releases": ledger} for ledger in short)]
    compare(answer, fa_04, right_bill, cases)


def right_for_any_ledger(answer, rng):
    """any releases about any clinics"""
    cases = [{"releases": LEDGER}]
    for _ in range(15):
        size = int(rng.integers(1, 12))
        abouts = rng.choice(["all", "north", "south", "east"], size)
        sources = rng.choice(["data", "data", "published"], size)
        epsilons = rng.integers(1, 16, size) / 8
        rows = zip(abouts, sources, epsilons, strict=True)
        ledger = [release(str(a), str(s), float(e)) for a, s, e in rows]
        cases.append({"releases": ledger})
    compare(answer, fa_04, right_bill, cases)


fa_04 = Exercise(
    id="fa-04",
    title="The year's bill",
    answer="yearly_epsilon",
    difficulty=2,
    minutes=12,
    points=3,
    hints=(
        "Take one patient of one clinic. Which lines of the ledger used this patient?",
        "Add up the lines about `all` and those about the patient's clinic; leave out "
        "what was worked out from published results.",
        "The promise is for every patient: the sum about `all`, and the largest of the "
        "clinics' sums.",
    ),
    public=(right_for_a_ledger, right_for_short_ledgers),
    hidden=(right_for_any_ledger,),
    mistakes={
        "everything-added": Mistake(
            message="You added up all clinics. A patient of one clinic is in none of "
            "the others' releases.",
            code="""
def yearly_epsilon(releases):
    return sum(r["epsilon"] for r in releases if r["from"] == "data")
""",
        ),
        "published-paid": Mistake(
            message="You paid for work on published results. That is post-processing "
            "and costs nothing, whatever the ledger notes.",
            code="""
def yearly_epsilon(releases):
    bills = {"all": 0}
    for r in releases:
        bills[r["about"]] = bills.get(r["about"], 0) + r["epsilon"]
    shared = bills.pop("all")
    return shared + max(bills.values(), default=0)
""",
        ),
        "largest-line": Mistake(
            message="You took the largest single line. Lines that use the same patient "
            "add up.",
            code="""
def yearly_epsilon(releases):
    return max((r["epsilon"] for r in releases if r["from"] == "data"), default=0)
""",
        ),
        "all-apart": Mistake(
            message="You treated `all` as a clinic of its own. Every patient is in it, "
            "too: add it to each clinic's bill.",
            code="""
def yearly_epsilon(releases):
    bills = {}
    for r in releases:
        if r["from"] == "data":
            bills[r["about"]] = bills.get(r["about"], 0) + r["epsilon"]
    return max(bills.values(), default=0)
""",
        ),
        "one-line-a-clinic": Mistake(
            message="You took one line of each clinic. A clinic's releases about its "
            "patients add up before you compare clinics.",
            code="""
def yearly_epsilon(releases):
    used = [r for r in releases if r["from"] == "data"]
    shared = sum(r["epsilon"] for r in used if r["about"] == "all")
    own = [r["epsilon"] for r in used if r["about"] != "all"]
    return shared + max(own, default=0)
""",
        ),
    },
    also_right=(
        """
from collections import Counter

def yearly_epsilon(releases):
    bill = Counter()
    for r in releases:
        bill[r["about"]] += r["epsilon"] * (r["from"] == "data")
    clinics = [v for k, v in bill.items() if k != "all"]
    return bill["all"] + max(clinics + [0])
""",
    ),
)
