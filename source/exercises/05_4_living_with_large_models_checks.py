"""Checks, hints and named mistakes of the exercises 05_4."""

import re

import numpy as np

from privlab.course.checking import compare
from privlab.course.exercise import Exercise, Mistake
from privlab.lm.identifiers import card, is_card

# lm-21


def right_places(text):
    found = re.finditer(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)", text)
    return [
        (m.start(), m.end()) for m in found if is_card(re.sub("[ -]", "", m[0]))
    ]


def grouped(number: str, sign: str) -> str:
    return sign.join(number[i : i + 4] for i in range(0, 16, 4))


def no_card(rng) -> str:
    """Sixteen digits that fail the check."""
    number = card(rng=rng)
    return number[:-1] + str((int(number[-1]) + 3) % 10)


def bill(rng) -> str:
    cards = [card(rng=rng) for _ in range(4)]
    return (
        f"{cards[0]} paid order {no_card(rng)}, then {grouped(cards[1], ' ')} and "
        f"{grouped(cards[2], '-')}; parcels {cards[3]}0042 and 0042{cards[0]}"
    )


def right_for_a_bill(answer, rng):
    """three cards, an order number and two parcel numbers in one text"""
    compare(answer, lm_21, right_places, [{"text": bill(rng)}])


def right_for_other_texts(answer, rng):
    """texts without a card, in Chinese, with cards side by side, and one card twice"""
    one, two = card(rng=rng), grouped(card(rng=rng), " ")
    texts = [
        bill(rng),
        "no number, no card",
        "",
        f"我的卡号是{one}，不是{no_card(rng)}。",
        f"{two},{one}",
        f"{one}; once more {one}, and {one[:4]}-{one[4:8]} {one[8:]}",
        f"{one[:2]} {one[2:]}",
    ]
    compare(answer, lm_21, right_places, [{"text": text} for text in texts])


lm_21 = Exercise(
    id="lm-21",
    title="Cards, and nothing but cards",
    answer="cards_in",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Describe the form as a pattern first, then throw away what fails the check "
        "digit.",
        "Four digits, then three times: perhaps a blank or hyphen, and four digits. "
        "`re.finditer` gives matches with `.span()`.",
        r"`(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)`; and before `is_card` take out "
        r"everything that is no digit: `re.sub(r'\D', '', m[0])`.",
    ),
    public=(right_for_a_bill,),
    hidden=(right_for_other_texts,),
    mistakes={
        "print-only": Mistake(
            message="You found the card in one piece only. People type cards in "
            "groups, with blanks or hyphens between.",
            code=r"""
import re
from privlab.lm.identifiers import is_card

def cards_in(text):
    found = re.finditer(r"(?<!\d)\d{16}(?!\d)", text)
    return [m.span() for m in found if is_card(m[0])]
""",
        ),
        "every-sixteen": Mistake(
            message="You took the order number, too. Its check digit is wrong, so it is "
            "no card: precision suffers.",
            code=r"""
import re

def cards_in(text):
    found = re.finditer(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)", text)
    return [m.span() for m in found]
""",
        ),
        "inside-longer": Mistake(
            message="You found a card inside a longer number. Ask that no digit stands "
            "before and none behind.",
            code=r"""
import re
from privlab.lm.identifiers import is_card

def cards_in(text):
    found = re.finditer(r"\d{4}(?:[ -]?\d{4}){3}", text)
    return [m.span() for m in found if is_card(re.sub(r"\D", "", m[0]))]
""",
        ),
        "last-digit-left": Mistake(
            message="`text[start:stop]` ends before `stop`; with yours, the last digit "
            "of each card would stay in the text.",
            code=r"""
import re
from privlab.lm.identifiers import is_card

def cards_in(text):
    found = re.finditer(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)", text)
    kept = [m for m in found if is_card(re.sub(r"\D", "", m[0]))]
    return [(m.start(), m.end() - 1) for m in kept]
""",
        ),
    },
    also_right=(
        """
from privlab.lm.identifiers import is_card

def cards_in(text):
    found, start = [], 0
    while start < len(text):
        places = [p for p in (sixteen(text, start),) if p]
        if places and is_card("".join(c for c in text[start:places[0]] if c in DIGITS)):
            found.append((start, places[0]))
        start = places[0] if places else start + 1
    return found

DIGITS = "0123456789"

def sixteen(text, start):
    if start and text[start - 1] in DIGITS:
        return None
    place = start
    for group in range(4):
        if group and text[place:place + 1] in (" ", "-"):
            place += 1
        four = text[place:place + 4]
        if len(four) < 4 or any(c not in DIGITS for c in four):
            return None
        place += 4
    return None if text[place:place + 1] in tuple(DIGITS) else place
""",
    ),
)

# lm-22


def runs(text: str, size: int) -> frozenset:
    words = text.split()
    return frozenset(zip(*(words[i:] for i in range(size)), strict=False))


def right_kept(texts, size, threshold):
    kept = {}
    for place, text in enumerate(texts):
        own = runs(text, size)
        near = (
            len(own & other) >= threshold * min(len(own), len(other))
            for other in kept.values()
        )
        if not any(near):
            kept[place] = own
    return list(kept)


MESSAGES = [
    "the blue safe opens with 4831",
    # all of the first, and more: a Jaccard index of 5/8 only
    "Ada says the blue safe opens with 4831 today please",
    # near the second, which is gone; not near the first
    "opens with 4831 today please thanks",
    "tea for two at noon",
    # the same words in another order
    "two for tea at noon",
    "bring tea to the lab",
    # three of four runs: just the threshold
    "bring tea to the roof",
]


def right_for_an_office(answer, rng):
    """seven messages, runs of two words, threshold 0.75"""
    case = {"texts": MESSAGES, "size": 2, "threshold": 0.75}
    compare(answer, lm_22, right_kept, [case])


def right_for_other_offices(answer, rng):
    """other sizes and thresholds, and messages of few words"""
    words = np.array(["tea", "for", "two", "at", "noon"])
    short = [" ".join(rng.choice(words, size=4)) for _ in range(30)]
    cases = [
        {"texts": MESSAGES, "size": 2, "threshold": 0.75},
        {"texts": MESSAGES, "size": 1, "threshold": 0.5},
        {"texts": short, "size": 2, "threshold": 0.6},
        {"texts": short[:1], "size": 4, "threshold": 0.5},
        # the longer message first; a run that a text has three times
        {"texts": MESSAGES[1::-1], "size": 2, "threshold": 0.75},
        {
            "texts": ["ha ha two", "ha ha ha ha tea"],
            "size": 2,
            "threshold": 0.75,
        },
    ]
    compare(answer, lm_22, right_kept, cases)


lm_22 = Exercise(
    id="lm-22",
    title="A message inside a message",
    answer="kept_places",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "First a function of one text that gives its set of runs; then the loop over "
        "the texts.",
        "Keep two lists, all sets and the places kept. Compare each text with the kept "
        "ones only.",
        "Runs: `{tuple(words[i:i + size]) for i in range(len(words) - size + 1)}`. A "
        "text goes if `len(a & b) / min(len(a), len(b)) >= threshold` for any kept b.",
    ),
    public=(right_for_an_office,),
    hidden=(right_for_other_offices,),
    mistakes={
        "jaccard": Mistake(
            message="You divided by all runs of both texts: that is the Jaccard index, "
            "and a message inside a longer one slips through. Divide by the smaller "
            "set.",
            code="""
def kept_places(texts, size, threshold):
    sets, kept = [], []
    for i, text in enumerate(texts):
        w = text.split()
        sets.append({tuple(w[j:j + size]) for j in range(len(w) - size + 1)})
        if all(len(sets[i] & sets[j]) / len(sets[i] | sets[j]) < threshold for j in kept):
            kept.append(i)
    return kept
""",
        ),
        "dropped-ones-too": Mistake(
            message="You compared with texts that were thrown away, too. Then near "
            "copies of near copies go, though nothing like them is kept.",
            code="""
def kept_places(texts, size, threshold):
    sets, kept = [], []
    for i, text in enumerate(texts):
        w = text.split()
        own = {tuple(w[j:j + size]) for j in range(len(w) - size + 1)}
        if all(len(own & s) / min(len(own), len(s)) < threshold for s in sets):
            kept.append(i)
        sets.append(own)
    return kept
""",
        ),
        "above-only": Mistake(
            message="A text exactly at the threshold stays with you. Only those below "
            "it are kept.",
            code="""
def kept_places(texts, size, threshold):
    sets, kept = [], []
    for i, text in enumerate(texts):
        w = text.split()
        sets.append({tuple(w[j:j + size]) for j in range(len(w) - size + 1)})
        shares = [
            len(sets[i] & sets[j]) / min(len(sets[i]), len(sets[j])) for j in kept
        ]
        if all(share <= threshold for share in shares):
            kept.append(i)
    return kept
""",
        ),
        "words-not-runs": Mistake(
            message="You compared single words, or characters. Two messages with the "
            "same words in another order are different; take `size` words in a row.",
            code="""
def kept_places(texts, size, threshold):
    sets, kept = [], []
    for i, text in enumerate(texts):
        sets.append(set(text.split()))
        shares = [
            len(sets[i] & sets[j]) / min(len(sets[i]), len(sets[j])) for j in kept
        ]
        if all(share < threshold for share in shares):
            kept.append(i)
    return kept
""",
        ),
    },
)

# lm-23


def right_chance(votes, option, epsilon):
    logits = epsilon / 4 * (votes - np.max(votes))
    weights = np.exp(logits)
    total, own, chance = weights.sum(), weights[option], 0.0
    for j, weight in enumerate(weights):
        if j == option:
            chance += own / total
        else:
            chance += weight / total * own / (total - weight)
    return chance


def ballot(votes: list[int], option: int, epsilon: float) -> dict:
    return {"votes": np.array(votes), "option": option, "epsilon": epsilon}


def right_for_a_clinic(answer, rng):
    """five drugs, a common and a rare one, ε of 1 and 3"""
    votes = [9, 6, 3, 1, 0]
    cases = [ballot(votes, 0, 1.0), ballot(votes, 3, 3.0)]
    compare(answer, lm_23, right_chance, cases)


def right_for_other_clinics(answer, rng):
    """two drugs, equal votes, and thousands of them"""
    cases = [
        ballot([4, 1], 1, 0.5),
        ballot([5, 5, 5, 5], 2, 2.0),
        ballot([2500, 2498, 2490], 1, 1.0),
        ballot(rng.integers(0, 20, size=8).tolist(), 5, 1.5),
    ]
    compare(answer, lm_23, right_chance, cases)


lm_23 = Exercise(
    id="lm-23",
    title="One of two",
    answer="chance_named",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Two ways to be named: first, or second behind somebody else. Add their chances.",
        "A draw with ε/2 and sensitivity 1 has weights exp(ε/2 · votes / 2). Behind j, "
        "the weights of all but j are left.",
        "With p the chances of the first draw: p[i] + sum over j ≠ i of "
        "p[j] * p[i] / (1 - p[j]).",
    ),
    public=(right_for_a_clinic,),
    hidden=(right_for_other_clinics,),
    mistakes={
        "whole-epsilon-each": Mistake(
            message="Your weights are exp(ε · votes / 2) in each draw. Two such draws "
            "cost 2ε; with ε/2 a draw they are exp(ε · votes / 4).",
            code="""
import numpy as np

def chance_named(votes, option, epsilon):
    w = np.exp(epsilon * (votes - np.max(votes)) / 2)
    p = w / w.sum()
    others = np.delete(p, option)
    return p[option] * (1 + (others / (1 - others)).sum())
""",
        ),
        "put-back": Mistake(
            message="You put the first drug back: the same one could be named twice. It "
            "is taken off, and the others share its chance.",
            code="""
import numpy as np

def chance_named(votes, option, epsilon):
    w = np.exp(epsilon / 2 * (votes - np.max(votes)) / 2)
    p = w[option] / w.sum()
    return 1 - (1 - p) ** 2
""",
        ),
        "own-chance-shared": Mistake(
            message="When j is taken off, the others share the chance of j: divide by "
            "1 - p[j], not by 1 - p[option], which gives 2 p[option].",
            code="""
import numpy as np

def chance_named(votes, option, epsilon):
    w = np.exp(epsilon / 2 * (votes - np.max(votes)) / 2)
    p = w / w.sum()
    return p[option] + np.delete(p, option).sum() * p[option] / (1 - p[option])
""",
        ),
        "first-only": Mistake(
            message="That is the chance to be named first. Second counts as well.",
            code="""
import numpy as np

def chance_named(votes, option, epsilon):
    w = np.exp(epsilon / 2 * (votes - np.max(votes)) / 2)
    return w[option] / w.sum()
""",
        ),
    },
)

# lm-24


def right_own(scores, owners, owner, k):
    own = [(-scores[i], i) for i, name in enumerate(owners) if name == owner]
    return [i for _, i in sorted(own)[:k]]


def shelf(scores: list[float], owners: str, owner: str, k: int) -> dict:
    return {"scores": scores, "owners": list(owners), "owner": owner, "k": k}


SCORES = [0.3, 0.9, 0.5, 0.8, 0.5, 0.7, 0.6]


def right_for_two_doctors(answer, rng):
    """seven records, two doctors, one with equal scores"""
    cases = [shelf(SCORES, "abababb", "a", 2), shelf(SCORES, "abababb", "b", 3)]
    compare(answer, lm_24, right_own, cases)


def right_for_other_doctors(answer, rng):
    """doctors with fewer records than asked for, and many records"""
    owners = "".join(rng.choice(list("abcd"), size=60))
    scores = rng.integers(0, 12, size=60).astype(float).tolist()
    cases = [
        shelf(SCORES, "abababb", "a", 5),
        shelf(SCORES, "aaaaaab", "b", 1),
        shelf([0.2, 0.0, -0.1, 0.0], "baaa", "a", 3),
        *(shelf(scores, owners, one, 6) for one in "abcd"),
    ]
    compare(answer, lm_24, right_own, cases)


lm_24 = Exercise(
    id="lm-24",
    title="Only your own",
    answer="own_best",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "What must not matter at all for the answer? Throw it away first.",
        "A list of the places whose owner asks; then sort it by score, best first.",
        "`sorted(own, key=lambda i: -scores[i])[:k]` keeps equal ones in order.",
    ),
    public=(right_for_two_doctors,),
    hidden=(right_for_other_doctors,),
    mistakes={
        "rank-first": Mistake(
            message="You took the k best of all and then dropped the others'. What is "
            "missing tells the asker that a better record of somebody else exists.",
            code="""
def own_best(scores, owners, owner, k):
    best = sorted(range(len(scores)), key=lambda i: -scores[i])[:k]
    return [i for i in best if owners[i] == owner]
""",
        ),
        "worst-first": Mistake(
            message="You gave the worst records. A high score means a near record.",
            code="""
def own_best(scores, owners, owner, k):
    own = [i for i, name in enumerate(owners) if name == owner]
    return sorted(own, key=lambda i: scores[i])[:k]
""",
        ),
        "unranked": Mistake(
            message="You gave the first k records of the asker. Rank them by score.",
            code="""
def own_best(scores, owners, owner, k):
    return [i for i, name in enumerate(owners) if name == owner][:k]
""",
        ),
        "later-one-first": Mistake(
            message="Of two equal scores the earlier record comes first; yours gives "
            "the later one.",
            code="""
def own_best(scores, owners, owner, k):
    own = [i for i, name in enumerate(owners) if name == owner]
    return sorted(own, key=lambda i: (-scores[i], -i))[:k]
""",
        ),
    },
    also_right=(
        """
import numpy as np

def own_best(scores, owners, owner, k):
    scores = np.where(np.array(owners) == owner, scores, -np.inf)
    order = np.argsort(-scores, kind="stable")
    return order[: min(k, owners.count(owner))].tolist()
""",
    ),
)

# lm-25


def right_ratio(distances, first, second, epsilon, messages):
    def log_chances(word):
        logits = -epsilon / 2 * distances[word]
        return logits - np.log(np.exp(logits).sum())

    pairs = zip(first, second, strict=True)
    worst = [(log_chances(a) - log_chances(b)).max() for a, b in pairs]
    return messages * float(np.sum(worst))


def prompts(
    rng, *, words: int, length: int, epsilon: float, messages: int
) -> dict:
    places = rng.uniform(size=(words, 2))
    apart = np.linalg.norm(places[:, None] - places[None, :], axis=2)
    return {
        "distances": apart / apart.max(),
        "first": rng.integers(words, size=length).tolist(),
        "second": rng.integers(words, size=length).tolist(),
        "epsilon": epsilon,
        "messages": messages,
    }


def right_for_short_prompts(answer, rng):
    """prompts of three words, one message and four"""
    # in a row of six words the ends are apart from the crowd
    row = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) / 5
    case = {"distances": row, "first": [0, 2, 3], "second": [1, 5, 3]}
    cases = [{**case, "epsilon": 8.0, "messages": n} for n in (1, 4)]
    compare(answer, lm_25, right_ratio, cases)


def right_for_any_prompts(answer, rng):
    """more words, long prompts, the same prompt twice"""
    long = prompts(rng, words=40, length=25, epsilon=12.0, messages=3)
    cases = [
        long,
        {**long, "second": long["first"]},
        {**long, "first": long["first"] * 2, "second": long["second"] * 2},
        prompts(rng, words=5, length=1, epsilon=0.5, messages=1),
    ]
    compare(answer, lm_25, right_ratio, cases)


lm_25 = Exercise(
    id="lm-25",
    title="How much a disguise tells",
    answer="worst_log_ratio",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Independent draws: log-ratios add up. So solve it for one word, once.",
        "The chances of word w are the row of weights divided by its own sum. The "
        "two rows have different sums.",
        "`logs = log(weights / row sums)`; for each pair of words "
        "`(logs[a] - logs[b]).max()`; add up, times the messages.",
    ),
    public=(right_for_short_prompts,),
    hidden=(right_for_any_prompts,),
    mistakes={
        "bound-taken": Mistake(
            message="You added up ε d. That is the promise, an upper bound; asked is "
            "what these distances really give, which is less.",
            code="""
import numpy as np

def worst_log_ratio(distances, first, second, epsilon, messages):
    return messages * epsilon * sum(distances[a][b] for a, b in zip(first, second))
""",
        ),
        "sums-forgotten": Mistake(
            message="You compared the weights, not the chances: each row must be divided "
            "by its sum, and the sums differ.",
            code="""
import numpy as np

def worst_log_ratio(distances, first, second, epsilon, messages):
    logs = -epsilon * distances / 2
    return messages * (logs[first] - logs[second]).max(axis=1).sum()
""",
        ),
        "one-message": Mistake(
            message="Every message is drawn anew, so every message tells. Multiply.",
            code="""
import numpy as np

def worst_log_ratio(distances, first, second, epsilon, messages):
    w = np.exp(-epsilon * distances / 2)
    logs = np.log(w / w.sum(axis=1, keepdims=True))
    return (logs[first] - logs[second]).max(axis=1).sum()
""",
        ),
        "worst-word": Mistake(
            message="You took the worst word only. All words of the prompt tell.",
            code="""
import numpy as np

def worst_log_ratio(distances, first, second, epsilon, messages):
    w = np.exp(-epsilon * distances / 2)
    logs = np.log(w / w.sum(axis=1, keepdims=True))
    return messages * (logs[first] - logs[second]).max()
""",
        ),
        "not-halved": Mistake(
            message="Your chances fall with ε d instead of ε d / 2: twice the ratio.",
            code="""
import numpy as np

def worst_log_ratio(distances, first, second, epsilon, messages):
    w = np.exp(-epsilon * distances)
    logs = np.log(w / w.sum(axis=1, keepdims=True))
    return messages * (logs[first] - logs[second]).max(axis=1).sum()
""",
        ),
    },
)


# lm-26


def right_chance_of_worst(own, retrained):
    models = np.vstack([own, retrained])

    def worst(r):
        others = models[np.arange(len(models)) != r]
        center, spread = np.mean(others, axis=0), np.std(others, axis=0, ddof=1)
        return np.max(np.abs(models[r] - center) / spread)

    own_worst = worst(0)
    return sum(worst(r) >= own_worst for r in range(len(models))) / len(models)


def claims(rng, *, models: int, lines: int, low: float, high: float) -> dict:
    """A model with one line too easy by ``low`` deviations, one too hard by ``high``."""
    spread = rng.uniform(1, 4, size=lines)
    bits = 40 + spread * rng.normal(size=(models + 1, lines))
    bits[0, 0] -= low * spread[0]
    bits[0, 1] += high * spread[1]
    return {"own": bits[0], "retrained": bits[1:]}


def right_for_some_claims(answer, rng):
    """nine retrained models and six lines: forgotten, known, overdone"""
    fixed = np.random.default_rng(26)  # cases on which the mistakes differ
    shifts = [
        (0, 0),
        (1, 0),
        (2, 0),
        (0, 2),
        (2, 2),
        (6, 6),
        (0, 9),
        (9, 0),
    ] * 3
    cases = [
        claims(fixed, models=9, lines=6, low=low, high=high)
        for low, high in shifts
    ]
    compare(answer, lm_26, right_chance_of_worst, cases)


def right_for_other_claims(answer, rng):
    """other numbers of models and lines"""
    sizes = [(4, 3), (19, 12), (30, 2)]
    cases = [
        claims(rng, models=m, lines=n, low=low, high=0.0)
        for m, n in sizes
        for low in (0.0, 1.0, 8.0)
    ]
    compare(answer, lm_26, right_chance_of_worst, cases)


CHANCE = """
import numpy as np

def chance_of_worst(own, retrained):
    models = np.vstack([own, retrained])
    worst = []
    for r in range(len(models)):
        others = np.delete(models, r, axis=0)
        off = (models[r] - others.mean(axis=0)) / others.std(axis=0, ddof=1)
        worst.append(np.abs(off).max())
    return np.mean(np.array(worst) >= worst[0])
"""

lm_26 = Exercise(
    id="lm-26",
    title="One draw more",
    answer="chance_of_worst",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Stack `own` on top of `retrained`: R + 1 rows. What you do to row 0, do to "
        "every row.",
        "`np.delete(models, r, axis=0)` are the others of row r. Mean and "
        "`std(axis=0, ddof=1)` over them, then the largest absolute value.",
        "With the list `worst` of R + 1 numbers: `np.mean(worst >= worst[0])`, as an "
        "array.",
    ),
    also_right=(CHANCE.replace("np.delete(models, r, axis=0)", "models"),),
    public=(right_for_some_claims,),
    hidden=(right_for_other_claims,),
    mistakes={
        "mean-line": Mistake(
            message="You averaged over the lines. A line that is overdone then pays for "
            "one that is still known; take the worst line.",
            code=CHANCE.replace("np.abs(off).max()", "np.abs(off.mean())"),
        ),
        "known-only": Mistake(
            message="You looked on one side only. A line that is too easy and one that "
            "is too hard both give the model away: take the size.",
            code=CHANCE.replace("np.abs(off).max()", "off.max()"),
        ),
        "own-not-counted": Mistake(
            message="You took the share among the R retrained. The model itself is one "
            "of the R + 1 draws; without it the share can be 0, which no R models prove.",
            code=CHANCE.replace(
                "np.mean(np.array(worst) >= worst[0])",
                "np.mean(np.array(worst[1:]) >= worst[0])",
            ),
        ),
        "others-without-own": Mistake(
            message="You held the retrained models against each other without `own`. "
            "Treat all R + 1 alike: the others of each model include it.",
            code=CHANCE.replace(
                "np.delete(models, r, axis=0)",
                "np.delete(models, [0, r], axis=0)",
            ),
        ),
        "own-not-in-yardstick": Mistake(
            message="You held every model against the R retrained only. Then each "
            "retrained one is held against itself, and `own` is not. The others of "
            "each model include `own` and leave out the model itself.",
            code=CHANCE.replace("np.delete(models, r, axis=0)", "retrained"),
        ),
    },
)

# lm-27


def right_cost(shard, slice, slices, leaving):
    total = 0
    for s in set(shard.tolist()):
        here = shard == s
        if not (here & leaving).any():
            continue
        first = int(slice[here & leaving].min())
        for stage in range(first, slices):
            total += int((here & ~leaving & (slice <= stage)).sum())
    return total


def houses(rng, *, lines: int, shards: int, slices: int, gone: int) -> dict:
    leaving = np.zeros(lines, dtype=bool)
    leaving[rng.permutation(lines)[:gone]] = True
    return {
        "shard": rng.integers(shards, size=lines),
        "slice": rng.integers(slices, size=lines),
        "slices": slices,
        "leaving": leaving,
    }


def right_for_two_shards(answer, rng):
    """twelve lines, two shards of three slices; one leaves, two, nobody"""
    case = {
        "shard": np.repeat([0, 1], 6),
        "slice": np.tile([0, 0, 1, 1, 2, 2], 2),
        "slices": 3,
    }
    gone = [[2], [2, 4], [1, 8], []]
    cases = [{**case, "leaving": np.isin(np.arange(12), each)} for each in gone]
    compare(answer, lm_27, right_cost, cases)


def right_for_larger_houses(answer, rng):
    """many lines, several leaving; one slice only; all of a shard leave"""
    large = houses(rng, lines=200, shards=8, slices=5, gone=4)
    cases = [
        large,
        houses(rng, lines=60, shards=3, slices=1, gone=2),
        {**large, "leaving": large["shard"] == 1},
        {**large, "slices": 7},
    ]
    compare(answer, lm_27, right_cost, cases)


COST = """
import numpy as np

def read_again(shard, slice, slices, leaving):
    total = 0
    for s in np.unique(shard[leaving]):
        first = slice[(shard == s) & leaving].min()
        kept = slice[(shard == s) & ~leaving]
        total += sum((kept <= i).sum() for i in range(first, slices))
    return int(total)
"""

lm_27 = Exercise(
    id="lm-27",
    title="What leaving costs",
    answer="read_again",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "A shard without a leaving line costs nothing. Do one shard with, then add up.",
        "In a shard the smallest slice of a leaving line is the first stage to be done "
        "again; all later stages follow.",
        "Stage i reads the kept lines of the shard with `slice <= i`.",
    ),
    public=(right_for_two_shards,),
    hidden=(right_for_larger_houses,),
    mistakes={
        "from-the-start": Mistake(
            message="You did the whole shard again. The stored model before the first "
            "leaving line is still clean: start there.",
            code=COST.replace("range(first, slices)", "range(slices)"),
        ),
        "own-slice": Mistake(
            message="You let each stage read its own slice. Stage i reads slices 0 to i.",
            code=COST.replace("kept <= i", "kept == i"),
        ),
        "leavers-read": Mistake(
            message="You counted the lines that leave as well. They are not read again.",
            code=COST.replace("(shard == s) & ~leaving", "shard == s"),
        ),
        "last-leaver": Mistake(
            message="You went back to the stage of the last leaving line. A stored model "
            "before it has read the earlier one.",
            code=COST.replace(".min()", ".max()"),
        ),
        "every-shard": Mistake(
            message="You did shards again from which nobody leaves. They stay as they "
            "are; that is what shards are for.",
            code="""
import numpy as np

def read_again(shard, slice, slices, leaving):
    if not leaving.any():
        return 0
    first = slice[leaving].min()
    kept = slice[~leaving]
    return int(sum((kept <= i).sum() for i in range(first, slices)))
""",
        ),
    },
)
