"""Checks, hints and named mistakes of the exercises 01_1."""

import numpy as np

from privlab.attacks.reconstruction import least_absolute
from privlab.course.checking import close, compare, defined, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken

# at-01


def right_rows(table, k):
    alike = (table[:, None] == table[None]).all(axis=2).sum(axis=1)
    return int((alike < k).sum())


def crowds(rows: int, columns: int, kinds: int, k: int, rng) -> dict:
    """The arguments of at-01: a random table."""
    return {"table": rng.integers(0, kinds, (rows, columns)), "k": k}


def right_for_a_clinic(answer, rng):
    """eight patients with two columns, and sixty with three"""
    eight = [[1, 7], [1, 7], [1, 7], [1, 8], [2, 7], [2, 7], [2, 8], [2, 8]]
    sixty = crowds(60, 3, 3, 4, np.random.default_rng(5))
    cases = [{"table": np.array(eight), "k": 3}, sixty]
    compare(answer, at_01, right_rows, cases)


def right_for_any_table(answer, rng):
    """any number of rows, columns and k, also a single row and k = 1"""
    cases = [crowds(*shape, rng) for shape in ((1, 1, 2, 2), (50, 2, 4, 1))]
    apart = [[1, 11], [11, 1], [0, 1], [100, 0]]  # glued digits would be alike
    cases.append({"table": np.array(apart), "k": 2})
    for _ in range(15):
        rows, columns, kinds, k = rng.integers(1, (90, 6, 9, 9))
        cases.append(crowds(rows, columns, kinds, int(k), rng))
    compare(answer, at_01, right_rows, cases)


at_01 = Exercise(
    id="at-01",
    title="Rows at risk",
    answer="rows_at_risk",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Take on paper the rows 1 7, 1 7, 1 7, 1 8, 2 7, 2 8 and k = 3. Which look alike? "
        "Count rows, not kinds.",
        "`np.unique` with `axis=0` finds the kinds of rows, and with `return_counts` how "
        "many there are of each. You need the number of rows, not of kinds.",
        "`return_inverse` gives the kind of each row: `sizes[kind] < k`, and count.",
    ),
    public=(right_for_a_clinic,),
    hidden=(right_for_any_table,),
    mistakes={
        "kinds-not-rows": Mistake(
            message="You counted the kinds of rows that are rare. Two patients who look "
            "alike are one kind, but two people at risk.",
            code="""
import numpy as np

def rows_at_risk(table, k):
    return int((np.unique(table, axis=0, return_counts=True)[1] < k).sum())
""",
        ),
        "column-by-column": Mistake(
            message="You looked at each column by itself. Every entry may be common and "
            "the combination still rare: rows look alike if all columns agree.",
            code="""
import numpy as np

def rows_at_risk(table, k):
    alike = (table[:, None] == table[None]).sum(axis=1)
    return int((alike < k).any(axis=1).sum())
""",
        ),
        "k-others": Mistake(
            message="You asked for k others. The row itself is one of the k.",
            code="""
import numpy as np

def rows_at_risk(table, k):
    alike = (table[:, None] == table[None]).all(axis=2).sum(axis=1)
    return int((alike - 1 < k).sum())
""",
        ),
        "only-unique": Mistake(
            message="You counted only rows that are unique. With k = 3, a pair is at "
            "risk too.",
            code="""
import numpy as np

def rows_at_risk(table, k):
    alike = (table[:, None] == table[None]).all(axis=2).sum(axis=1)
    return int((alike == 1).sum())
""",
        ),
    },
    also_right=(
        """
from collections import Counter

def rows_at_risk(table, k):
    counts = Counter(map(tuple, table.tolist()))
    return sum(count for count in counts.values() if count < k)
""",
    ),
)

# at-02


def right_band(birth_years, k):
    def smallest(width):
        bands = np.bincount(birth_years // width)
        return bands[bands > 0].min()

    widths = range(1, int(max(birth_years)) + 2)
    return next(width for width in widths if smallest(width) >= k)


def town(people: int, k: int, rng) -> dict:
    """The arguments of at-02: birth years from 1940 to 2005."""
    return {"birth_years": rng.integers(1940, 2006, people), "k": k}


def right_for_three_towns(answer, rng):
    """towns of 60, 300 and 20 people, and two families far apart"""
    fixed = np.random.default_rng(8)
    towns = [town(60, 5, fixed), town(300, 4, fixed), town(20, 3, fixed)]
    towns.append({"birth_years": np.array([1951, 1951, 1990, 1990]), "k": 2})
    compare(answer, at_02, right_band, towns)


def right_for_any_town(answer, rng):
    """any town; everybody born in one year; as few people as k"""
    towns = [{"birth_years": np.full(9, 1977), "k": 9}, town(6, 6, rng)]
    towns.append({"birth_years": np.array([1899, 2000]), "k": 2})  # 118 years
    towns += [
        town(int(rng.integers(20, 400)), int(rng.integers(1, 12)), rng)
        for _ in range(15)
    ]
    compare(answer, at_02, right_band, towns)


at_02 = Exercise(
    id="at-02",
    title="As narrow as k allows",
    answer="narrowest_band",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "How do you find the band of a year, for a given width? And how many people are "
        "in each band?",
        "`birth_years // w` numbers the bands. Count each number that occurs; the "
        "smallest count must reach k.",
        "Start at w = 1 and add 1 until it fits. A width that fits does not make every "
        "wider one fit, so do not skip any.",
    ),
    public=(right_for_three_towns,),
    hidden=(right_for_any_town,),
    mistakes={
        "on-average": Mistake(
            message="Your bands have k people on average. Whoever is in a small band "
            "has nothing from the large ones.",
            code="""
import numpy as np

def narrowest_band(birth_years, k):
    width = 1
    while len(birth_years) / len(np.unique(birth_years // width)) < k:
        width += 1
    return width
""",
        ),
        "by-halving": Mistake(
            message="You searched by halving. That assumes that every width beyond the "
            "right one fits too; but the borders move with the width, and a wider band "
            "can leave somebody alone.",
            code="""
import numpy as np

def narrowest_band(birth_years, k):
    low, high = 1, int(birth_years.max()) + 1
    while low < high:
        middle = (low + high) // 2
        sizes = np.unique(birth_years // middle, return_counts=True)[1]
        if sizes.min() >= k:
            high = middle
        else:
            low = middle + 1
    return low
""",
        ),
        "from-the-oldest": Mistake(
            message="Your first band starts at the oldest person. Bands start at "
            "multiples of w: borders that follow the data tell a birth year themselves.",
            code="""
import numpy as np

def narrowest_band(birth_years, k):
    width, years = 1, birth_years - birth_years.min()
    while np.unique(years // width, return_counts=True)[1].min() < k:
        width += 1
    return width
""",
        ),
        "more-than-k": Mistake(
            message="You want more than k people in every band. Exactly k are enough.",
            code="""
import numpy as np

def narrowest_band(birth_years, k):
    width = 1
    while np.unique(birth_years // width, return_counts=True)[1].min() <= k:
        width += 1
        if width > birth_years.max():
            break
    return width
""",
        ),
        "empty-bands": Mistake(
            message="You count a band that nobody is in as too small. Nobody is there to "
            "be found.",
            code="""
import numpy as np

def narrowest_band(birth_years, k):
    width = 1
    while True:
        bands = birth_years // width
        if np.bincount(bands - bands.min()).min() >= k:
            return width
        width += 1
""",
        ),
    },
    also_right=(
        """
from collections import Counter
from itertools import count

def narrowest_band(birth_years, k):
    fits = lambda w: min(Counter(int(y) // w for y in birth_years).values()) >= k
    return next(width for width in count(1) if fits(width))
""",
    ),
)

# at-03


def right_patients(first, second, diagnoses):
    values = np.unique(diagnoses)

    def possible(groups):
        alike = groups[:, None] == groups[None]
        return (alike[:, :, None] & (diagnoses[:, None] == values)).any(axis=1)

    both = possible(first) & possible(second)
    return int((both.sum(axis=1) == 1).sum())


def hospitals(patients: int, groups: int, kinds: int, rng) -> dict:
    """The arguments of at-03: random groups and diagnoses."""
    first, second = rng.integers(0, groups, (2, patients))
    diagnoses = rng.integers(0, kinds, patients)
    return {"first": first, "second": second, "diagnoses": diagnoses}


def right_for_two_hospitals(answer, rng):
    """six patients, and ninety"""
    six = {
        "first": np.array([0, 0, 0, 1, 1, 1]),
        "second": np.array([0, 0, 1, 0, 1, 1]),
        "diagnoses": np.array([3, 3, 4, 5, 4, 3]),
    }
    ninety = hospitals(90, 25, 12, np.random.default_rng(3))
    compare(answer, at_03, right_patients, [six, ninety])


def right_for_any_hospitals(answer, rng):
    """any groups and diagnoses; a single patient; groups of one"""
    alone = {name: np.array([7]) for name in ("first", "second", "diagnoses")}
    apart = {**hospitals(8, 2, 3, rng), "second": np.arange(8)}
    cases = [alone, apart]
    for _ in range(15):
        shape = rng.integers((5, 1, 1), (90, 20, 12))
        cases.append(hospitals(*shape, rng))
    compare(answer, at_03, right_patients, cases)


at_03 = Exercise(
    id="at-03",
    title="Two tables, one patient",
    answer="certain_patients",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Take one patient. What does the first table allow? What does the second? What "
        "do both allow?",
        "`diagnoses[first == first[i]]` are the entries of patient i's group in the first "
        "table. Make a set of them, and one for the second table.",
        "Count the patients for whom the intersection of the two sets has one element.",
    ),
    public=(right_for_two_hospitals,),
    hidden=(right_for_any_hospitals,),
    mistakes={
        "rows-joined": Mistake(
            message="You looked at the patients who are in both groups. You know who they "
            "are, but not which rows are theirs: a diagnosis that others brought into "
            "both groups is still possible.",
            code="""
def certain_patients(first, second, diagnoses):
    pairs = zip(first, second)
    both = [diagnoses[(first == one) & (second == two)] for one, two in pairs]
    return sum(len(set(inside)) == 1 for inside in both)
""",
        ),
        "each-table-alone": Mistake(
            message="You counted who is certain by one table alone. Two tables that leave "
            "two diagnoses each may have only one in common.",
            code="""
def certain_patients(first, second, diagnoses):
    def alone(groups, i):
        return len(set(diagnoses[groups == groups[i]])) == 1

    return sum(alone(first, i) or alone(second, i) for i in range(len(first)))
""",
        ),
        "either-table": Mistake(
            message="You collected what one table or the other allows. Only what both "
            "allow is possible.",
            code="""
def certain_patients(first, second, diagnoses):
    either = [(first == one) | (second == two) for one, two in zip(first, second)]
    return sum(len(set(diagnoses[rows])) == 1 for rows in either)
""",
        ),
        "pairs-of-groups": Mistake(
            message="You counted pairs of groups. Several patients may share a pair, and "
            "each of them counts.",
            code="""
def certain_patients(first, second, diagnoses):
    count = 0
    for one, two in set(zip(first.tolist(), second.tolist())):
        in_both = set(diagnoses[first == one]) & set(diagnoses[second == two])
        count += len(in_both) == 1
    return count
""",
        ),
    },
    also_right=(
        """
import numpy as np
from privlab.attacks.linkage import infer

def certain_patients(first, second, diagnoses):
    one, two = (infer([g], diagnoses, [g], values=diagnoses) for g in (first, second))
    return one.updated(two.chances).certain.sum()
""",
    ),
)

# at-04


def right_table(table, row_totals, column_totals):
    found, before = np.array(table), None
    while not np.array_equal(found, before):
        before = found.copy()
        for view, totals in ((found, row_totals), (found.T, column_totals)):
            for line, total in zip(view, totals, strict=True):
                if (line == -1).sum() == 1:
                    line[line == -1] = total - line.sum() - 1
    return found


def printed(counts: np.ndarray, hidden: list) -> dict:
    """The arguments of at-04: counts, some of which are hidden."""
    table = np.array(counts)
    table[tuple(np.array(hidden).T)] = -1
    return {
        "table": table,
        "row_totals": counts.sum(axis=1),
        "column_totals": counts.sum(axis=0),
    }


def printed_at_random(rows: int, columns: int, share: float, rng) -> dict:
    counts = rng.integers(0, 40, (rows, columns))
    hidden = np.argwhere(rng.random((rows, columns)) < share)
    return printed(counts, hidden if len(hidden) else [[0, 0]])


# Each cell of the staircase opens the next, from its lower end, and a square of four
# cells never opens.
STAIRS = [[0, 0], [0, 1], [1, 1], [1, 2], [2, 2], [2, 3], [3, 3]]
SQUARE = [[4, 4], [4, 5], [5, 4], [5, 5]]


def right_for_a_page(answer, rng):
    """a page with a staircase of hidden cells, a square of them, and one alone"""
    counts = np.random.default_rng(4).integers(1, 40, (7, 6))
    pages = [printed(counts, STAIRS + SQUARE), printed(counts, [[2, 3]])]
    compare(answer, at_04, right_table, pages)


def right_for_any_page(answer, rng):
    """any page, few or many hidden cells, also true zeros"""
    shapes = [(1, 1, 1.0), (1, 5, 0.3), (6, 1, 0.3)]
    shapes += [(*rng.integers(2, 8, 2), rng.uniform(0, 0.6)) for _ in range(20)]
    pages = [printed_at_random(*shape, rng) for shape in shapes]
    # many rounds
    stairs = [[i, i + step] for i in range(30) for step in (0, 1)]
    pages.append(printed(rng.integers(0, 40, (31, 31)), stairs))
    nothing = np.array([[0, 0, 5], [0, 0, 7], [3, 4, 6]])
    pages.append(printed(nothing, [[0, 0], [0, 1], [1, 0], [1, 1]]))
    compare(answer, at_04, right_table, pages)


at_04 = Exercise(
    id="at-04",
    title="Hidden cells and printed totals",
    answer="fill_in",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "In which rows and columns is exactly one cell hidden? What is in it?",
        "It is the total less the cells you can see. Do that for every row and every "
        "column, and look again: have new lines with one hidden cell appeared?",
        "Repeat until a round changes nothing. Mind that -1 is a mark and not a count: "
        "leave it out of the sum.",
    ),
    public=(right_for_a_page,),
    hidden=(right_for_any_page,),
    mistakes={
        "one-round": Mistake(
            message="You went over the table once. A cell that you found last may be the "
            "one that was missing in another line: go round again.",
            code="""
import numpy as np

def fill_in(table, row_totals, column_totals):
    found = np.array(table)
    for view, totals in ((found, row_totals), (found.T, column_totals)):
        for line, total in zip(view, totals):
            if (line == -1).sum() == 1:
                line[line == -1] = total - line[line >= 0].sum()
    return found
""",
        ),
        "rows-only": Mistake(
            message="You used the totals of the rows only. Columns are printed too.",
            code="""
import numpy as np

def fill_in(table, row_totals, column_totals):
    found = np.array(table)
    for line, total in zip(found, row_totals):
        if (line == -1).sum() == 1:
            line[line == -1] = total - line[line >= 0].sum()
    return found
""",
        ),
        "mark-as-count": Mistake(
            message="Your cells are one too large: you subtracted the mark -1 as if it "
            "were a count.",
            code="""
import numpy as np

def fill_in(table, row_totals, column_totals):
    found = np.array(table)
    for _ in range(found.size):
        for view, totals in ((found, row_totals), (found.T, column_totals)):
            for line, total in zip(view, totals):
                if (line == -1).sum() == 1:
                    line[line == -1] = total - line.sum()
    return found
""",
        ),
        "shared-out": Mistake(
            message="You shared what is missing in a row among its hidden cells. That is "
            "a guess: fill in only what subtraction proves.",
            code="""
import numpy as np

def fill_in(table, row_totals, column_totals):
    found = np.array(table, dtype=float)
    for line, total in zip(found, row_totals):
        hidden = line == -1
        if hidden.any():
            line[hidden] = (total - line[~hidden].sum()) / hidden.sum()
    return found
""",
        ),
    },
    also_right=(
        """
import numpy as np

def fill_in(table, row_totals, column_totals):
    found = np.asarray(table).tolist()
    rows, columns = len(found), len(found[0])
    while True:
        for i, j in [(i, j) for i in range(rows) for j in range(columns)]:
            others = [found[i][c] for c in range(columns) if c != j]
            above = [found[r][j] for r in range(rows) if r != i]
            if found[i][j] != -1:
                continue
            if -1 not in others:
                found[i][j] = int(row_totals[i]) - sum(others)
                break
            if -1 not in above:
                found[i][j] = int(column_totals[j]) - sum(above)
                break
        else:
            return found
""",
    ),
)

# at-05


def dashboard(employees: int, rng) -> tuple[np.ndarray, dict]:
    """The secret answers, and the arguments of at-05."""
    secret = rng.integers(0, 2, employees)
    groups = rng.integers(0, 2, (4 * employees, employees))
    groups[:, 0] |= groups.sum(axis=1) == 0  # nobody's group gets somebody
    percentages = 5 * np.round(20 * (groups @ secret) / groups.sum(axis=1))
    lies = rng.choice(len(groups), len(groups) // 10, replace=False)
    percentages[lies] = 100 * rng.integers(0, 2, len(lies))
    return secret, {"groups": groups, "percentages": percentages}


def misleading(employees: int, rng) -> tuple[np.ndarray, dict, dict]:
    """A dashboard that misleads each named mistake, and what they make of it."""
    while True:
        secret, case = dashboard(employees, rng)
        wrong = {
            name: defined(at_05, mistake.code)(**case)
            for name, mistake in at_05.mistakes.items()
        }
        if all((bits == secret).mean() < 0.9 for bits in wrong.values()):
            return secret, case, wrong


def reconstructed(answer, employees: int, rng) -> None:
    """Hold one reconstruction against the secret, or name what misled it.

    The sum of absolute contradictions had every bit right in each of 3,260 such
    dashboards, where 95 in 100 bits are asked for.
    """
    secret, case, wrong = misleading(employees, rng)
    got = answer(**case)
    if isinstance(got, np.ndarray) and got.dtype == bool:
        got = got.astype(int)  # True and False are ones and zeros
    for name, bits in wrong.items():
        mistaken(close(got, bits), name)
    numbers = close(got, got) and np.shape(got) == secret.shape
    expect(
        numbers and np.isin(got, (0, 1)).all(),
        f"{employees} zeros and ones are needed, you gave {shown(got)}",
    )
    right = int((np.asarray(got) == secret).sum())
    expect(
        right >= 0.95 * employees,
        f"of {employees} employees you have {right} right; half would be guessing",
    )


def finds_forty_employees(answer, rng):
    """forty employees, 160 percentages"""
    reconstructed(answer, 40, rng)


def finds_other_firms(answer, rng):
    """firms of 36 and of 48 employees"""
    for employees in (36, 48):
        reconstructed(answer, employees, rng)


at_05 = Exercise(
    id="at-05",
    title="A dashboard that rounds, and sometimes lies",
    answer="who_said_yes",
    difficulty=3,
    minutes=20,
    points=3,
    hints=(
        "A percentage of a group whose members you know is a count of people. Then it is "
        "the lesson's reconstruction; which of its two parts bears a few lies?",
        "Minimise the sum of |count - sum of the members' answers| with each answer "
        "between 0 and 1, then round. As a linear program: one more unknown t for each "
        "group, with -t <= count - sum <= t, and minimise the sum of the t.",
        "`counts = percentages / 100 * groups.sum(axis=1)`. Unknowns: n answers, then m "
        "values t. `linprog` with costs 0 and 1, the rows `[groups, -I]` and "
        "`[-groups, -I]`, the limits `counts` and `-counts`.",
    ),
    public=(finds_forty_employees,),
    hidden=(finds_other_firms,),
    mistakes={
        "least-squares": Mistake(
            message="You minimised the sum of squares. One large contradiction weighs "
            "more there than many small ones, so the lies decide.",
            code="""
import numpy as np

def who_said_yes(groups, percentages):
    counts = percentages / 100 * groups.sum(axis=1)
    return (np.linalg.lstsq(groups, counts)[0] > 0.5).astype(int)
""",
        ),
        "percent-of-all": Mistake(
            message="You took percentages of all employees. Each is a percentage of its "
            "own group.",
            code="""
from privlab.attacks.reconstruction import least_absolute

def who_said_yes(groups, percentages):
    return least_absolute(groups, percentages / 100 * groups.shape[1]).bits
""",
        ),
        "half-of-all": Mistake(
            message="You took every group for half of the employees. They are so only "
            "roughly: count who is in each.",
            code="""
from privlab.attacks.reconstruction import least_absolute

def who_said_yes(groups, percentages):
    return least_absolute(groups, percentages / 100 * groups.shape[1] / 2).bits
""",
        ),
        "squares-of-shares": Mistake(
            message="You minimised the sum of squares, over the shares. One large "
            "contradiction weighs more there than many small ones, so the lies decide.",
            code="""
import numpy as np

def who_said_yes(groups, percentages):
    shares = groups / groups.sum(axis=1, keepdims=True)
    return (np.linalg.lstsq(shares, percentages / 100)[0] > 0.5).astype(int)
""",
        ),
        "largest-error": Mistake(
            message="You minimised the largest contradiction. The largest belongs to a "
            "lie, and the honest answers no longer count.",
            code="""
import numpy as np
from scipy.optimize import linprog

def who_said_yes(groups, percentages):
    counts, (m, n) = percentages / 100 * groups.sum(axis=1), groups.shape
    one = np.ones((m, 1))
    rows = np.block([[groups, -one], [-groups, -one]])
    limits = np.concatenate([counts, -counts])
    found = linprog([0] * n + [1], A_ub=rows, b_ub=limits, bounds=[(0, 1)] * n + [(0, None)])
    return (found.x[:n] > 0.5).astype(int)
""",
        ),
        "one-at-a-time": Mistake(
            message="You looked at one employee at a time: is the percentage higher with "
            "them than without? The others in the group move it far more. Solve for all "
            "at once.",
            code="""
import numpy as np

def who_said_yes(groups, percentages):
    inside = groups.T @ percentages / groups.sum(axis=0)
    outside = (1 - groups).T @ percentages / (1 - groups).sum(axis=0)
    return (inside > outside).astype(int)
""",
        ),
    },
    also_right=(
        """
from privlab.attacks.reconstruction import least_absolute

def who_said_yes(groups, percentages):
    return least_absolute(groups, percentages / 100 * groups.sum(axis=1)).bits
""",
    ),
)
