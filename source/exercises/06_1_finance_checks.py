"""Checks, hints and named mistakes of the exercises 06_1."""

import hashlib

import numpy as np

from privlab.course.checking import compare, defined, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken

# fi-01


def right_counted(customer, amount, cap):
    kept = np.zeros(len(amount), dtype=int)
    for who in np.unique(customer):
        rows = np.flatnonzero(customer == who)
        reached = np.minimum(np.cumsum(amount[rows]), cap)
        kept[rows] = np.diff(reached, prepend=0)
    return kept


def a_month(rng, purchases: int, customers: int, cap: int) -> dict:
    """Purchases that make some customers cross the cap, and others not."""
    return {
        "customer": rng.integers(10, 10 + customers, purchases),
        "amount": rng.integers(0, max(2, cap), purchases),
        "cap": cap,
    }


def three_customers(answer, rng):
    """three customers, one of whom crosses the cap in the middle of a purchase"""
    small = {
        "customer": np.array([7, 3, 7, 3, 7, 7, 5]),
        "amount": np.array([40, 10, 50, 20, 30, 5, 300]),
        "cap": 100,
    }
    compare(answer, fi_01, right_counted, [small, a_month(rng, 60, 6, 100)])


def any_month(answer, rng):
    """any purchases, in any order"""
    cases = [
        a_month(rng, int(rng.integers(1, 80)), int(rng.integers(1, 9)), cap)
        for cap in map(int, rng.integers(1, 500, 20))
    ]
    compare(answer, fi_01, right_counted, cases)


fi_01 = Exercise(
    id="fi-01",
    title="A cap in the order of purchases",
    answer="counted",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "What must you remember of each customer while you go through the purchases?",
        "Keep, for each customer, what is left of the cap. A purchase counts the "
        "smaller of its amount and what is left.",
        "`part = min(yuan, left.setdefault(who, cap))`, then take `part` away from "
        "`left[who]` and append it to the list of results.",
    ),
    public=(three_customers,),
    hidden=(any_month,),
    mistakes={
        "each-purchase": Mistake(
            message="You capped each purchase by itself. A customer with many of them "
            "then counts far more than the cap.",
            code="""
import numpy as np

def counted(customer, amount, cap):
    return np.minimum(amount, cap)
""",
        ),
        "all-together": Mistake(
            message="You used up one cap for all customers together. Each customer has "
            "a cap of their own.",
            code="""
import numpy as np

def counted(customer, amount, cap):
    return np.diff(np.minimum(np.cumsum(amount), cap), prepend=0)
""",
        ),
        "crossing-dropped": Mistake(
            message="You dropped the purchase that would cross the cap. It counts in "
            "part, up to the cap.",
            code="""
import numpy as np

def counted(customer, amount, cap):
    left, kept = {}, []
    for who, yuan in zip(customer.tolist(), amount.tolist()):
        room = left.setdefault(who, cap)
        part = yuan if yuan <= room else 0
        left[who] = room - part if yuan <= room else 0
        kept.append(part)
    return np.array(kept)
""",
        ),
        "crossing-in-full": Mistake(
            message="You counted the purchase that crosses the cap in full. Then the "
            "customer counts more than the cap.",
            code="""
import numpy as np

def counted(customer, amount, cap):
    spent, kept = {}, []
    for who, yuan in zip(customer.tolist(), amount.tolist()):
        part = yuan if spent.get(who, 0) < cap else 0
        spent[who] = spent.get(who, 0) + part
        kept.append(part)
    return np.array(kept)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def counted(customer, amount, cap):
    kept = np.zeros(len(amount), dtype=int)
    for who in set(customer.tolist()):
        mine = customer == who
        before = np.cumsum(amount[mine]) - amount[mine]
        kept[mine] = np.clip(cap - before, 0, amount[mine])
    return kept
""",
    ),
)

# fi-02


def expected_errors(sample, customers, tables, epsilon, caps) -> list:
    """Bias plus noise for each cap, in yuan."""
    return [
        np.mean(sample - np.minimum(sample, cap))
        + cap * tables / epsilon / customers
        for cap in caps
    ]


def right_cap(sample, customers, tables, epsilon, caps, largest_error):
    errors = expected_errors(sample, customers, tables, epsilon, caps)
    best = int(np.argmin(errors))
    return float(caps[best]) if errors[best] <= largest_error else 0.0


CAPS = [500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0]
SURVEY = np.array(
    [300.0, 800, 1_200, 1_900, 2_500, 3_100, 4_400, 7_000, 16_000, 38_000]
)


def year(sample, customers, tables, epsilon, largest_error) -> dict:
    return {
        "sample": sample,
        "customers": customers,
        "tables": tables,
        "epsilon": epsilon,
        "caps": list(CAPS),
        "largest_error": largest_error,
    }


def seven_banks(answer, rng):
    """the example, large and small banks, one or many tables, one without an answer"""
    example = year(np.array([1e3, 2e3, 9e3]), 1_000, 10, 2.0, 100.0)
    compare(
        answer,
        fi_02,
        right_cap,
        [
            example | {"caps": [3_000.0, 9_000.0]},
            year(SURVEY, 100, 12, 1.0, 5_000.0),
            year(SURVEY, 2_000, 12, 2.0, 5_000.0),
            year(SURVEY, 100_000, 4, 1.0, 5_000.0),
            year(SURVEY, 60, 12, 1.0, 6_000.0),
            year(SURVEY, 20, 12, 0.5, 9_000.0),
            year(SURVEY, 300, 12, 1.0, 400.0),
            year(SURVEY, 60, 12, 1.0, 3_000.0),
        ],
    )


def any_bank(answer, rng):
    """banks, surveys and limits of any kind"""
    cases = []
    while len(cases) < 30:
        sample = np.round(rng.lognormal(7.8, 0.9, int(rng.integers(5, 60))), 2)
        case = year(
            sample,
            int(rng.integers(20, 20_000)),
            int(rng.integers(1, 60)),
            float(rng.choice([0.5, 1, 2, 4])),
            float(np.exp(rng.uniform(4, 9))),
        )
        errors = np.sort(
            expected_errors(**{k: case[k] for k in list(case)[:5]})
        )
        near = min(
            errors[1] - errors[0], abs(errors[0] - case["largest_error"])
        )
        if near > 1e-3:  # a tie would leave the answer to rounding
            cases.append(case)
    compare(answer, fi_02, right_cap, cases)


CHOOSE = """
import numpy as np

def chosen_cap(sample, customers, tables, epsilon, caps, largest_error):
    errors = [{error} for cap in caps]
    best = int(np.argmin(errors))
    return float(caps[best]) if {useful} else 0.0
"""
PARTS = {
    "error": "np.mean(sample - np.minimum(sample, cap)) "
    "+ cap * tables / (epsilon * customers)",
    "useful": "errors[best] <= largest_error",
}


def chosen_with(**change) -> str:
    return CHOOSE.format(**PARTS | change)


fi_02 = Exercise(
    id="fi-02",
    title="Which cap, or none (a decision)",
    answer="chosen_cap",
    difficulty=2,
    minutes=14,
    points=3,
    hints=(
        "What may one table spend? What does a cap cut off the sample's mean?",
        "For each cap add the bias, `np.mean(sample) - np.mean(np.minimum(sample, "
        "cap))`, and the noise, `cap / (each * customers)` with `each = epsilon / "
        "tables`.",
        "`np.argmin` of the list of sums gives the best cap; return it as a float if "
        "its error is at most `largest_error`, else `0.0`.",
    ),
    public=(seven_banks,),
    hidden=(any_bank,),
    mistakes={
        "one-table": Mistake(
            message="You gave each table the whole ε of the year. All tables are about "
            "the same customers: divide it among them.",
            code=chosen_with(
                error="np.mean(sample - np.minimum(sample, cap)) "
                "+ cap / (epsilon * customers)"
            ),
        ),
        "noise-ignored": Mistake(
            message="You looked at the bias only, or your noise is far too small. It "
            "grows with the cap, so the largest cap is not always best.",
            code=chosen_with(error="np.mean(sample - np.minimum(sample, cap))"),
        ),
        "bias-ignored": Mistake(
            message="You looked at the noise only. A low cap cuts off what customers "
            "spend, and the mean is wrong without any noise.",
            code=chosen_with(error="cap * tables / (epsilon * customers)"),
        ),
        "always-published": Mistake(
            message="You publish even where the best cap is not good enough. Then the "
            "answer is 0.0.",
            code=chosen_with(useful="True"),
        ),
        "noise-of-the-sum": Mistake(
            message="You took the noise of the sum. In a mean it is divided by the "
            "number of customers.",
            code=chosen_with(
                error="np.mean(sample - np.minimum(sample, cap)) "
                "+ cap * tables / epsilon"
            ),
        ),
    },
    also_right=(
        """
import numpy as np

def chosen_cap(sample, customers, tables, epsilon, caps, largest_error):
    best, found = float(largest_error), 0.0
    for cap in caps:
        cut = np.clip(sample - cap, 0, None).mean()
        error = cut + cap / (epsilon / tables) / customers
        if error <= best:
            best, found = error, float(cap)
    return found
""",
    ),
)

# fi-03


def right_scorecard(features, probabilities):
    z = np.log(probabilities / (1 - probabilities))
    with_one = np.column_stack([features, np.ones(len(features))])
    return np.linalg.lstsq(with_one, z, rcond=None)[0]


def asked(rng, questions: int, columns: int) -> dict:
    """Questions and what a bank answers to them."""
    features = rng.normal(size=(questions, columns))
    weights, intercept = rng.normal(0, 0.7, columns), rng.uniform(-2, -0.5)
    z = features @ weights + intercept
    return {"features": features, "probabilities": 1 / (1 + np.exp(-z))}


def agree(answer, cases: list[dict]) -> None:
    """As ``compare``, but to what solving linear equations in floats can give."""
    given = answer.each(cases)

    def near(got, case, function) -> bool:
        try:
            got, right = np.asarray(got), function(**case)
            return got.shape == right.shape and np.allclose(
                got, right, atol=1e-6
            )
        except (TypeError, ValueError):
            return False

    if all(
        near(*pair, right_scorecard) for pair in zip(given, cases, strict=True)
    ):
        return
    for name, mistake in fi_03.mistakes.items():
        wrong = defined(fi_03, mistake.code)
        pairs = zip(given, cases, strict=True)
        mistaken(all(near(*pair, wrong) for pair in pairs), name)
    for got, case in zip(given, cases, strict=True):
        n, d = case["features"].shape
        expect(
            near(got, case, right_scorecard),
            f"for {n} questions of {d} features you gave {shown(got)}",
        )


def a_scorecard_of_three(answer, rng):
    """three features, ten questions"""
    agree(answer, [asked(rng, 10, 3)])


def any_scorecard(answer, rng):
    """any number of features, and more questions than it takes"""
    sizes = [(20, 1), (30, 6), (200, 12), (9, 3), (60, 20)]
    agree(answer, [asked(rng, *size) for size in sizes])


SOLVE = """
import numpy as np

def scorecard(features, probabilities):
    z = {z}
    table = {table}
    return {result}
"""
PIECES = {
    "z": "np.log(probabilities / (1 - probabilities))",
    "table": "np.column_stack([features, np.ones(len(features))])",
    "result": "np.linalg.lstsq(table, z, rcond=None)[0]",
}


def solved_with(**change) -> str:
    return SOLVE.format(**PIECES | change)


fi_03 = Exercise(
    id="fi-03",
    title="The scorecard from probabilities",
    answer="scorecard",
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "Solve p = 1/(1 + e^-z) for z. What kind of equation is z = x·w + b?",
        "z = ln(p / (1 - p)). Put a column of ones beside the features, for b.",
        "`np.linalg.lstsq(np.column_stack([features, np.ones(len(features))]), z, "
        "rcond=None)[0]` is w and, last, b.",
    ),
    public=(a_scorecard_of_three,),
    hidden=(any_scorecard,),
    mistakes={
        "not-linear": Mistake(
            message="You solved for the probabilities themselves. They are not linear "
            "in the features; their log-odds are.",
            code=solved_with(z="probabilities"),
        ),
        "log-of-p": Mistake(
            message="You took ln p. The log-odds are ln p minus ln (1 - p).",
            code=solved_with(z="np.log(probabilities)"),
        ),
        "no-intercept": Mistake(
            message="You left the intercept out of the equations. It is one more "
            "unknown: a column of ones.",
            code=solved_with(
                table="features",
                result="np.append(np.linalg.lstsq(table, z, rcond=None)[0], 0.0)",
            ),
        ),
        "intercept-first": Mistake(
            message="Your intercept stands first. The weights come first, it is last.",
            code=solved_with(result="np.roll(np.linalg.lstsq(table, z)[0], 1)"),
        ),
    },
    also_right=(
        """
import numpy as np

def scorecard(features, probabilities):
    z = -np.log(1 / probabilities - 1)
    middle, mean = features.mean(axis=0), z.mean()
    w = np.linalg.pinv(features - middle) @ (z - mean)
    return np.append(w, mean - middle @ w)
""",
    ),
)

# fi-04


def right_left_over(weights, intercept, known, missing, low, high):
    rest = intercept + sum(
        w * x
        for i, (w, x) in enumerate(zip(weights, known, strict=True))
        if i != missing
    )
    first, second = (
        (low - rest) / weights[missing],
        (high - rest) / weights[missing],
    )
    return min(first, second), max(first, second)


def graded(rng, columns: int, sign: int) -> dict:
    """An applicant with one feature unknown, whose weight has this sign."""
    missing = int(rng.integers(columns))
    weights, x = rng.normal(size=columns), rng.normal(size=columns)
    weights[missing] = sign * rng.uniform(0.2, 2)
    intercept = float(rng.uniform(-3, -1))
    low = float(weights @ x + intercept - rng.uniform(0.1, 1))
    x[missing] = 0
    return {
        "weights": weights,
        "intercept": intercept,
        "known": x,
        "missing": missing,
        "low": low,
        "high": low + float(rng.uniform(1, 2)),
    }


def two_applicants(answer, rng):
    """two applicants: the unknown feature raises the score, or lowers it"""
    compare(
        answer,
        fi_04,
        right_left_over,
        [graded(rng, 4, sign) for sign in (1, -1)],
    )


def any_applicant(answer, rng):
    """any number of features, any of them missing"""
    cases = [graded(rng, int(rng.integers(2, 12)), s) for s in [1, -1] * 10]
    compare(answer, fi_04, right_left_over, cases)


LEFT = """
def left_over(weights, intercept, known, missing, low, high):
    rest = {rest}
    ends = [(end - rest) / {weight} for end in (low, high)]
    return {result}
"""
TERMS = {
    "rest": "float(known @ weights) + intercept",
    "weight": "float(weights[missing])",
    "result": "(min(ends), max(ends))",
}


def left_with(**change) -> str:
    return LEFT.format(**TERMS | change)


fi_04 = Exercise(
    id="fi-04",
    title="What a grade leaves of a feature",
    answer="left_over",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "Write z = x·w + b with the unknown feature on its own. What is the rest?",
        "The rest is `known @ weights + intercept`: the unknown stands there as 0. Then "
        "z - rest is the weight times the unknown.",
        "Divide `low - rest` and `high - rest` by `weights[missing]`, and put the two "
        "in order: a negative weight turns them around.",
    ),
    public=(two_applicants,),
    hidden=(any_applicant,),
    mistakes={
        "not-ordered": Mistake(
            message="Where the weight is negative your greatest value is below your "
            "least: dividing by a negative number turns the ends around.",
            code=left_with(result="(ends[0], ends[1])"),
        ),
        "intercept-forgotten": Mistake(
            message="You forgot the intercept, which is in every score.",
            code=left_with(rest="float(known @ weights)"),
        ),
        "not-divided": Mistake(
            message="Those are values of weight times feature. Divide by the weight.",
            code=left_with(weight="1.0"),
        ),
        "size-of-weight": Mistake(
            message="You divided by the weight without its sign. A higher score then "
            "means a *lower* feature where the weight is negative.",
            code=left_with(weight="abs(float(weights[missing]))"),
        ),
    },
    also_right=(
        """
import numpy as np

def left_over(weights, intercept, known, missing, low, high):
    others = np.arange(len(weights)) != missing
    rest = intercept + (weights * known)[others].sum()
    middle = ((low + high) / 2 - rest) / weights[missing]
    half = (high - low) / 2 / abs(weights[missing])
    return float(middle - half), float(middle + half)
""",
    ),
)

# fi-05


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def right_numbers(digests, salt, prefix, digits):
    possible = [prefix + str(n).zfill(digits) for n in range(10**digits)]
    behind = {digest(salt + number): number for number in possible}
    return [behind.get(each, "") for each in digests]


def a_list(rng, count: int, digits: int) -> dict:
    """Digests in no order: some with leading zeros, one of no account at all."""
    prefix = str(rng.integers(100, 1_000))
    salt = f"s{rng.integers(10_000)}"
    tails = [*rng.integers(0, 10**digits, count).tolist(), 0, 7, 10**digits - 1]
    digests = [digest(f"{salt}{prefix}{tail:0{digits}d}") for tail in tails]
    digests.append(digest(f"{salt}nobody"))
    return {
        "digests": [digests[i] for i in rng.permutation(len(digests)).tolist()],
        "salt": salt,
        "prefix": prefix,
        "digits": digits,
    }


def texts(got) -> list | None:
    """A list or an array of texts as a list, anything else as None."""
    got = got.tolist() if isinstance(got, np.ndarray) else got
    whole = isinstance(got, list) and all(isinstance(each, str) for each in got)
    return got if whole else None


def found(answer, cases: list[dict]) -> None:
    """Hold lists of texts against the right ones, and against each mistake's."""
    given = [texts(got) for got in answer.each(cases)]

    def same(function) -> bool:
        return given == [function(**case) for case in cases]

    if same(right_numbers):
        return
    for name, mistake in fi_05.mistakes.items():
        mistaken(same(defined(fi_05, mistake.code)), name)
    for got, case in zip(given, cases, strict=True):
        where = f"{len(case['digests'])} digests and {case['digits']} digits"
        expect(
            got == right_numbers(**case),
            f"for {where} you gave {shown(got or 'no list of texts')}",
        )


def a_short_list(answer, rng):
    """accounts of three more digits, in no order, and one digest of none"""
    found(answer, [a_list(rng, 6, 3)])


def any_list(answer, rng):
    """any accounts of one to four more digits, the same one twice among them"""
    twice = a_list(rng, 3, 2)
    twice["digests"] = twice["digests"] * 2
    found(answer, [a_list(rng, 20, 4), a_list(rng, 2, 1), twice])


FIND = """
import hashlib

def numbers(digests, salt, prefix, digits):
    behind = {{}}
    for n in range(10 ** digits):
        number = prefix + {tail}
        text = {text}
        behind[hashlib.sha256(text.encode()).hexdigest()] = {value}
    return {result}
"""
STEPS = {
    "tail": "str(n).zfill(digits)",
    "text": "salt + number",
    "value": "number",
    "result": "[behind.get(each, '') for each in digests]",
}


def found_with(**change) -> str:
    return FIND.format(**STEPS | change)


fi_05 = Exercise(
    id="fi-05",
    title="The number behind a hash",
    answer="numbers",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "How many account numbers are possible? Could you hash them all?",
        "Make a dict from digest to number, for every n below 10**digits. "
        '`f"{n:04d}"` writes n with leading zeros to four digits.',
        "number = prefix + str(n).zfill(digits); the digest is that of salt + number. "
        'Then `[behind.get(d, "") for d in digests]`.',
    ),
    public=(a_short_list,),
    hidden=(any_list,),
    mistakes={
        "no-salt": Mistake(
            message="You found no account at all. The text to hash is the salt, the prefix "
            "and all the digits, in this order and nothing between.",
            code=found_with(text="number"),
        ),
        "no-zeros": Mistake(
            message="You left out leading zeros: every account has all its digits.",
            code=found_with(tail="str(n)"),
        ),
        "tail-only": Mistake(
            message="Your account numbers lack the prefix.",
            code=found_with(value="str(n).zfill(digits)"),
        ),
        "own-order": Mistake(
            message="Your numbers come in an order of their own. The first belongs to "
            'the first digest, and so on, with "" where none fits.',
            code=found_with(
                result="[behind[each] for each in behind if each in digests]"
            ),
        ),
    },
    also_right=(
        """
import hashlib
from itertools import product

def numbers(digests, salt, prefix, digits):
    result = [""] * len(digests)
    for tail in product("0123456789", repeat=digits):
        number = prefix + "".join(tail)
        digest = hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
        for place, wanted in enumerate(digests):
            if wanted == digest:
                result[place] = number
    return result
""",
    ),
)

EXERCISES = (fi_01, fi_02, fi_03, fi_04, fi_05)
