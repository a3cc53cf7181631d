"""Checks, hints and named mistakes of the exercises 08."""

from itertools import combinations

import numpy as np

from privlab.course.checking import compare, defined, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken

ATTACKS = ("membership", "update", "counts", "card", "code", "poison", "label")
NOTHING = "nothing helps"


def named(answer, exercise: Exercise, right, cases: list[dict]) -> None:
    """Hold lists of names against ``right``, and against each mistake."""
    given = answer.each(cases)

    def same(got, wanted) -> bool:
        try:
            names = np.asarray(got)
        except ValueError:  # lists of different lengths
            return False
        right_kind = names.dtype.kind == "U" or not names.size
        return right_kind and names.ndim == 1 and names.tolist() == wanted

    def agrees(function) -> bool:
        pairs = zip(given, cases, strict=True)
        return all(same(got, function(**case)) for got, case in pairs)

    if agrees(right):
        return
    for name, mistake in exercise.mistakes.items():
        mistaken(agrees(defined(exercise, mistake.code)), name)
    for got, case in zip(given, cases, strict=True):
        inputs = ", ".join(f"{name}={value}" for name, value in case.items())
        wanted = same(got, right(**case))
        expect(wanted, f"for {inputs} you gave {shown(got)}")


# su-01


def right_stopped(column, limit):
    return sorted(
        attack
        for attack, interval in column.items()
        if interval is not None and interval[1] < limit
    )


def a_column_of_seven(answer, rng):
    """a narrow interval, a wide one, one at the limit, and two that are missing"""
    column = {
        "update": (0.0, 0.02),
        "counts": (0.94, 1.0),
        "membership": (-0.02, 0.05),
        "label": (-0.1, 0.4),
        "card": None,
        "poison": (0.05, 0.1),
        "code": None,
    }
    edge = {"label": (-0.3, 0.4), "poison": (0.05, 0.1)}
    cases = [{"column": each, "limit": 0.1} for each in (column, edge)]
    named(answer, su_01, right_stopped, cases)


def any_column(answer, rng):
    """columns and limits drawn at random"""
    cases = []
    for _ in range(30):
        low = rng.uniform(-0.2, 0.5, len(ATTACKS))
        high = low + rng.uniform(0, 0.3, len(ATTACKS))
        order = rng.permutation(len(ATTACKS))
        column = {
            ATTACKS[i]: None
            if rng.random() < 0.2
            else (float(low[i]), float(high[i]))
            for i in order
        }
        cases.append({"column": column, "limit": float(rng.uniform(0.05, 0.4))})
    named(answer, su_01, right_stopped, cases)


su_01 = Exercise(
    id="su-01",
    title="Surely stopped",
    answer="surely_stopped",
    difficulty=1,
    minutes=6,
    points=1,
    hints=(
        "Which of the three numbers low, middle, high decides if all of it must be "
        "below the limit?",
        "Go through `column.items()`. Leave out what is `None` before you unpack it.",
        "`sorted(attack for attack, interval in column.items() if interval is not "
        "None and interval[1] < limit)`",
    ),
    public=(a_column_of_seven,),
    hidden=(any_column,),
    mistakes={
        "low-end": Mistake(
            message="You looked at the lower end. An interval that begins below the "
            "limit may reach far above it.",
            code="""
def surely_stopped(column, limit):
    kept = {a: i for a, i in column.items() if i is not None}
    return sorted(a for a, (low, high) in kept.items() if low < limit)
""",
        ),
        "middle": Mistake(
            message="You looked at the middle. Half of the interval lies above it, and "
            "the truth may be there.",
            code="""
def surely_stopped(column, limit):
    kept = {a: i for a, i in column.items() if i is not None}
    return sorted(a for a, (low, high) in kept.items() if (low + high) / 2 < limit)
""",
        ),
        "limit-included": Mistake(
            message="An interval that ends at the limit itself is not below it.",
            code="""
def surely_stopped(column, limit):
    return sorted(a for a, i in column.items() if i is not None and i[1] <= limit)
""",
        ),
        "unmeasured-is-safe": Mistake(
            message="You count attacks that were not measured as stopped. Nothing is "
            "known of them.",
            code="""
def surely_stopped(column, limit):
    return sorted(a for a, i in column.items() if i is None or i[1] < limit)
""",
        ),
        "order-of-table": Mistake(
            message="The names are right, their order is not: the alphabet's is asked.",
            code="""
def surely_stopped(column, limit):
    return [a for a, i in column.items() if i is not None and i[1] < limit]
""",
        ),
    },
    also_right=(
        """
def surely_stopped(column, limit):
    found = []
    for attack in sorted(column):
        interval = column[attack]
        if interval and max(interval) < limit:
            found.append(attack)
    return found
""",
    ),
)

# su-02


def right_gap(first, second, quantile):
    d = np.array(first) - np.array(second)
    reach = quantile * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - reach, d.mean() + reach


def paired(rng, n: int, quantile: float) -> dict:
    """Gains that share the hardness of their people."""
    people = rng.uniform(0.2, 0.6, n)
    first, second = (people + rng.normal(0, 0.02, n) for _ in range(2))
    return {
        "first": (first + 0.05).tolist(),
        "second": second.tolist(),
        "quantile": quantile,
    }


def five_pairs(answer, rng):
    """five seeds that share their people"""
    compare(answer, su_02, right_gap, [paired(rng, 5, 2.776)])


def any_pairs(answer, rng):
    """two to thirty seeds, any quantile, either sign"""
    cases = [
        paired(rng, int(rng.integers(2, 31)), float(rng.uniform(1, 13)))
        for _ in range(20)
    ]
    turned = [
        case | {"first": case["second"], "second": case["first"]}
        for case in cases[:5]
    ]
    compare(answer, su_02, right_gap, cases + turned)


su_02 = Exercise(
    id="su-02",
    title="Pair by pair",
    answer="gap",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Make one list out of two: what differs within each seed?",
        "Take mean and standard deviation of the differences. Which divisor does "
        "numpy's `std` use unless you say `ddof=1`?",
        "`d = np.array(first) - np.array(second)`, then "
        "`quantile * d.std(ddof=1) / np.sqrt(len(d))` to both sides of `d.mean()`.",
    ),
    public=(five_pairs,),
    hidden=(any_pairs,),
    mistakes={
        "unpaired": Mistake(
            message="You took the scatter of both lists apart. What the pairs have in "
            "common, hard or easy people, cancels only in the differences.",
            code="""
import numpy as np
def gap(first, second, quantile):
    a, b = np.array(first), np.array(second)
    reach = quantile * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))
    return a.mean() - b.mean() - reach, a.mean() - b.mean() + reach
""",
        ),
        "divisor-n": Mistake(
            message="Your standard deviation divides by n. With few seeds that is too "
            "small: the mean was taken from the same numbers. Divide by n - 1.",
            code="""
import numpy as np
def gap(first, second, quantile):
    d = np.array(first) - np.array(second)
    reach = quantile * d.std() / np.sqrt(len(d))
    return d.mean() - reach, d.mean() + reach
""",
        ),
        "one-more-seed": Mistake(
            message="That is where one more seed lies. For the mean difference the "
            "deviation is divided by the root of n.",
            code="""
import numpy as np
def gap(first, second, quantile):
    d = np.array(first) - np.array(second)
    reach = quantile * d.std(ddof=1) * np.sqrt(1 + 1 / len(d))
    return d.mean() - reach, d.mean() + reach
""",
        ),
        "root-forgotten": Mistake(
            message="The deviation of a mean is s divided by the *root* of n.",
            code="""
import numpy as np
def gap(first, second, quantile):
    d = np.array(first) - np.array(second)
    reach = quantile * d.std(ddof=1) / len(d)
    return d.mean() - reach, d.mean() + reach
""",
        ),
    },
    also_right=(
        """
import numpy as np
def gap(first, second, quantile):
    n = len(first)
    d = [a - b for a, b in zip(first, second)]
    middle = sum(d) / n
    s = (sum((x - middle) ** 2 for x in d) / (n - 1)) ** 0.5
    return middle - quantile * s / n**0.5, middle + quantile * s / n**0.5
""",
    ),
)

# su-03


def right_exact(published, unit):
    added = next(k for k, shown in enumerate(published) if shown > published[0])
    return published[0] + (unit + 1) // 2 - added


def register(count: int, unit: int) -> dict:
    """What is printed with 0, 1, ..., unit invented people."""
    printed = [
        (2 * (count + k) + unit) // (2 * unit) * unit for k in range(unit + 1)
    ]
    return {"published": printed, "unit": unit}


def five_registers(answer, rng):
    """odd and even units, a count just below the edge and one just at it"""
    pairs = ((37, 5), (38, 5), (14, 10), (15, 10), (0, 4))
    cases = [register(*pair) for pair in pairs]
    compare(answer, su_03, right_exact, cases)


def any_register(answer, rng):
    """counts up to thousands, units from 2 to 100"""
    cases = [
        register(int(rng.integers(0, 5000)), int(rng.integers(2, 101)))
        for _ in range(60)
    ]
    compare(answer, su_03, right_exact, cases)


su_03 = Exercise(
    id="su-03",
    title="The edge of rounding",
    answer="exact",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Somewhere the printed number jumps. What do you know of the count at that "
        "moment?",
        "With unit 5, what is the least count that is printed as 40? And with unit "
        "10? Find it from the number that was printed before the jump.",
        "At the first k where `published[k] > published[0]` the count is "
        "`published[0] + (unit + 1) // 2`, and k of them are invented.",
    ),
    public=(five_registers,),
    hidden=(any_register,),
    mistakes={
        "edge-rounded-down": Mistake(
            message="Half an odd unit is not whole, and the least count that is rounded "
            "upwards is the next whole number above it. You took the one below.",
            code="""
def exact(published, unit):
    added = next(k for k, p in enumerate(published) if p > published[0])
    return published[0] + unit // 2 - added
""",
        ),
        "printed-number": Mistake(
            message="When the printed number jumps, the count is not yet that number: "
            "it has only come nearer to it than to the one before.",
            code="""
def exact(published, unit):
    added = next(k for k, p in enumerate(published) if p > published[0])
    return published[added] - added
""",
        ),
        "last-before": Mistake(
            message="You count the invented people before the jump. The jump comes with "
            "the next one.",
            code="""
def exact(published, unit):
    added = next(k for k, p in enumerate(published) if p > published[0])
    return published[0] + (unit + 1) // 2 - (added - 1)
""",
        ),
        "believed": Mistake(
            message="You took the first printed number for the count. It is rounded.",
            code="""
def exact(published, unit):
    return published[0]
""",
        ),
    },
    also_right=(
        """
def exact(published, unit):
    for count in range(published[0] - unit, published[0] + unit + 1):
        printed = [(2 * (count + k) + unit) // (2 * unit) * unit
                   for k in range(unit + 1)]
        if count >= 0 and printed == list(published):
            return count
""",
    ),
)

# su-04


def right_cheapest(stops, costs, threats):
    choices = [
        chosen
        for size in range(len(stops) + 1)
        for chosen in combinations(sorted(stops), size)
        if set(threats) <= {a for name in chosen for a in stops[name]}
    ]
    if not choices:
        return [NOTHING]
    prices = [sum(costs[name] for name in chosen) for chosen in choices]
    return list(choices[int(np.argmin(prices))])


BOARD = {
    "masks": ["update"],
    "noise": ["membership", "card", "code", "label"],
    "scrubbing": ["card"],
    "filter": ["poison"],
    "all in one": ["update", "membership", "card", "code", "label"],
}
PRICES = {
    "masks": 3.0,
    "noise": 9.0,
    "scrubbing": 1.0,
    "filter": 2.0,
    "all in one": 15.5,
}


def five_boards(answer, rng):
    """one threat, two to join, a bargain that is none, no threat, no defence"""
    threats = (
        ["card"],
        ["membership", "update", "card"],
        ["poison", "card"],
        [],
        ["counts", "card"],
    )
    cases = [
        {"stops": BOARD, "costs": PRICES, "threats": each} for each in threats
    ]
    named(answer, su_04, right_cheapest, [*cases, greedy_trap()])


def greedy_trap() -> dict:
    """The best bargain first, four for 5, makes 5 + 4 + 4; two others cost 9."""
    return {
        "stops": {
            "wide": ["membership", "update", "counts", "card"],
            "left": ["membership", "update", "code"],
            "right": ["counts", "card", "poison"],
        },
        "costs": {"wide": 5.0, "left": 4.25, "right": 4.5},
        "threats": [
            "membership",
            "update",
            "counts",
            "card",
            "code",
            "poison",
        ],
    }


def any_board(answer, rng):
    """boards of up to seven defences, drawn at random"""
    cases = []
    for _ in range(30):
        names = [f"defence {i}" for i in range(int(rng.integers(2, 8)))]
        stops = {
            name: [a for a in ATTACKS if rng.random() < 0.35] for name in names
        }
        costs = {name: float(rng.uniform(1, 10)) for name in names}
        threats = [a for a in ATTACKS if rng.random() < 0.4]
        cases.append({"stops": stops, "costs": costs, "threats": threats})
    named(answer, su_04, right_cheapest, [*cases, greedy_trap()])


su_04 = Exercise(
    id="su-04",
    title="Join defences",
    answer="cheapest",
    difficulty=3,
    minutes=18,
    points=3,
    hints=(
        "There are few defences: how many choices of some of them are there?",
        "`combinations(sorted(stops), size)` gives all choices of one size. Which of "
        "them stop every threat? If none does, that is the answer.",
        "Keep the choices with `set(threats) <= {a for name in chosen for a in "
        "stops[name]}`; the cheapest is the one with the least sum of costs. A choice "
        "of size 0 is allowed.",
    ),
    public=(five_boards,),
    hidden=(any_board,),
    mistakes={
        "greedy": Mistake(
            message="You took the best bargain first and went on from there. An early "
            "bargain may be superfluous in the end: compare whole choices.",
            code="""
def cheapest(stops, costs, threats):
    left, chosen = set(threats), []
    while left:
        best = max(sorted(stops), key=lambda n: len(left & set(stops[n])) / costs[n])
        if not left & set(stops[best]):
            return ['nothing helps']
        chosen.append(best)
        left -= set(stops[best])
    return sorted(chosen)
""",
        ),
        "single": Mistake(
            message="You looked for one defence that stops everything. Defences may be "
            "joined.",
            code="""
def cheapest(stops, costs, threats):
    if not threats:
        return []
    whole = [n for n in sorted(stops) if set(threats) <= set(stops[n])]
    return [min(whole, key=costs.get)] if whole else ['nothing helps']
""",
        ),
        "fewest": Mistake(
            message="You took the fewest defences, not the cheapest: two together may "
            "cost less than one.",
            code="""
from itertools import combinations
def cheapest(stops, costs, threats):
    for size in range(len(stops) + 1):
        fit = [c for c in combinations(sorted(stops), size)
               if set(threats) <= {a for n in c for a in stops[n]}]
        if fit:
            return list(min(fit, key=lambda c: sum(costs[n] for n in c)))
    return ['nothing helps']
""",
        ),
        "as-good-as-it-gets": Mistake(
            message="Where no choice stops every threat you return one that stops some. "
            "Say that there is none.",
            code="""
from itertools import combinations
def cheapest(stops, costs, threats):
    can = {a for attacks in stops.values() for a in attacks}
    need = set(threats) & can
    choices = [c for size in range(len(stops) + 1)
               for c in combinations(sorted(stops), size)
               if need <= {a for n in c for a in stops[n]}]
    return list(min(choices, key=lambda c: sum(costs[n] for n in c)))
""",
        ),
    },
    also_right=(
        """
def cheapest(stops, costs, threats):
    names, best = sorted(stops), None
    for bits in range(2 ** len(names)):
        chosen = [n for i, n in enumerate(names) if bits >> i & 1]
        stopped = [a for n in chosen for a in stops[n]]
        if all(t in stopped for t in threats):
            price = sum(costs[n] for n in chosen)
            if best is None or price < best[0]:
                best = price, chosen
    return best[1] if best else ['nothing helps']
""",
    ),
)
