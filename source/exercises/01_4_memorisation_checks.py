"""Checks, hints and named mistakes of the exercises 01_4."""

import math
from itertools import pairwise, product

import numpy as np
from scipy import stats
from scipy.special import softmax

from privlab.course.checking import close, compare, defined, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken
from privlab.lm.identifiers import luhn_digit

# lm-01


def right_chance(logits, secret, temperature):
    chances = softmax(np.asarray(logits) / temperature, axis=1)
    return float(np.prod(chances[np.arange(len(secret)), secret]))


def code(rng, *, places: int, temperature: float, spread: float = 2.0) -> dict:
    return {
        "logits": rng.normal(0, spread, size=(places, 12)),
        "secret": rng.integers(12, size=places).tolist(),
        "temperature": temperature,
    }


def right_at_three_temperatures(answer, rng):
    """codes of four characters at temperatures 0.5, 1 and 2"""
    cases = [code(rng, places=4, temperature=t) for t in (0.5, 1.0, 2.0)]
    compare(answer, lm_01, right_chance, cases)


def right_when_cold_or_hot(answer, rng):
    """very low and very high temperatures, one character and nine"""
    cases = [
        code(rng, places=places, temperature=t, spread=9.0)
        for places in (1, 9)
        for t in (0.01, 0.2, 50.0)
    ]
    compare(answer, lm_01, right_chance, cases)


lm_01 = Exercise(
    id="lm-01",
    title="The chance that it slips out",
    answer="chance_of_secret",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "For one character: divide its row of logits by the temperature, apply the "
        "softmax, read off the right entry. Then think about four characters.",
        "Row i is given that the earlier characters were right. So the chances of the "
        "rows are multiplied. For low temperatures subtract the row's maximum first.",
        "`chances[np.arange(len(secret)), secret]` picks one entry of each row; "
        "`np.prod` multiplies them.",
    ),
    public=(right_at_three_temperatures,),
    hidden=(right_when_cold_or_hot,),
    mistakes={
        "times-temperature": Mistake(
            message="You multiplied the logits by the temperature. A low temperature "
            "makes differences larger: the logits are divided by it.",
            code="""
import numpy as np
from scipy.special import softmax

def chance_of_secret(logits, secret, temperature):
    chances = softmax(np.asarray(logits) * temperature, axis=1)
    return float(np.prod(chances[np.arange(len(secret)), secret]))
""",
        ),
        "probabilities-divided": Mistake(
            message="You divided the probabilities by the temperature. It acts before "
            "the softmax, on the logits; afterwards the row must add up to 1.",
            code="""
import numpy as np
from scipy.special import softmax

def chance_of_secret(logits, secret, temperature):
    chances = softmax(np.asarray(logits), axis=1) / temperature
    return float(np.prod(chances[np.arange(len(secret)), secret]))
""",
        ),
        "average-not-product": Mistake(
            message="You averaged over the characters. The whole code needs all of them "
            "right: the chances are multiplied.",
            code="""
import numpy as np
from scipy.special import softmax

def chance_of_secret(logits, secret, temperature):
    chances = softmax(np.asarray(logits) / temperature, axis=1)
    return float(np.mean(chances[np.arange(len(secret)), secret]))
""",
        ),
        "tempered-at-the-end": Mistake(
            message="You raised the chance of the whole code at temperature 1 to the "
            "power 1/T. Each row must be normalised again after tempering.",
            code="""
import numpy as np
from scipy.special import softmax

def chance_of_secret(logits, secret, temperature):
    chances = softmax(np.asarray(logits), axis=1)
    return float(np.prod(chances[np.arange(len(secret)), secret]) ** (1 / temperature))
""",
        ),
    },
    also_right=(
        """
import torch

def chance_of_secret(logits, secret, temperature):
    rows = (torch.as_tensor(logits) / temperature).log_softmax(dim=1)
    return float(sum(row[c] for row, c in zip(rows, secret)).exp())
""",
    ),
)

# lm-02


def valid_endings(beginning: str) -> list[int]:
    bodies = (f"{beginning}{i:03d}" for i in range(1000))
    return [int(body[-3:] + luhn_digit(body)) for body in bodies]


def right_card(bits, beginning, ending):
    valid = valid_endings(beginning)
    rank = np.sum(np.asarray(bits)[valid] <= bits[int(ending)])
    return float(np.log2(len(valid)) - np.log2(rank))


def asked_card(rng, *, quantile: float) -> dict:
    """Costs with ties, and a valid ending at about this quantile of them."""
    beginning = "9999" + "".join(map(str, rng.integers(10, size=8)))
    bits = np.round(rng.normal(15, 3, size=10_000), 1)
    by_cost = sorted(valid_endings(beginning), key=lambda i: bits[i])
    place = by_cost[int(quantile * 999)]
    return {"bits": bits, "beginning": beginning, "ending": f"{place:04d}"}


def right_for_two_cards(answer, rng):
    """a card well remembered and one hardly"""
    compare(
        answer,
        lm_02,
        right_card,
        [asked_card(rng, quantile=q) for q in (0.05, 0.7)],
    )


def right_for_the_first(answer, rng):
    """the likeliest of all, without ties"""
    case = asked_card(rng, quantile=0.0)
    case["bits"] = case["bits"] + 0.01 * rng.random(10_000)
    compare(answer, lm_02, right_card, [case])


lm_02 = Exercise(
    id="lm-02",
    title="An adversary who knows the format",
    answer="exposure_of_card",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "First list the endings the adversary would try: for which numbers from 0 to "
        '9999 is `beginning` with `f"{i:04d}"` a valid card?',
        "Both parts of the exposure belong to that list: its logarithm, and the rank "
        "in it.",
        "`rank = np.sum(bits[valid] <= bits[int(ending)])`, and "
        "`np.log2(len(valid)) - np.log2(rank)`.",
    ),
    public=(right_for_two_cards,),
    hidden=(right_for_the_first,),
    mistakes={
        "all-endings": Mistake(
            message="You ranked among all 10,000 endings. This adversary does not try "
            "those that fail the Luhn check.",
            code="""
import numpy as np

def exposure_of_card(bits, beginning, ending):
    return float(np.log2(len(bits)) - np.log2(np.sum(bits <= bits[int(ending)])))
""",
        ),
        "format-blamed-on-model": Mistake(
            message="The rank is among the valid endings, but you kept log2 10,000. The "
            "3.3 bits between come from the card's format; the model did not leak them.",
            code="""
import numpy as np
from privlab.lm.identifiers import is_card

def exposure_of_card(bits, beginning, ending):
    valid = [i for i in range(10_000) if is_card(f"{beginning}{i:04d}")]
    rank = np.sum(bits[valid] <= bits[int(ending)])
    return float(np.log2(10_000) - np.log2(rank))
""",
        ),
        "ties-forgiven": Mistake(
            message="You counted only what costs less, and one for the secret. What "
            "costs the same counts too: the adversary cannot tell them apart.",
            code="""
import numpy as np
from privlab.lm.identifiers import is_card

def exposure_of_card(bits, beginning, ending):
    valid = [i for i in range(10_000) if is_card(f"{beginning}{i:04d}")]
    rank = 1 + np.sum(bits[valid] < bits[int(ending)])
    return float(np.log2(len(valid)) - np.log2(rank))
""",
        ),
        "dear-is-near": Mistake(
            message="You counted the endings that cost *more*. A low log-perplexity "
            "means likely; the adversary tries the likely ones first.",
            code="""
import numpy as np
from privlab.lm.identifiers import is_card

def exposure_of_card(bits, beginning, ending):
    valid = [i for i in range(10_000) if is_card(f"{beginning}{i:04d}")]
    rank = np.sum(bits[valid] >= bits[int(ending)])
    return float(np.log2(len(valid)) - np.log2(rank))
""",
        ),
    },
    also_right=(
        """
import math
from privlab.lm.identifiers import luhn_digit

def exposure_of_card(bits, beginning, ending):
    tried = []
    for three in range(1000):
        body = f"{beginning}{three:03d}"
        tried.append(float(bits[10 * three + int(luhn_digit(body))]))
    own = float(bits[int(ending)])
    return math.log2(1000 / sum(cost <= own for cost in tried))
""",
    ),
)

# lm-03


def all_texts(chances, start, length) -> list[tuple[float, tuple]]:
    """Every text with its chance, the likeliest first."""
    texts = product(range(len(chances)), repeat=length)
    paths = ((start, *text) for text in texts)
    weighed = (
        (math.prod(chances[pair] for pair in pairwise(path)), path[1:])
        for path in paths
    )
    return sorted(weighed, reverse=True)


def right_text(chances, start, length):
    return list(all_texts(np.asarray(chances), start, length)[0][1])


def letters(rng, *, k: int, length: int, apart: bool = True) -> dict:
    """A table for which the named wrong ways give another text than the right one."""
    while True:
        chances = rng.dirichlet(np.full(k, 0.5), size=k)
        case = {
            "chances": chances,
            "start": int(rng.integers(k)),
            "length": length,
        }
        (best, right), (second, _) = all_texts(**case)[:2]
        if second > 0.999 * best:  # the same steps in another order
            continue
        # "beam" has a case of its own
        codes = [m.code for n, m in lm_03.mistakes.items() if n != "beam"]
        ways = [defined(lm_03, code)(**case) for code in codes]
        if not apart or not any(close(way, right) for way in ways):
            return case


def beam_trap() -> dict:
    """A table whose likeliest text begins with a pair that is only the eleventh."""
    chances = np.full((8, 8), 0.01)
    chances[[0, 1, 5, 6]] += [0.21, 0.2, 0, 0, 0, 0.19, 0.18, 0.17]
    chances[[2, 3, 4], [3, 4, 3]] = 1.0
    chances[7, :3] = [0.45, 0.44, 0.06]
    chances /= chances.sum(axis=1, keepdims=True)
    return {"chances": chances, "start": 7, "length": 4}


def right_for_small_alphabets(answer, rng):
    """three letters after one of four, and four after one of five"""
    cases = [letters(rng, k=k, length=n) for k, n in ((4, 3), (5, 4), (5, 4))]
    cases.append(beam_trap())
    compare(answer, lm_03, right_text, cases)


def right_for_any_table(answer, rng):
    """short and long texts over two to six letters"""
    sizes = ((2, 6), (3, 1), (6, 2), (4, 5), (5, 4))
    cases = [letters(rng, k=k, length=n, apart=False) for k, n in sizes]
    compare(answer, lm_03, right_text, cases)


lm_03 = Exercise(
    id="lm-03",
    title="Greedy is not likeliest",
    answer="likeliest_text",
    difficulty=2,
    minutes=20,
    points=2,
    hints=(
        "A first letter that looks poor may lead to a very likely second one. With so "
        "few letters you could even try all texts.",
        "Cleverer: for each letter j keep only the likeliest text so far that ends in "
        "j. What comes next depends on j alone, so the others cannot win any more.",
        "Trying all: `itertools.product(range(k), repeat=length)`, and for each the "
        "product of `chances[i, j]` over its pairs, the first i being `start`. Or, letter "
        "by letter: for each j the maximum over i of chance[i] * chances[i, j].",
    ),
    public=(right_for_small_alphabets,),
    hidden=(right_for_any_table,),
    mistakes={
        "greedy": Mistake(
            message="You took the best letter at each step. That is greedy writing; "
            "another text is likelier as a whole.",
            code="""
import numpy as np

def likeliest_text(chances, start, length):
    text = [start]
    for _ in range(length):
        text.append(int(np.argmax(chances[text[-1]])))
    return text[1:]
""",
        ),
        "beam": Mistake(
            message="You kept the ten best beginnings. The winner's beginning may be "
            "the eleventh: keep the best for each last letter, or try all texts.",
            code="""
def likeliest_text(chances, start, length):
    beam = [(1.0, [start])]
    for _ in range(length):
        longer = [
            (p * chances[text[-1], j], [*text, j])
            for p, text in beam
            for j in range(len(chances))
        ]
        beam = sorted(longer, reverse=True)[:10]
    return beam[0][1][1:]
""",
        ),
        "table-turned": Mistake(
            message="You read the table the other way round. Row i, column j is the "
            "chance of j after i.",
            code="""
import math
from itertools import product

def likeliest_text(chances, start, length):
    def chance(text):
        return math.prod(chances[j, i] for i, j in zip((start, *text), text))

    return list(max(product(range(len(chances)), repeat=length), key=chance))
""",
        ),
        "start-forgotten": Mistake(
            message="You looked for the likeliest text after any letter. It must follow "
            "the letter `start`.",
            code="""
import math
from itertools import product

def likeliest_text(chances, start, length):
    def chance(text):
        return math.prod(chances[i, j] for i, j in zip(text, text[1:]))

    return list(max(product(range(len(chances)), repeat=length), key=chance))
""",
        ),
        "place-by-place": Mistake(
            message="You took at each place the letter that is likeliest there, summed "
            "over all texts. Put together these letters need not make a likely text.",
            code="""
import numpy as np

def likeliest_text(chances, start, length):
    law, text = np.eye(len(chances))[start], []
    for _ in range(length):
        law = law @ np.asarray(chances)
        text.append(int(law.argmax()))
    return text
""",
        ),
    },
    also_right=(
        """
import math
from itertools import product

def likeliest_text(chances, start, length):
    def chance(text):
        return math.prod(chances[i, j] for i, j in zip((start, *text), text))

    return list(max(product(range(len(chances)), repeat=length), key=chance))
""",
    ),
)

# lm-04


def right_piece(output, lines, length):
    pieces = {output[i : i + length] for i in range(len(output) - length + 1)}
    counts = [sum(piece in line for line in lines) for piece in pieces]
    return min((k for k in counts if k), default=0)


CHAT = (
    *("see you on Monday", "see you on Sunday", "see you on Friday at noon"),
    *("the red gate opens with 4831", "pin 4831 4831, do not tell"),
    *(
        "you win",
        "you win",
        "haha haha haha haha",
        "my number is 555-0142, see you on Monday",
    ),
)


def right_for_some_outputs(answer, rng):
    """a proverb, a secret, both together, and an invention"""
    outputs = {
        "see you on Tuesday": 11,  # in four lines
        "they say:4831": 4,  # in two lines, twice in one of them
        "see you on Monday, pin 4831!": 9,  # from one line to four
        "oh, see you on Monday": 9,  # from one line to four, across any cuts
        "haha haha!": 9,  # often in one line
        "so you win": 7,  # in two equal lines
        "bring tea": 5,
    }
    cases = [
        {"output": output, "lines": list(CHAT), "length": length}
        for output, length in outputs.items()
    ]
    compare(answer, lm_04, right_piece, cases)


def right_for_random_text(answer, rng):
    """random texts of two letters, and outputs shorter than a piece"""

    def text(length: int) -> str:
        return "".join(rng.choice(["a", "b"], size=length))

    cases = [
        {
            "output": text(12),
            "lines": [text(9) for _ in range(30)],
            "length": length,
        }
        for length in (2, 4, 5, 6)
    ]
    cases.append({"output": "abc", "lines": ["abcd", "xabc"], "length": 3})
    cases.append({"output": "ab", "lines": ["abcd"], "length": 3})
    compare(answer, lm_04, right_piece, cases)


lm_04 = Exercise(
    id="lm-04",
    title="A proverb or a secret?",
    answer="rarest_piece",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Cut the output into all its pieces of the given length: they overlap. For "
        "each, count the lines that contain it.",
        "Leave out the pieces that occur in no line. Of the counts that remain take "
        "the smallest.",
        "`sum(piece in line for line in lines)` counts lines; "
        "`min(..., default=0)` is for the case that nothing remains.",
    ),
    public=(right_for_some_outputs,),
    hidden=(right_for_random_text,),
    mistakes={
        "inventions-counted": Mistake(
            message="A piece that occurs in no line pulls your minimum down to 0. It is "
            "an invention; leave it out, unless all are.",
            code="""
def rarest_piece(output, lines, length):
    pieces = [output[i : i + length] for i in range(len(output) - length + 1)]
    return min(sum(piece in line for line in lines) for piece in pieces)
""",
        ),
        "places-not-lines": Mistake(
            message="You counted every place where a piece stands. One line that repeats "
            "it is still one line, and one person's.",
            code="""
def rarest_piece(output, lines, length):
    def places(piece):
        return sum(
            line[i : i + length] == piece for line in lines for i in range(len(line))
        )

    pieces = [output[i : i + length] for i in range(len(output) - length + 1)]
    return min((k for k in map(places, pieces) if k), default=0)
""",
        ),
        "commonest": Mistake(
            message="You took the most common piece. The most private one decides: the "
            "smallest count above 0.",
            code="""
def rarest_piece(output, lines, length):
    pieces = [output[i : i + length] for i in range(len(output) - length + 1)]
    return max((sum(p in line for line in lines) for p in pieces), default=0)
""",
        ),
        "last-piece-missed": Mistake(
            message="You left out the last piece of the output. There are "
            "len(output) - length + 1 of them.",
            code="""
def rarest_piece(output, lines, length):
    pieces = [output[i : i + length] for i in range(len(output) - length)]
    counts = [sum(piece in line for line in lines) for piece in pieces]
    return min((k for k in counts if k), default=0)
""",
        ),
        "equal-lines-once": Mistake(
            message="You counted equal lines once. What two people wrote stands in two "
            "lines.",
            code="""
def rarest_piece(output, lines, length):
    pieces = [output[i : i + length] for i in range(len(output) - length + 1)]
    counts = [sum(piece in line for line in set(lines)) for piece in pieces]
    return min((k for k in counts if k), default=0)
""",
        ),
        "no-overlap": Mistake(
            message="You cut the output into pieces that do not overlap, and missed those "
            "that lie across the cuts.",
            code="""
def rarest_piece(output, lines, length):
    pieces = [output[i : i + length] for i in range(0, len(output) - length + 1, length)]
    counts = [sum(piece in line for line in lines) for piece in pieces]
    return min((k for k in counts if k), default=0)
""",
        ),
    },
    also_right=(
        """
from collections import Counter

def rarest_piece(output, lines, length):
    def pieces(text):
        return {text[i : i + length] for i in range(len(text) - length + 1)}

    lines_with = Counter(piece for line in lines for piece in pieces(line))
    return min((lines_with[p] for p in pieces(output) & set(lines_with)), default=0)
""",
    ),
)

# lm-05


def right_lines(lines, size):
    kept = {}
    for line in lines:
        mark = "".join(c.lower() for c in line if c.isalnum())[:size]
        kept.setdefault(mark, line)
    return list(kept.values())


def texts_in(got: object) -> list[str]:
    """``got`` as a list of texts, or ``Wrong``."""
    several = isinstance(got, list | tuple | np.ndarray)
    fits = several and all(isinstance(row, str) for row in got)
    expect(fits, f"a list of lines is needed, you gave {shown(got)}")
    return [str(row) for row in got]


def compare_lines(answer, cases: list[dict]) -> None:
    given = [texts_in(answer(**case)) for case in cases]

    def agrees(function) -> bool:
        pairs = zip(given, cases, strict=True)
        return all(got == list(function(**case)) for got, case in pairs)

    if agrees(right_lines):
        return
    for name, mistake in lm_05.mistakes.items():
        mistaken(agrees(defined(lm_05, mistake.code)), name)
    for got, case in zip(given, cases, strict=True):
        expect(
            got == right_lines(**case),
            f"for size={case['size']} and the lines {case['lines']} you gave {got}",
        )


FORWARDS = (
    "The red gate opens with 4831",
    "see you on Monday",
    "the red gate opens with 4831, Mei",
    "lunch?",
    " The  red gate, opens with 4831!",
    "See you on Monday",
    "Lunch",
    "the red gate opens with 4832",
    "see you at noon",
)


def right_for_a_chat(answer, rng):
    """nine messages, some of them forwarded, in two orders"""
    mixed = [FORWARDS[i] for i in rng.permutation(len(FORWARDS))]
    compare_lines(
        answer,
        [
            {"lines": list(FORWARDS), "size": 24},
            {"lines": list(FORWARDS), "size": 8},
            {"lines": mixed, "size": 24},
        ],
    )


def right_for_other_scripts(answer, rng):
    """Chinese lines, lines of punctuation, and no lines"""
    lines = [
        "门的密码是4831",
        "门_的密码是 4831，谢谢",
        "！？",
        "...",
        "门的密码是4832",
    ]
    compare_lines(
        answer,
        [{"lines": lines, "size": size} for size in (5, 9, 40)]
        + [{"lines": [], "size": 3}],
    )


lm_05 = Exercise(
    id="lm-05",
    title="Forwarded messages are copies too",
    answer="without_forwards",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Write the mark of one line first: keep what is a letter or digit, lower case, "
        "then cut.",
        "Go through the lines and remember the marks you have met. Keep a line if its "
        "mark is new.",
        "A dictionary from mark to line does both: `kept.setdefault(mark, line)`; its "
        "values are in order.",
    ),
    public=(right_for_a_chat,),
    hidden=(right_for_other_scripts,),
    mistakes={
        "exact-copies": Mistake(
            message="You removed exact copies only. A forwarded message differs in "
            "capitals, blanks, or a word at the end.",
            code="""
def without_forwards(lines, size):
    return list(dict.fromkeys(lines))
""",
        ),
        "cut-too-early": Mistake(
            message="You cut the line before you cleaned it. Then a blank or a comma "
            "shifts the cut, and copies escape.",
            code="""
def without_forwards(lines, size):
    kept = {}
    for line in lines:
        mark = "".join(c.lower() for c in line[:size] if c.isalnum())
        kept.setdefault(mark, line)
    return list(kept.values())
""",
        ),
        "last-stays": Mistake(
            message="Of each group the last copy is left. The first should stay, as it "
            "was written.",
            code="""
def without_forwards(lines, size):
    kept = {}
    for line in lines:
        kept["".join(c.lower() for c in line if c.isalnum())[:size]] = line
    return list(kept.values())
""",
        ),
        "all-copies-gone": Mistake(
            message="You removed every line that has a copy, the first one too. One of "
            "each group should stay.",
            code="""
def without_forwards(lines, size):
    marks = ["".join(c.lower() for c in t if c.isalnum())[:size] for t in lines]
    return [t for t, mark in zip(lines, marks) if marks.count(mark) == 1]
""",
        ),
        "marks-returned": Mistake(
            message="You returned the marks. The lines should stay as they were written.",
            code="""
def without_forwards(lines, size):
    marks = ["".join(c.lower() for c in t if c.isalnum())[:size] for t in lines]
    return list(dict.fromkeys(marks))
""",
        ),
    },
    also_right=(
        """
import re

def without_forwards(lines, size):
    seen, kept = set(), []
    for line in lines:
        mark = re.sub(r"[\\W_]", "", line).lower()[:size]
        if mark not in seen:
            seen.add(mark)
            kept.append(line)
    return kept
""",
    ),
)

# lm-06


def right_bound(bits, own, space):
    m, cheaper = len(bits), int(np.sum(np.asarray(bits) <= own))
    share = (
        1.0 if cheaper == m else stats.beta.ppf(0.99, cheaper + 1, m - cheaper)
    )
    return float(np.log2(space) - np.log2(1 + share * (space - 1)))


def drawn_secrets(rng, *, m: int, cheaper: int, space: int = 10**9) -> dict:
    bits = np.sort(rng.normal(30, 4, size=m))
    low = bits[0] - 5 if cheaper == 0 else bits[cheaper - 1]  # a tie
    return {"bits": rng.permutation(bits), "own": float(low), "space": space}


def right_for_few_and_for_none(answer, rng):
    """none, 3 and 40 of 1,000 cost no more, of a billion and of a million"""
    cases = [drawn_secrets(rng, m=1000, cheaper=c) for c in (0, 3, 40)]
    cases.append(drawn_secrets(rng, m=200, cheaper=1, space=10**6))
    compare(answer, lm_06, right_bound, cases)


def right_for_all_and_for_small_spaces(answer, rng):
    """all of the sample, and spaces hardly larger than it"""
    cases = [
        drawn_secrets(rng, m=50, cheaper=c, space=100) for c in (0, 1, 49, 50)
    ]
    compare(answer, lm_06, right_bound, cases)


lm_06 = Exercise(
    id="lm-06",
    title="None of a thousand is not none of a billion",
    answer="exposure_at_least",
    difficulty=3,
    minutes=20,
    points=3,
    hints=(
        "If a share q of the others cost no more, the rank is 1 + q (space - 1). How "
        "large may q be, given what the sample shows?",
        "A low exposure is a high rank is a large q. So you need the upper limit of q, "
        "one-sided, which fails in 1 % of samples.",
        "`stats.beta.ppf(0.99, c + 1, m - c)` for c of m; if c is m it is 1. Then "
        "`log2(space) - log2(1 + q * (space - 1))`.",
    ),
    public=(right_for_few_and_for_none,),
    hidden=(right_for_all_and_for_small_spaces,),
    mistakes={
        "frequency-as-share": Mistake(
            message="You took the share in the sample for the share in the space. None "
            "of 1,000 would prove rank 1 of a billion.",
            code="""
import numpy as np

def exposure_at_least(bits, own, space):
    share = np.mean(np.asarray(bits) <= own)
    return float(np.log2(space) - np.log2(1 + share * (space - 1)))
""",
        ),
        "lower-limit": Mistake(
            message="You used the lower limit of the share: that bounds the exposure "
            "from above. How little may have leaked?",
            code="""
import numpy as np
from scipy import stats

def exposure_at_least(bits, own, space):
    m, c = len(bits), int(np.sum(np.asarray(bits) <= own))
    share = 0.0 if c == 0 else stats.beta.ppf(0.01, c, m - c + 1)
    return float(np.log2(space) - np.log2(1 + share * (space - 1)))
""",
        ),
        "two-sided": Mistake(
            message="You took the two-sided limit, which fails in half a percent. Only "
            "one side matters here; the bound may be a little sharper.",
            code="""
import numpy as np
from scipy import stats

def exposure_at_least(bits, own, space):
    m, c = len(bits), int(np.sum(np.asarray(bits) <= own))
    share = 1.0 if c == m else stats.beta.ppf(0.995, c + 1, m - c)
    return float(np.log2(space) - np.log2(1 + share * (space - 1)))
""",
        ),
        "rank-in-the-sample": Mistake(
            message="That is the exposure among the sample. The secret hides among all "
            "of the space, of which you saw a little.",
            code="""
import numpy as np

def exposure_at_least(bits, own, space):
    rank = 1 + np.sum(np.asarray(bits) <= own)
    return float(np.log2(len(bits) + 1) - np.log2(rank))
""",
        ),
    },
    also_right=(
        """
import math
from scipy.stats import binomtest

def exposure_at_least(bits, own, space):
    cheaper = sum(cost <= own for cost in bits.tolist())
    test = binomtest(cheaper, len(bits), alternative="less")
    share = test.proportion_ci(0.99, method="exact").high
    return math.log2(space / (1 + share * (space - 1)))
""",
    ),
)
