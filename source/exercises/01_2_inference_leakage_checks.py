"""Checks, hints and named mistakes of the exercises 01_2."""

import math

import numpy as np
from scipy import stats
from scipy.special import logsumexp

from privlab.course.checking import compare, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken


# at-11


def right_named(members, others, most):
    if most >= len(others):
        return len(members)
    return sum(score > sorted(others, reverse=True)[most] for score in members)


def scores(rng, *, most: int, people: int = 60) -> dict:
    """Scores with many ties, in no order; members somewhat higher."""
    return {
        "members": rng.integers(0, 30, people) / 2 + 2,
        "others": rng.integers(0, 30, people + 20) / 2,
        "most": most,
    }


def right_for_a_few_outsiders(answer, rng):
    """at most 3, 8 and 20 outsiders, with ties"""
    cases = [scores(rng, most=most) for most in (3, 8, 20)]
    cases.append(
        {
            "members": np.array([5.0, 9, 7, 7, 1]),
            "others": np.array([2.0, 7, 6, 1]),
            "most": 1,
        }
    )
    cases.append(
        {
            "members": np.array([3.0, 9]),
            "others": np.array([1.0, 8, 2, 10]),
            "most": 2,
        }
    )
    compare(answer, at_11, right_named, cases)


def right_for_no_outsider_and_for_all(answer, rng):
    """none, and as many as there are"""
    cases = [scores(rng, most=most) for most in (0, 79, 80)]
    cases.append({**scores(rng, most=1), "others": np.array([20.0, 20, 3])})
    cases.append(
        {
            "members": np.array([0.5, 3]),
            "others": np.array([1.0, 2]),
            "most": 2,
        }
    )
    compare(answer, at_11, right_named, cases)


at_11 = Exercise(
    id="at-11",
    title="Named, with few false alarms",
    answer="members_named",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Sort the outsiders from the highest score down. With `most` = 2, whose score "
        "must the threshold stay above?",
        "The outsider number `most` + 1 from the top must not be named. Members with "
        "the same score as that outsider cannot be named either.",
        "`barrier = np.sort(others)[::-1][most]`, then count `members > barrier`. If "
        "`most` is the number of all outsiders, everybody may be named.",
    ),
    public=(right_for_a_few_outsiders,),
    hidden=(right_for_no_outsider_and_for_all,),
    mistakes={
        "ties-named": Mistake(
            message="You named members who tie with the first outsider that must not "
            "be named. A threshold names equal scores all together.",
            code="""
import numpy as np

def members_named(members, others, most):
    barrier = np.sort(others)[::-1][min(most, len(others) - 1)]
    return int(np.sum(members >= barrier))
""",
        ),
        "one-too-few": Mistake(
            message="You stayed above the outsider number `most`. That one may still be "
            "named; the next one may not.",
            code="""
import numpy as np

def members_named(members, others, most):
    barrier = np.sort(others)[::-1][most - 1]
    return int(np.sum(members > barrier))
""",
        ),
        "share-not-count": Mistake(
            message="That is the share of members named. The question asks how many.",
            code="""
import numpy as np

def members_named(members, others, most):
    barrier = np.sort(others)[::-1][min(most, len(others) - 1)]
    return float(np.mean(members > barrier))
""",
        ),
        "not-sorted": Mistake(
            message="You took the entry number `most` of the outsiders as they came. "
            "They are in no order.",
            code="""
import numpy as np

def members_named(members, others, most):
    return int(np.sum(members > others[min(most, len(others) - 1)]))
""",
        ),
        "wrong-crowd": Mistake(
            message="You set the threshold by the members and counted outsiders. The "
            "false alarms are the outsiders.",
            code="""
import numpy as np

def members_named(members, others, most):
    barrier = np.sort(members)[::-1][min(most, len(members) - 1)]
    return int(np.sum(others > barrier))
""",
        ),
    },
    also_right=(
        """
def members_named(members, others, most):
    best = 0
    for threshold in set(members.tolist()) | set(others.tolist()):
        if sum(others >= threshold) <= most:
            best = max(best, int(sum(members >= threshold)))
    return best
""",
    ),
)

# at-12


def right_needed(rate, confidence):
    n = max(1, int(math.log(1 - confidence) / math.log(1 - rate)) - 2)
    while (1 - rate) ** n > 1 - confidence:
        n += 1
    return n


def right_for_two_papers(answer, rng):
    """a share of 0.1 % with 95 % confidence, and 2 % with 99 %"""
    cases = [
        {"rate": 0.001, "confidence": 0.95},
        {"rate": 0.02, "confidence": 0.99},
        {"rate": 0.3, "confidence": 0.9},
        {"rate": 0.5, "confidence": 0.75},  # two outsiders, exactly
    ]
    compare(answer, at_12, right_needed, cases)


def right_for_any_paper(answer, rng):
    """any share and any confidence"""
    for _ in range(20):
        case = {
            "rate": float(rng.uniform(0.0002, 0.6)),
            "confidence": float(rng.uniform(0.7, 0.9999)),
        }
        compare(answer, at_12, right_needed, [case])


at_12 = Exercise(
    id="at-12",
    title="No false alarm, among how many?",
    answer="others_needed",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "If the true share is `rate`, with which probability is one outsider not "
        "named? And n of them?",
        "You want (1 - rate)^n to be at most 1 - confidence. Take logarithms; both are "
        "negative.",
        "n = ln(1 - confidence) / ln(1 - rate), rounded up.",
    ),
    public=(right_for_two_papers,),
    hidden=(right_for_any_paper,),
    mistakes={
        "one-over-rate": Mistake(
            message="With 1 / rate outsiders you expect one false alarm. To see none is "
            "then still common: it happens in more than a third of attacks.",
            code="""
import math

def others_needed(rate, confidence):
    return math.ceil(1 / rate)
""",
        ),
        "rounded-down": Mistake(
            message="You rounded down: with that many outsiders the proof is not quite "
            "as sure as asked.",
            code="""
import math

def others_needed(rate, confidence):
    return math.floor(math.log(1 - confidence) / math.log(1 - rate))
""",
        ),
        "two-sides": Mistake(
            message="You split the doubt over two sides. A share can be too large here, "
            "but no smaller than zero: all the doubt is on one side.",
            code="""
import math

def others_needed(rate, confidence):
    return math.ceil(math.log((1 - confidence) / 2) / math.log(1 - rate))
""",
        ),
        "confidence-as-doubt": Mistake(
            message="You put the confidence where the doubt belongs: no false alarm "
            "would then be what one sees nearly always.",
            code="""
import math

def others_needed(rate, confidence):
    return math.ceil(math.log(confidence) / math.log(1 - rate))
""",
        ),
        "always-three": Mistake(
            message="The rule of three, 3 / rate, is for 95 % confidence and small "
            "shares, and only nearly right there.",
            code="""
import math

def others_needed(rate, confidence):
    return math.ceil(3 / rate)
""",
        ),
    },
    also_right=(
        """
def others_needed(rate, confidence):
    n, nothing_seen = 0, 1.0
    while nothing_seen > 1 - confidence:
        n, nothing_seen = n + 1, nothing_seen * (1 - rate)
    return n
""",
    ),
)

# at-13


def right_order(logits, labels):
    own = np.arange(logits.shape[1]) == labels[:, None]
    others = logsumexp(np.where(own, -np.inf, logits), axis=1)
    return np.argsort(others - logits[own])


def images(rng, *, scale: float, count: int = 80, classes: int = 5) -> dict:
    return {
        "logits": rng.normal(0, scale, (count, classes)),
        "labels": rng.integers(classes, size=count),
    }


def right_for_modest_and_for_sure_models(answer, rng):
    """a modest model, and one whose logits differ by 1,000"""
    cases = [images(rng, scale=1), images(rng, scale=1000)]
    compare(answer, at_13, right_order, cases)


def right_for_any_logits(answer, rng):
    """two classes or many, logits far from zero"""
    for scale, classes in ((0.1, 2), (3, 40), (1000, 3)):
        case = images(rng, scale=scale, classes=classes)
        case["logits"] = case["logits"] + rng.normal(0, 1000)
        compare(answer, at_13, right_order, [case])


at_13 = Exercise(
    id="at-13",
    title="Surer than sure",
    answer="surest",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Write p / (1 - p) with the softmax written out. What cancels?",
        "p / (1 - p) is e^(own logit) over the sum of e^(logit) of the *other* classes. "
        "Take the logarithm before the computer has to hold either.",
        "φ = own logit - m - ln(sum of e^(other - m)) with m the largest other logit; "
        "then `np.argsort(-phi)`.",
    ),
    public=(right_for_modest_and_for_sure_models,),
    hidden=(right_for_any_logits,),
    mistakes={
        "probability-first": Mistake(
            message="You computed p first. Where the model is very sure p is 1.0 in "
            "floating point, φ becomes infinite, and all those images tie.",
            code="""
import numpy as np

def surest(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = (powers / powers.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
    return np.argsort(-np.log(p / (1 - p)))
""",
        ),
        "powers-overflow": Mistake(
            message="e^(a logit of hundreds) is infinite for a computer, and so p is not "
            "a number. Shifting the logits first is not enough: p itself rounds to 1.",
            code="""
import numpy as np

def surest(logits, labels):
    powers = np.exp(logits)
    p = (powers / powers.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
    return np.argsort(-np.log(p / (1 - p)))
""",
        ),
        "own-in-the-shift": Mistake(
            message="You subtracted the largest of *all* logits. Where that is the "
            "label's own, e^(other - own) is 0 for every other class, and ln 0 "
            "infinite: those images tie. Subtract the largest of the others.",
            code="""
import numpy as np

def surest(logits, labels):
    own = np.arange(logits.shape[1]) == labels[:, None]
    shifted = logits - logits.max(axis=1, keepdims=True)
    others = np.where(own, 0, np.exp(shifted)).sum(axis=1)
    return np.argsort(-(shifted[own] - np.log(others)))
""",
        ),
        "loss-instead": Mistake(
            message="You ordered by ln p, the loss. In exact arithmetic that is the same "
            "order, but a sure model's loss is 0 to the last digit, and they tie.",
            code="""
import numpy as np

def surest(logits, labels):
    top = logits.max(axis=1)
    total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return np.argsort(total - logits[np.arange(len(labels)), labels])
""",
        ),
        "only-the-rival": Mistake(
            message="You compared the own logit with the largest other one only. All "
            "other classes share in 1 - p.",
            code="""
import numpy as np

def surest(logits, labels):
    own = np.arange(logits.shape[1]) == labels[:, None]
    return np.argsort(np.where(own, -np.inf, logits).max(axis=1) - logits[own])
""",
        ),
        "smallest-first": Mistake(
            message="Your order is from the smallest φ to the largest. The surest comes "
            "first.",
            code="""
import numpy as np
from scipy.special import logsumexp

def surest(logits, labels):
    own = np.arange(logits.shape[1]) == labels[:, None]
    rest = logsumexp(np.where(own, -np.inf, logits), axis=1)
    return np.argsort(logits[own] - rest)
""",
        ),
        "values-not-indices": Mistake(
            message="You returned the φ themselves. The question asks for the indices "
            "of the images, in falling order of φ.",
            code="""
import numpy as np
from scipy.special import logsumexp

def surest(logits, labels):
    own = np.arange(logits.shape[1]) == labels[:, None]
    rest = logsumexp(np.where(own, -np.inf, logits), axis=1)
    return logits[own] - rest
""",
        ),
    },
    also_right=(
        """
import math

def surest(logits, labels):
    def phi(row, label):
        others = [z for k, z in enumerate(row) if k != label]
        top = max(others)
        return row[label] - top - math.log(sum(math.exp(z - top) for z in others))

    values = [phi(row, y) for row, y in zip(logits.tolist(), labels.tolist())]
    return sorted(range(len(values)), key=lambda k: -values[k])
""",
    ),
)

# at-14


def right_belief(target, phi_in, phi_out, prior):
    inside, outside = (
        stats.norm(np.mean(phi), np.std(phi)) for phi in (phi_in, phi_out)
    )
    yes, no = prior * inside.pdf(target), (1 - prior) * outside.pdf(target)
    return yes / (yes + no)


def person(rng, *, prior: float) -> dict:
    """A person whose two laws differ in mean and spread, and a target between."""
    spread_in, spread_out = rng.uniform(0.5, 1), rng.uniform(1.5, 3)
    return {
        "target": float(rng.uniform(1, 4)),
        "phi_in": rng.normal(4, spread_in, 12) + np.linspace(-1, 1, 12),
        "phi_out": rng.normal(1, spread_out, 9) + np.linspace(-2, 2, 9),
        "prior": prior,
    }


def right_for_three_people(answer, rng):
    """three people, believed in with 50 %, 10 % and 0.1 %"""
    cases = [person(rng, prior=prior) for prior in (0.5, 0.1, 0.001)]
    compare(answer, at_14, right_belief, cases)


def right_for_anybody(answer, rng):
    """anybody, with any belief before"""
    for _ in range(20):
        compare(
            answer,
            at_14,
            right_belief,
            [person(rng, prior=float(rng.uniform(1e-4, 0.99)))],
        )


def belief(spread="np.std(phi)", result="yes / (yes + no)") -> str:
    """An answer by the normal densities of both groups, with this spread of each."""
    return f"""
import numpy as np
from scipy.stats import norm

def belief_in(target, phi_in, phi_out, prior):
    def density(phi):
        return norm.pdf(target, np.mean(phi), {spread})

    yes, no = prior * density(phi_in), (1 - prior) * density(phi_out)
    return {result}
"""


at_14 = Exercise(
    id="at-14",
    title="From likelihood to belief",
    answer="belief_in",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Which of the two normal laws gives the target's φ the higher density, and by "
        "which factor? That factor multiplies the odds.",
        "Odds after = prior / (1 - prior) times density in / density out. Each density "
        "has the mean and the standard deviation of its own group.",
        "`stats.norm.pdf(target, np.mean(phi_in), np.std(phi_in))`, the same for out, "
        "then prior times the first over (that + (1 - prior) times the second).",
    ),
    public=(right_for_three_people,),
    hidden=(right_for_anybody,),
    mistakes={
        "no-prior": Mistake(
            message="You left the belief before out. A likelihood ratio of 10 means one "
            "thing for a coin flip and another for one person in a thousand.",
            code="""
import numpy as np
from scipy.stats import norm

def belief_in(target, phi_in, phi_out, prior):
    yes = norm.pdf(target, np.mean(phi_in), np.std(phi_in))
    return yes / (yes + norm.pdf(target, np.mean(phi_out), np.std(phi_out)))
""",
        ),
        "no-factor": Mistake(
            message="You compared only how many deviations away the target is. A density "
            "also has the factor 1/σ, and the two groups differ in σ.",
            code="""
import numpy as np

def belief_in(target, phi_in, phi_out, prior):
    def height(phi):
        return np.exp(-(((target - np.mean(phi)) / np.std(phi)) ** 2) / 2)

    yes, no = prior * height(phi_in), (1 - prior) * height(phi_out)
    return yes / (yes + no)
""",
        ),
        "one-spread": Mistake(
            message="You used one spread for both groups. Each has its own: models that "
            "know a person agree more about them.",
            code=belief(spread="np.std(np.concatenate([phi_in, phi_out]))"),
        ),
        "variance-as-deviation": Mistake(
            message="You gave the variance where the standard deviation belongs.",
            code=belief(spread="np.var(phi)"),
        ),
        "swapped": Mistake(
            message="That is the probability that the person was *not* in: the two "
            "groups are swapped, or the ratio is upside down.",
            code=belief(result="no / (yes + no)"),
        ),
        "n-minus-one": Mistake(
            message="You divided the squares by one less than the number of models. The "
            "question asks to divide by the number.",
            code=belief(spread="np.std(phi, ddof=1)"),
        ),
    },
    also_right=(
        """
from statistics import NormalDist, fmean, pstdev

def belief_in(target, phi_in, phi_out, prior):
    def density(phi):
        return NormalDist(fmean(phi), pstdev(phi)).pdf(target)

    ratio = density(phi_in.tolist()) / density(phi_out.tolist())
    odds = prior / (1 - prior) * ratio
    return odds / (1 + odds)
""",
    ),
)

# at-15


def right_possible(weights, bias, record, column, candidates, shown, decimals):
    def score(value):
        row = np.where(np.arange(len(record)) == column, value, record)
        return np.round(1 / (1 + math.exp(-(weights @ row + bias))), decimals)

    return np.array([v for v in candidates if abs(score(v) - shown) < 1e-9])


def customer(rng, *, decimals: int, size: int = 6) -> dict:
    """A customer whose hidden entry counts, with no part so large that it hides."""
    weights, column = rng.normal(0, 0.3, size), int(rng.integers(size))
    weights[column] = rng.choice([-1.0, 1.0]) * rng.uniform(0.8, 1.2)
    record, candidates = rng.normal(0, 1, size), np.linspace(-2, 2, 41)
    bias = float(rng.uniform(0.2, 0.5))
    truth = record.copy()
    truth[column] = rng.choice(candidates[10:31])
    record[column] = rng.uniform(0.5, 0.8)
    score = 1 / (1 + math.exp(-(weights @ truth + bias)))
    return {
        "weights": weights,
        "bias": bias,
        "record": record,
        "column": column,
        "candidates": candidates,
        "shown": float(np.round(score, decimals)),
        "decimals": decimals,
    }


def right_for_three_customers(answer, rng):
    """scores with 1, 2 and 3 decimals"""
    cases = [customer(rng, decimals=decimals) for decimals in (1, 2, 3)]
    compare(answer, at_15, right_possible, cases)


def right_for_any_customer(answer, rng):
    """any number of decimals, and an entry that the bank does not use"""
    for decimals in (0, 1, 2, 3, 4) * 3:
        case = customer(rng, decimals=decimals)
        case["candidates"] = rng.permutation(case["candidates"])
        compare(answer, at_15, right_possible, [case])
    unused = customer(rng, decimals=3)
    unused["weights"][unused["column"]] = 0.0
    z = unused["weights"] @ unused["record"] + unused["bias"]
    unused["shown"] = float(np.round(1 / (1 + np.exp(-z)), 3))
    compare(answer, at_15, right_possible, [unused])


at_15 = Exercise(
    id="at-15",
    title="What a rounded score leaves open",
    answer="possible",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Do what the bank does, once for each candidate, and see which ones give the "
        "number that was shown.",
        "The record's own entry at `column` is wrong: take its part out of the sum "
        "before you put a candidate in.",
        "`rest = weights @ record - weights[column] * record[column] + bias`, then the "
        "sigmoid of `rest + weights[column] * candidates`, rounded, compared with shown.",
    ),
    public=(right_for_three_customers,),
    hidden=(right_for_any_customer,),
    mistakes={
        "not-rounded": Mistake(
            message="You compared the exact score with the rounded one. Hardly any "
            "candidate hits it exactly; round as the bank does.",
            code="""
import numpy as np

def possible(weights, bias, record, column, candidates, shown, decimals):
    rest = weights @ record - weights[column] * record[column] + bias
    score = 1 / (1 + np.exp(-(rest + weights[column] * candidates)))
    return candidates[abs(score - shown) < 1e-9]
""",
        ),
        "wrong-entry-kept": Mistake(
            message="The wrong entry of the record is still in your sum, beside the "
            "candidate.",
            code="""
import numpy as np

def possible(weights, bias, record, column, candidates, shown, decimals):
    score = 1 / (1 + np.exp(-(weights @ record + bias + weights[column] * candidates)))
    return candidates[abs(np.round(score, decimals) - shown) < 1e-9]
""",
        ),
        "only-the-nearest": Mistake(
            message="You returned the one candidate that fits best. Rounding leaves "
            "others that fit as well: return all of them.",
            code="""
import numpy as np

def possible(weights, bias, record, column, candidates, shown, decimals):
    rest = weights @ record - weights[column] * record[column] + bias
    score = 1 / (1 + np.exp(-(rest + weights[column] * candidates)))
    return candidates[[abs(score - shown).argmin()]]
""",
        ),
        "too-wide": Mistake(
            message="You allowed a whole unit of the last digit in both directions. "
            "Rounding moves a number by half a unit at most.",
            code="""
import numpy as np

def possible(weights, bias, record, column, candidates, shown, decimals):
    rest = weights @ record - weights[column] * record[column] + bias
    score = 1 / (1 + np.exp(-(rest + weights[column] * candidates)))
    return candidates[abs(score - shown) <= 10.0**-decimals]
""",
        ),
        "no-bias": Mistake(
            message="You left the bias out.",
            code="""
import numpy as np

def possible(weights, bias, record, column, candidates, shown, decimals):
    rest = weights @ record - weights[column] * record[column]
    score = 1 / (1 + np.exp(-(rest + weights[column] * candidates)))
    return candidates[abs(np.round(score, decimals) - shown) < 1e-9]
""",
        ),
    },
    also_right=(
        """
import numpy as np

def possible(weights, bias, record, column, candidates, shown, decimals):
    kept = []
    for value in candidates:
        row = record.copy()
        row[column] = value
        score = 1 / (1 + np.exp(-(row @ weights + bias)))
        if abs(round(float(score), decimals) - shown) < 1e-9:
            kept.append(value)
    return kept
""",
    ),
)

# at-16


def detector(rng, *, size: int, queries: int, scale: float = 3.0) -> dict:
    """A model's answers, 0.0 and 1.0 where within a millionth, a few at least."""
    weights, bias = scale * rng.normal(size=size), rng.normal()
    rows = rng.normal(size=(queries, size))
    rows[:2] = (
        40 * weights / (weights @ weights) * [[1], [-1]]
    )  # p = 1 and p = 0
    rows[2] = 0.0
    p = 1 / (1 + np.exp(-(rows @ weights + bias)))
    p = np.where(p > 1 - 1e-6, 1.0, np.where(p < 1e-6, 0.0, p))
    return {
        "case": {"rows": rows, "answers": p},
        "truth": np.append(weights, bias),
    }


def near(got, truth: np.ndarray) -> bool:
    """Whether ``got`` is the model: six digits of p leave eight of the weights."""
    try:
        got = np.asarray(got)
    except ValueError:  # lists of different lengths
        return False
    fits = got.dtype.kind in "iuf" and got.shape == truth.shape
    return bool(fits and np.allclose(got, truth, rtol=1e-5, atol=1e-5))


def stolen(answer, rng, *, size: int, queries: int) -> None:
    drawn = detector(rng, size=size, queries=queries)
    got = answer(**drawn["case"])
    if near(got, drawn["truth"]):
        return
    rows, answers = drawn["case"].values()
    equations = np.column_stack([rows, np.ones(len(rows))])
    for tiny in 10.0 ** -np.arange(3, 17):
        p = np.clip(answers, tiny, 1 - tiny)
        clipped = np.linalg.lstsq(equations, np.log(p / (1 - p)), rcond=None)[0]
        mistaken(near(got, clipped), "clipped")
    compare(
        answer, at_16, lambda rows, answers: drawn["truth"], [drawn["case"]]
    )
    expect(False, f"you gave {shown(got)}, which is not the model")


def right_for_a_small_model(answer, rng):
    """four weights and a bias, 60 answers, some of them 0.0 or 1.0"""
    stolen(answer, rng, size=4, queries=60)


def right_for_larger_models(answer, rng):
    """one weight, and many"""
    for size, queries in ((1, 30), (9, 120), (25, 900)):
        stolen(answer, rng, size=size, queries=queries)


at_16 = Exercise(
    id="at-16",
    title="A model for the price of its answers",
    answer="stolen_weights",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Solve p = 1 / (1 + e^(-z)) for z. In what is z linear?",
        "z = ln(p / (1 - p)) = w · x + b: one linear equation per answer. Which answers "
        "give no number? The bias is a weight of a column of ones.",
        "Keep the rows with 0 < p < 1, put a column of ones behind them, and "
        "`np.linalg.lstsq(equations, np.log(p / (1 - p)))[0]`.",
    ),
    public=(right_for_a_small_model,),
    hidden=(right_for_larger_models,),
    mistakes={
        "clipped": Mistake(
            message="You replaced the answers 0.0 and 1.0 by numbers close by. How close "
            "is a guess, and it spoils all the weights; leave those answers out.",
            code="""
import numpy as np

def stolen_weights(rows, answers):
    p = np.clip(answers, 1e-12, 1 - 1e-12)
    equations = np.column_stack([rows, np.ones(len(rows))])
    return np.linalg.lstsq(equations, np.log(p / (1 - p)), rcond=None)[0]
""",
        ),
        "probabilities-are-not-linear": Mistake(
            message="You solved for the probabilities themselves. They are not linear in "
            "x; the logarithm of the odds is.",
            code="""
import numpy as np

def stolen_weights(rows, answers):
    equations = np.column_stack([rows, np.ones(len(rows))])
    return np.linalg.lstsq(equations, answers, rcond=None)[0]
""",
        ),
        "upside-down": Mistake(
            message="All your signs are wrong: the odds are p / (1 - p).",
            code="""
import numpy as np

def stolen_weights(rows, answers):
    useful = (answers > 0) & (answers < 1)
    p = answers[useful]
    equations = np.column_stack([rows[useful], np.ones(len(p))])
    return np.linalg.lstsq(equations, np.log((1 - p) / p), rcond=None)[0]
""",
        ),
        "bias-forgotten": Mistake(
            message="Your equations have no bias, so the weights must make up for it. "
            "Add a column of ones.",
            code="""
import numpy as np

def stolen_weights(rows, answers):
    useful = (answers > 0) & (answers < 1)
    p = answers[useful]
    weights = np.linalg.lstsq(rows[useful], np.log(p / (1 - p)), rcond=None)[0]
    return np.append(weights, 0.0)
""",
        ),
        "bias-first": Mistake(
            message="The bias comes first in your answer. It belongs behind the weights.",
            code="""
import numpy as np

def stolen_weights(rows, answers):
    useful = (answers > 0) & (answers < 1)
    p = answers[useful]
    equations = np.column_stack([np.ones(len(p)), rows[useful]])
    return np.linalg.lstsq(equations, np.log(p / (1 - p)), rcond=None)[0]
""",
        ),
        "log-of-p": Mistake(
            message="You took the logarithm of p. It is the logarithm of the odds, "
            "p / (1 - p), that is linear in x.",
            code="""
import numpy as np

def stolen_weights(rows, answers):
    useful = (answers > 0) & (answers < 1)
    p = answers[useful]
    equations = np.column_stack([rows[useful], np.ones(len(p))])
    return np.linalg.lstsq(equations, np.log(p), rcond=None)[0]
""",
        ),
    },
    also_right=(
        """
import numpy as np
from scipy.special import logit

def stolen_weights(rows, answers):
    z = logit(answers)
    some = np.argsort(abs(answers - 0.5))[: 3 * (rows.shape[1] + 1)]
    some = some[np.isfinite(z[some])]
    equations = np.column_stack([rows[some], np.ones(len(some))])
    return np.linalg.pinv(equations) @ z[some]
""",
    ),
)
