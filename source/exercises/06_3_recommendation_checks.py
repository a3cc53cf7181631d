"""Checks, hints and named mistakes of the exercises 06_3."""

import numpy as np

from privlab.course.checking import close, compare, defined, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken

# re-01


def right_links(scores, threshold):
    def named(rows):
        second, first = np.sort(rows, axis=1)[:, -2:].T
        clear = first - second > threshold * rows.std(axis=1)
        return np.where(clear, rows.argmax(axis=1), -1)

    forth, back = named(scores), named(scores.T)
    mutual = (forth >= 0) & (back[forth] == np.arange(len(scores)))
    return np.where(mutual, forth, -1)


def two_tables(rng, first: int, second: int, threshold: float) -> dict:
    """Scores in which some records stand out for each other, some on one side only."""
    scores = rng.uniform(0, 1, (first, second))
    both = min(first, second)
    pairs = rng.permutation(both)
    rows = np.arange(both)
    scores[rows, pairs[rows]] += rng.uniform(0.3, 4, both)
    scores[:, rng.integers(second)] += 3.0  # a record like everybody
    return {"scores": scores, "threshold": threshold}


# Row 0 and column 0 stand out for each other. Row 1 stands out for column 1, which has
# an even better one, row 2, by a hair. Row 3 has a narrow best, in column 3, for which
# it is the clear best. Column 4 is above all others in rows 4 and 5.
CORNERS = np.array(
    [
        [9.0, 0.1, 0.2, 0.3, 0.0, 0.2],
        [0.2, 8.0, 0.1, 0.0, 0.3, 0.1],
        [0.1, 8.2, 0.3, 0.2, 0.1, 0.0],
        [0.0, 0.2, 3.9, 4.0, 0.2, 3.8],
        [0.3, 0.0, 0.1, 0.1, 7.0, 0.2],
        [0.2, 0.1, 0.0, 0.2, 7.1, 0.3],
    ]
)


def links_of_two_small_tables(answer, rng):
    """a few records in each, of which some stand out on one side only"""
    drawn = [two_tables(rng, 12, 9, 0.7) for _ in range(3)]
    cases = [{"scores": CORNERS, "threshold": t} for t in (0.3, 1.5)]
    unequal = np.diag([100.0, 1, 1, 1, 1, 1]) + CORNERS / 100
    for scores in (CORNERS[:, ::-1].T / 20, unequal):
        cases.append({"scores": scores, "threshold": 1.2})
    # the eccentricity is 2.64 with n, 2.41 with n - 1
    cases.append({"scores": CORNERS, "threshold": 2.5})
    tied = np.array([[5.0, 5, 1], [2, 0, 7], [0, 1, 2]])
    cases.append({"scores": tied, "threshold": 0.0})
    compare(answer, re_01, right_links, [*cases, *drawn])


def links_of_any_tables(answer, rng):
    """tables of any sizes, any threshold"""
    cases = [
        two_tables(rng, *rng.integers(5, 60, 2), rng.uniform(0.1, 2))
        for _ in range(20)
    ]
    compare(answer, re_01, right_links, cases)


LINKS = """
import numpy as np

def links(scores, threshold):
    def named(rows):
        second, first = np.sort(rows, axis=1)[:, -2:].T
        clear = {clear}
        return np.where(clear, rows.argmax(axis=1), -1)

    forth, back = named(scores), named({other})
    {last}
"""
LINKED = {
    "clear": "first - second > threshold * rows.std(axis=1)",
    "other": "scores.T",
    "last": (
        "return np.where((forth >= 0) & (back[forth] == np.arange(len(scores))), "
        "forth, -1)"
    ),
}


def links_with(**change) -> str:
    return LINKS.format(**LINKED | change)


re_01 = Exercise(
    id="re-01",
    title="Two tables without names",
    answer="links",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Do one side first: for each row its best column, or -1 if the best does not "
        "stand out. The other side is the same for `scores.T`.",
        "`np.sort(rows, axis=1)[:, -2:]` holds the second best and the best of each "
        "row. Compare their gap with threshold times `rows.std(axis=1)`.",
        "With `forth` (a,) and `back` (b,) of both sides: i is linked to forth[i] if "
        "forth[i] >= 0 and back[forth[i]] == i.",
    ),
    public=(links_of_two_small_tables,),
    hidden=(links_of_any_tables,),
    mistakes={
        "one-side": Mistake(
            message="You asked from one side. A record that looks like everybody is "
            "the best of many rows: does the row stand out for it, too?",
            code=links_with(last="return forth"),
        ),
        "always-the-best": Mistake(
            message="You link each other's best even where it hardly stands out. The "
            "gap to the second best must pass the threshold.",
            code=links_with(clear="first > -np.inf"),
        ),
        "above-the-mean": Mistake(
            message="You measured the best against the mean. Two good ones are both far "
            "above it: measure against the second best.",
            code=links_with(
                clear="first - rows.mean(axis=1) > threshold * rows.std(axis=1)"
            ),
        ),
        "no-deviation": Mistake(
            message="You compared the bare gap with the threshold. It counts in "
            "standard deviations of the row, or the column.",
            code=links_with(clear="first - second > threshold"),
        ),
        "one-deviation-for-all": Mistake(
            message="You divided by the deviation of the whole table. Each row and each "
            "column has its own.",
            code=links_with(clear="first - second > threshold * rows.std()"),
        ),
    },
    also_right=(
        """
import numpy as np

def links(scores, threshold):
    scores = np.asarray(scores)

    def stands_out(line, place):
        others = np.delete(line, place)
        return line[place] - others.max() > threshold * line.std()

    found = np.full(len(scores), -1)
    for i, row in enumerate(scores):
        j = int(row.argmax())
        if stands_out(row, j) and stands_out(scores[:, j], i):
            found[i] = j
    return found
""",
    ),
)

# re-02


def right_stolen(questions, answers):
    asked = questions[:, 1:] - questions[:, :1]
    told = answers[:, 1:] - answers[:, :1]
    return told @ np.linalg.solve(asked.T @ told, told.T)


def a_server(rng, films: int, rank: int) -> dict:
    """Orthogonal characters with weights near 1; questions that are well spread."""
    basis = np.linalg.qr(rng.normal(size=(films, rank)))[0]
    matrix = basis @ np.diag(rng.uniform(0.5, 1, rank)) @ basis.T
    turn = np.linalg.qr(rng.normal(size=(rank, rank)))[0]
    side = rng.normal(size=(films, rank))
    side -= basis @ (basis.T @ side)
    middle = rng.normal(size=(films, 1))
    asked = middle + np.column_stack([np.zeros(films), 2 * basis @ turn + side])
    level = rng.normal(3.5, 0.5, (films, 1))
    return {"questions": asked, "answers": level + matrix @ asked}


def stolen(answer, cases: list[dict]) -> None:
    given = answer.each(cases)

    def near(got, right) -> bool:
        try:
            got = np.asarray(got, dtype=float)
        except (TypeError, ValueError, OverflowError):
            return False
        same = got.shape == right.shape
        return same and np.allclose(got, right, rtol=1e-6, atol=1e-7)

    def agrees(function) -> bool:
        pairs = zip(given, cases, strict=True)
        return all(near(got, function(**case)) for got, case in pairs)

    if agrees(right_stolen):
        return
    for name, mistake in re_02.mistakes.items():
        mistaken(agrees(defined(re_02, mistake.code)), name)
    for got, case in zip(given, cases, strict=True):
        size = case["questions"].shape
        fits = near(got, right_stolen(**case))
        expect(fits, f"for questions of shape {size} you gave {shown(got)}")


def a_small_server(answer, rng):
    """eight films, rank two, three questions"""
    stolen(answer, [a_server(rng, 8, 2)])


def any_server(answer, rng):
    """any number of films, any rank"""
    sizes = [(5, 1), (30, 3), (60, 8), (12, 11), (200, 4)]
    stolen(answer, [a_server(rng, *size) for size in sizes])


STOLEN = """
import numpy as np

def stolen_matrix(questions, answers):
    asked = questions[:, 1:] - questions[:, :1]
    told = answers[:, 1:] - answers[:, :1]
    return {value}
"""


def solved_with(pair: str) -> str:
    """An answer that puts this pair of questions and answers into the formula."""
    return f"""
import numpy as np

def stolen_matrix(questions, answers):
    asked, told = {pair}
    return told @ np.linalg.solve(asked.T @ told, told.T)
"""


re_02 = Exercise(
    id="re-02",
    title="Steal what the ciphertext scored",
    answer="stolen_matrix",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "The levels b are in every answer. What is left if you subtract two answers, "
        "and to which question is that the answer?",
        "Now you have k questions Q and Y = W Q without b. The lesson has the formula "
        "for W, which uses that W is symmetric and of rank k.",
        "Subtract the first column from all others, in questions and in answers: Q and "
        "Y. Then `Y @ np.linalg.solve(Q.T @ Y, Y.T)`.",
    ),
    public=(a_small_server,),
    hidden=(any_server,),
    mistakes={
        "levels-left-in": Mistake(
            message="You used the answers as they are. Each contains the levels b: "
            "subtract one answer from the others, and its question too.",
            code=solved_with("questions[:, 1:], answers[:, 1:]"),
        ),
        "levels-left-in-all": Mistake(
            message="You used all k + 1 answers as they are. Each contains the levels b: "
            "subtract one answer from the others, and its question too.",
            code=solved_with("questions, answers"),
        ),
        "levels-left-in-first": Mistake(
            message="You took k answers as they are. Each contains the levels b: "
            "subtract the one that is left from them, and its question too.",
            code=solved_with("questions[:, :-1], answers[:, :-1]"),
        ),
        "smallest-fit": Mistake(
            message="Your matrix fits the answers and is wrong elsewhere: it is the "
            "smallest that fits, and not symmetric. Use that W is.",
            code=STOLEN.format(value="told @ np.linalg.pinv(asked)"),
        ),
        "products-only": Mistake(
            message="You multiplied the answers with themselves. That is W Q Qᵀ W: the "
            "questions must be divided out, by the inverse of Qᵀ Y.",
            code=STOLEN.format(value="told @ told.T"),
        ),
        "questions-not-moved": Mistake(
            message="You subtracted an answer from the others, but not its question "
            "from theirs. A difference of answers answers the difference.",
            code=solved_with(
                "questions[:, 1:], answers[:, 1:] - answers[:, :1]"
            ),
        ),
    },
    also_right=(
        """
import numpy as np

def stolen_matrix(questions, answers):
    asked = np.diff(questions, axis=1)
    told = np.diff(answers, axis=1)
    basis = np.linalg.qr(told)[0]
    inner = (basis.T @ told) @ np.linalg.inv(basis.T @ asked)
    return basis @ inner @ basis.T
""",
    ),
)

# re-03

NAMES = ("users", "films", "most", "epsilon", "trusted", "largest")
WAYS = ("curator", "ask", "list", "none")


def setting(*values) -> dict:
    return dict(zip(NAMES, values, strict=True))


def right_plan(users, films, most, epsilon, trusted, largest):
    c = np.exp(epsilon) / np.expm1(epsilon) ** 2
    local = {
        "ask": np.sqrt(users * films * c),
        "list": most * np.sqrt(4 * users * c),
    }
    way = min(local, key=local.get)
    if local[way] <= largest:
        return way, float(local[way])
    curator = np.sqrt(2) * most / epsilon
    if trusted and curator <= largest:
        return "curator", float(curator)
    return "none", 0.0


def same_plan(got, right) -> bool:
    try:
        way, error = got
        return str(way) == right[0] and close(float(error), right[1])
    except (TypeError, ValueError, OverflowError):
        return False


def planned(answer, cases: list[dict]) -> None:
    given = answer.each(cases)
    right = [right_plan(**case) for case in cases]
    if all(map(same_plan, given, right)):
        return
    for name, mistake in re_03.mistakes.items():
        wrong = defined(re_03, mistake.code)
        theirs = [wrong(**case) for case in cases]
        mistaken(all(map(same_plan, given, theirs)), name)
    for got, case, own in zip(given, cases, right, strict=True):
        inputs = ", ".join(f"{name}={value}" for name, value in case.items())
        expect(same_plan(got, own), f"for {inputs} you gave {shown(got)}")


def plans_for_eight_shops(answer, rng):
    """long and short lists, trusted and not, and two where nothing fits"""
    planned(
        answer,
        [
            setting(1_000_000, 60, 30, 1.0, True, 10_000.0),
            setting(1_000_000, 20_000, 3, 1.0, False, 10_000.0),
            setting(3_000, 60, 30, 1.0, True, 100.0),
            setting(3_000, 60, 30, 1.0, False, 100.0),
            setting(3_000, 60, 30, 0.1, True, 100.0),
            setting(50_000, 400, 5, 2.0, True, 2_000.0),
            setting(50_000, 90, 5, 2.0, True, 1_500.0),
            setting(200, 40, 20, 3.0, True, 20.0),
        ],
    )


def plans_for_any_shop(answer, rng):
    """shops of any size"""
    cases = []
    for _ in range(40):
        films, most = int(rng.integers(10, 20_000)), int(rng.integers(1, 60))
        films += films == 4 * most**2  # a tie would leave it to rounding
        cases.append(
            setting(
                int(10 ** rng.uniform(2, 7)),
                films,
                most,
                float(rng.uniform(0.1, 6)),
                bool(rng.random() < 0.6),
                float(10 ** rng.uniform(0, 5)),
            )
        )
    planned(answer, cases)


PLAN = """
import numpy as np

def plan(users, films, most, epsilon, trusted, largest):
    c = np.exp(epsilon) / np.expm1(epsilon) ** 2
    ways = {{
        "ask": np.sqrt(users * films * c),
        "list": most * np.sqrt(4 * users * c),
    }}
    curator = np.sqrt(2) * most / epsilon
    {body}
"""

re_03 = Exercise(
    id="re-03",
    title="Which count? (a decision)",
    answer="plan",
    difficulty=2,
    minutes=12,
    points=3,
    hints=(
        "Compute the three errors first. Then read the rules in their order: which two "
        "are looked at before the curator?",
        'The better of "ask" and "list" decides: if it is above `largest`, so is the '
        "other. Only then the curator, and only if trusted and good enough.",
        "best = the smaller local error; return it if best <= largest; else the "
        'curator if trusted and its error <= largest; else ("none", 0.0).',
    ),
    public=(plans_for_eight_shops,),
    hidden=(plans_for_any_shop,),
    mistakes={
        "smallest-error": Mistake(
            message="You took the smallest error of all. A curator has it nearly always: "
            "trust is to be asked for only if nothing else will do.",
            code=PLAN.format(
                body="""if trusted:
        ways["curator"] = curator
    way = min(ways, key=ways.get)
    fits = ways[way] <= largest
    return (way, float(ways[way])) if fits else ("none", 0.0)"""
            ),
        ),
        "trust-ignored": Mistake(
            message="You made somebody a curator whom the viewers do not trust. Look at "
            "`trusted`.",
            code=PLAN.format(
                body="""way = min(ways, key=ways.get)
    if ways[way] <= largest:
        return way, float(ways[way])
    return ("curator", float(curator)) if curator <= largest else ("none", 0.0)"""
            ),
        ),
        "never-none": Mistake(
            message="You print counts with more error than allowed. If nothing fits, "
            'the answer is "none".',
            code=PLAN.format(
                body="""way = min(ways, key=ways.get)
    if ways[way] <= largest or not trusted:
        return way, float(ways[way])
    return "curator", float(curator)"""
            ),
        ),
        "always-ask": Mistake(
            message="You never look at the list. For short lists in a large catalogue "
            "reporting one place of it has the smaller error.",
            code=PLAN.format(
                body="""if ways["ask"] <= largest:
        return "ask", float(ways["ask"])
    fits = trusted and curator <= largest
    return ("curator", float(curator)) if fits else ("none", 0.0)"""
            ),
        ),
    },
    also_right=(
        """
import math

def plan(users, films, most, epsilon, trusted, largest):
    c = 1 / (4 * math.sinh(epsilon / 2) ** 2)
    way = "ask" if films <= 4 * most**2 else "list"
    error = math.sqrt(users * min(films, 4 * most**2) * c)
    if error > largest:
        way, error = "curator", math.sqrt(2) * most / epsilon
        if not trusted or error > largest:
            way, error = "none", 0.0
    return [way, error]
""",
    ),
)

# re-04


def right_contribution(stars, watched, taste, characters, norm):
    errors = np.where(watched, 3.5 + characters @ taste - stars, 0)
    gradient = np.outer(errors, taste)
    return gradient * min(1, norm / max(np.linalg.norm(gradient), 1e-300))


def a_viewer(rng, films: int, tastes: int, norm: float) -> dict:
    watched = rng.random(films) < 0.5
    watched[:2] = True, True
    watched[-1] = False
    return {
        "stars": np.where(watched, rng.integers(1, 6, films), 0).astype(float),
        "watched": watched,
        "taste": rng.normal(size=tastes),
        "characters": rng.normal(size=(films, tastes)),
        "norm": norm,
    }


def long_and_short_gradients(answer, rng):
    """two viewers whose gradient is too long, and one whose is short"""
    short = a_viewer(rng, 6, 3, 1e4)
    compare(
        answer,
        re_04,
        right_contribution,
        [a_viewer(rng, 6, 3, 0.5), a_viewer(rng, 9, 2, 1.5), short],
    )


def a_gradient_of_zeros(answer, rng):
    """a viewer without a taste: the gradient is 0, and so is its length"""
    still = a_viewer(rng, 5, 2, 1.0)
    still["taste"] = np.zeros(2)
    compare(answer, re_04, right_contribution, [still])


def any_viewer(answer, rng):
    """viewers with any number of films and tastes, any norm"""
    cases = [
        a_viewer(rng, *rng.integers([3, 1], [60, 9]), 10 ** rng.uniform(-2, 2))
        for _ in range(20)
    ]
    compare(answer, re_04, right_contribution, cases)


CONTRIBUTION = """
import numpy as np

def contribution(stars, watched, taste, characters, norm):
    errors = {errors}
    gradient = np.outer(errors, taste)
    length = {length}
    return {value}
"""
CLIPPED = {
    "errors": "np.where(watched, 3.5 + characters @ taste - stars, 0)",
    "length": "np.linalg.norm(gradient)",
    "value": "gradient * np.minimum(1, norm / np.maximum(length, 1e-300))",
}


def contribution_with(**change) -> str:
    return CONTRIBUTION.format(**CLIPPED | change)


re_04 = Exercise(
    id="re-04",
    title="One viewer's say",
    answer="contribution",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "First the errors (m,): prediction minus stars, and 0 for a film that was not "
        "rated. Then the gradient is one number times the taste, film by film.",
        "`np.outer(errors, taste)` is the whole gradient. Its length is "
        "`np.linalg.norm` of all of it, not of its rows.",
        "Multiply the whole gradient by min(1, norm / length), and take care of a "
        "length of 0.",
    ),
    public=(long_and_short_gradients, a_gradient_of_zeros),
    hidden=(any_viewer,),
    mistakes={
        "each-film-clipped": Mistake(
            message="You clipped each film's row. A viewer of many films then moves the "
            "sum by more than `norm`: clip all of it together.",
            code=contribution_with(
                length="np.linalg.norm(gradient, axis=1, keepdims=True)"
            ),
        ),
        "not-clipped": Mistake(
            message="You return the gradient as it is. Its length has no bound, so no "
            "noise could hide it.",
            code=contribution_with(value="gradient"),
        ),
        "always-stretched": Mistake(
            message="You gave every gradient the length `norm`. A short one stays as it "
            "is: clipping never makes anything longer.",
            code=contribution_with(
                value="gradient * norm / np.maximum(length, 1e-300)"
            ),
        ),
        "entries-cut": Mistake(
            message="You cut single entries to ±norm. That turns the gradient, and many "
            "entries of that size are together longer than `norm`.",
            code=contribution_with(value="gradient.clip(-norm, norm)"),
        ),
        "unwatched-counted": Mistake(
            message="You counted films that the viewer did not rate as rated with 0 "
            "stars. They have no error.",
            code=contribution_with(errors="3.5 + characters @ taste - stars"),
        ),
    },
    also_right=(
        """
import numpy as np

def contribution(stars, watched, taste, characters, norm):
    gradient = np.zeros(characters.shape)
    for film in np.flatnonzero(watched):
        error = 3.5 + characters[film] @ taste - stars[film]
        gradient[film] = error * taste
    length = np.sqrt((gradient**2).sum())
    return gradient if length <= norm else gradient / length * norm
""",
    ),
)

# re-05


def right_leaks(scores, older):
    gaps = scores[:, older, None] - scores[:, None, ~older]
    auc = ((gaps > 0) + 0.5 * (gaps == 0)).mean(axis=(1, 2))
    return np.maximum(auc, 1 - auc)


def sources(rng, people: int, count: int) -> dict:
    """Unequal groups; the same for all, coarse scores, and one the wrong way round."""
    older = rng.random(people) < 0.3
    older[:2] = True, False
    scores = rng.normal(size=(count, people)) + older * rng.normal(
        0, 2, (count, 1)
    )
    scores[0] = 1.0
    scores[1] = np.rint(rng.normal(size=people) + 1.5 * older)
    scores[2] = rng.normal(size=people) - 2 * older
    return {"scores": scores, "older": older}


def leaks_of_three_sources(answer, rng):
    """one page for all, coarse scores, and a score the wrong way round"""
    compare(
        answer, re_05, right_leaks, [sources(rng, 40, 3), sources(rng, 60, 3)]
    )


def leaks_of_any_sources(answer, rng):
    """any number of people and sources"""
    sizes = [(10, 3), (200, 5), (33, 8), (150, 4)]
    compare(answer, re_05, right_leaks, [sources(rng, *size) for size in sizes])


LEAKS = """
import numpy as np

def leaks(scores, older):
    gaps = scores[:, older, None] - scores[:, None, ~older]
    auc = {auc}
    return {value}
"""
LEAKED = {
    "auc": "((gaps > 0) + 0.5 * (gaps == 0)).mean(axis=(1, 2))",
    "value": "np.maximum(auc, 1 - auc)",
}


def leaks_with(**change) -> str:
    return LEAKS.format(**LEAKED | change)


re_05 = Exercise(
    id="re-05",
    title="What a page can tell",
    answer="leaks",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "For one source: compare every older viewer's score with every younger one's. "
        "In which share of the pairs is it higher?",
        "`a[:, None] - b[None, :]` has one entry for each pair. Above 0 counts 1, equal "
        "to 0 counts one half.",
        "auc = ((gaps > 0) + 0.5 * (gaps == 0)).mean() for each source, then the larger "
        "of auc and 1 - auc.",
    ),
    public=(leaks_of_three_sources,),
    hidden=(leaks_of_any_sources,),
    mistakes={
        "ties-dropped": Mistake(
            message="You count equal scores as nothing. A page that is the same for all "
            "then seems to leak: equal scores count one half.",
            code=leaks_with(auc="(gaps > 0).mean(axis=(1, 2))"),
        ),
        "ties-won": Mistake(
            message="You count equal scores as hits. A page that is the same for all "
            "would be a perfect attack: they count one half.",
            code=leaks_with(auc="(gaps >= 0).mean(axis=(1, 2))"),
        ),
        "wrong-way-kept": Mistake(
            message="You left an AUC below one half as it is. Who turns the score round "
            "has 1 minus that.",
            code=leaks_with(value="auc"),
        ),
        "advantage": Mistake(
            message="That is the distance from guessing. The AUC itself is asked for, "
            "turned round where it is below one half.",
            code=leaks_with(value="abs(auc - 0.5)"),
        ),
    },
    also_right=(
        """
import numpy as np
from privlab.attacks.membership import membership

def leaks(scores, older):
    found = [membership(row[older], row[~older]).auc for row in np.asarray(scores)]
    return np.array([max(auc, 1 - auc) for auc in found])
""",
    ),
)

EXERCISES = (re_01, re_02, re_03, re_04, re_05)
