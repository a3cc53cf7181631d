"""Checks, hints and named mistakes of the exercises 2."""

import math

import numpy as np

from privlab.course.checking import close, compare, defined, number, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken


def same(answer, exercise, right, case: dict) -> None:
    """Hold the answer against ``right``: equal, or a named mistake, or wrong."""
    got, wanted = answer(**case), right(**case)
    if isinstance(got, np.ndarray):
        got = got.tolist()
    if got == wanted:
        return
    for name, mistake in exercise.mistakes.items():
        mistaken(got == _outcome(exercise, mistake.code, case), name)
    inputs = ", ".join(f"{name}={shown(value)}" for name, value in case.items())
    expect(False, f"for {inputs} you gave {shown(got)}")


def _outcome(exercise, code: str, case: dict):
    """What a mistake's code gives, or a word that no answer equals."""
    try:
        return defined(exercise, code)(**case)
    except (ValueError, RecursionError, TypeError) as error:
        return error


# co-01


def right_rewriting(ciphertext, at, old, new):
    change = bytes(at) + bytes(a ^ b for a, b in zip(old, new, strict=True))
    change += bytes(len(ciphertext) - len(change))
    return bytes(a ^ b for a, b in zip(ciphertext, change, strict=True))


def caught(rng, message: bytes) -> bytes:
    """The message under a fresh key stream."""
    return bytes(
        a ^ b for a, b in zip(message, rng.bytes(len(message)), strict=True)
    )


def one_digit_is_changed(answer, rng):
    """count=127 becomes count=927"""
    sent = caught(rng, b"count=127 ill")
    case = {"ciphertext": sent, "at": 6, "old": b"1", "new": b"9"}
    same(answer, co_01, right_rewriting, case)


def words_are_changed(answer, rng):
    """a name in the middle is changed, and nothing else"""
    sent = caught(rng, b"pay 100 to Anna, now")
    case = {"ciphertext": sent, "at": 11, "old": b"Anna", "new": b"Otto"}
    same(answer, co_01, right_rewriting, case)


def any_message_is_changed(answer, rng):
    """any bytes anywhere"""
    for _ in range(10):
        size, at = int(rng.integers(1, 9)), int(rng.integers(0, 20))
        sent = rng.bytes(30)
        case = {"old": rng.bytes(size), "new": rng.bytes(size)}
        same(
            answer,
            co_01,
            right_rewriting,
            {"ciphertext": sent, "at": at, **case},
        )


co_01 = Exercise(
    id="co-01",
    title="Change what you cannot read",
    answer="rewritten",
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "You do not need the key stream. What happens to the message when you XOR one "
        "byte of the ciphertext with 1?",
        "If c = m ^ s, then c ^ d decrypts to m ^ d. Which d turns m into the new byte?",
        "XOR each ciphertext byte from `at` on with `old[i] ^ new[i]`; leave the others.",
    ),
    public=(one_digit_is_changed, words_are_changed),
    hidden=(any_message_is_changed,),
    mistakes={
        "plain-text-put-in": Mistake(
            message="You wrote the new text into the ciphertext. The reader will "
            "decrypt it, and get noise there: XOR what is to change instead.",
            code="""
def rewritten(ciphertext, at, old, new):
    return ciphertext[:at] + new + ciphertext[at + len(new):]
""",
        ),
        "old-forgotten": Mistake(
            message="You XORed with the new text only. Then the old text stays in: "
            "the reader gets old XOR new. Take the old one out as well.",
            code="""
def rewritten(ciphertext, at, old, new):
    changed = list(ciphertext)
    for i, wanted in enumerate(new):
        changed[at + i] ^= wanted
    return bytes(changed)
""",
        ),
        "from-the-start": Mistake(
            message="You changed the first bytes of the message. The text that you "
            "know begins at byte `at`.",
            code="""
def rewritten(ciphertext, at, old, new):
    changed = list(ciphertext)
    for i, (was, wanted) in enumerate(zip(old, new)):
        changed[i] ^= was ^ wanted
    return bytes(changed)
""",
        ),
    },
    also_right=(
        """
def rewritten(ciphertext, at, old, new):
    size = len(old)
    known = int.from_bytes(old, "big") ^ int.from_bytes(new, "big")
    middle = int.from_bytes(ciphertext[at : at + size], "big") ^ known
    return ciphertext[:at] + middle.to_bytes(size, "big") + ciphertext[at + size :]
""",
    ),
)

# co-02


def right_epsilon(people, error):
    return math.log(20) / (error * people)


def right_for_a_clinic(answer, rng):
    """1 000 patients, off by 0.01 at most"""
    compare(answer, co_02, right_epsilon, [{"people": 1000, "error": 0.01}])


def right_for_any_crowd(answer, rng):
    """any number of patients and any error"""
    for _ in range(10):
        case = {
            "people": int(rng.integers(10, 10**6)),
            "error": float(rng.uniform(1e-4, 0.2)),
        }
        compare(answer, co_02, right_epsilon, [case])


co_02 = Exercise(
    id="co-02",
    title="What usable costs",
    answer="smallest_epsilon",
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "First turn the error of the share into an error of the count.",
        "The count may be off by t = error * people; its noise has scale 1 / ε.",
        "Solve exp(-ε t) = 0.05 for ε.",
    ),
    public=(right_for_a_clinic,),
    hidden=(right_for_any_crowd,),
    mistakes={
        "error-of-the-count": Mistake(
            message="You took `error` as an error of the count. It is one of the "
            "share, which is the count divided by the number of patients.",
            code="""
import math

def smallest_epsilon(people, error):
    return math.log(20) / error
""",
        ),
        "tail-at-95": Mistake(
            message="You let the share be usable in 5 % of all releases. It must be "
            "useless in 5 % at most.",
            code="""
import math

def smallest_epsilon(people, error):
    return -math.log(0.95) / (error * people)
""",
        ),
        "halved-tail": Mistake(
            message="You counted the tail twice. The probability given is that of "
            "both sides together.",
            code="""
import math

def smallest_epsilon(people, error):
    return math.log(40) / (error * people)
""",
        ),
        "normal-quantile": Mistake(
            message="1.96 standard deviations belong to normal noise. Laplace noise "
            "has heavier tails.",
            code="""
import math

def smallest_epsilon(people, error):
    return 1.96 * math.sqrt(2) / (error * people)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def smallest_epsilon(people, error):
    return -np.log(0.05) / people / error
""",
    ),
)

# co-03


def right_best_guess(prior, epsilon):
    return max(prior, 1 - prior, 1 / (1 + math.exp(-epsilon)))


CASES = [
    {"prior": 0.5, "epsilon": 1.0},
    {"prior": 0.6, "epsilon": 0.5},
    {"prior": 0.1, "epsilon": 3.0},
]


def right_at_even_odds_and_near(answer, rng):
    """beliefs of 50 %, 60 % and 10 %"""
    compare(answer, co_03, right_best_guess, CASES)


def strong_beliefs_stay(answer, rng):
    """beliefs of 99 % and of 10 % at ε = 1"""
    cases = [{"prior": prior, "epsilon": 1.0} for prior in (0.99, 0.1)]
    compare(answer, co_03, right_best_guess, [*CASES, *cases])


def right_for_any_belief(answer, rng):
    """any belief and any ε"""
    for _ in range(20):
        case = {
            "prior": float(rng.uniform(0.01, 0.99)),
            "epsilon": float(rng.uniform(0, 5)),
        }
        compare(answer, co_03, right_best_guess, [case])


co_03 = Exercise(
    id="co-03",
    title="What was known before",
    answer="best_guess",
    difficulty=3,
    minutes=12,
    points=3,
    hints=(
        "Write down the four chances: ill or not, answer yes or no.",
        "After a yes the guess is whichever of two of the four is larger. After a no?",
        "max(p t, (1 - p)(1 - t)) + max(p (1 - t), (1 - p) t), with t the chance of "
        "the truth.",
    ),
    public=(right_at_even_odds_and_near, strong_beliefs_stay),
    hidden=(right_for_any_belief,),
    mistakes={
        "answer-believed": Mistake(
            message="You always guess what the answer says. A strong belief is better "
            "than a noisy answer: guess the likelier state.",
            code="""
import math

def best_guess(prior, epsilon):
    return 1 / (1 + math.exp(-epsilon))
""",
        ),
        "after-a-yes": Mistake(
            message="That is the belief after a yes. The question is how often the "
            "guess is right, over both answers.",
            code="""
import math

def best_guess(prior, epsilon):
    odds = prior / (1 - prior) * math.exp(epsilon)
    return odds / (1 + odds)
""",
        ),
        "sure-of-no-forgotten": Mistake(
            message="You forgot that a small prior is a strong belief too: at 10 % "
            'whoever always says "not ill" is right in 90 %.',
            code="""
import math

def best_guess(prior, epsilon):
    return max(prior, 1 / (1 + math.exp(-epsilon)))
""",
        ),
        "prior-forgotten-after-no": Mistake(
            message="You added up only the cases in which Li is ill. Somebody who is "
            "not ill can be guessed right, too.",
            code="""
import math

def best_guess(prior, epsilon):
    truth = 1 / (1 + math.exp(-epsilon))
    return prior * truth + prior * (1 - truth)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def best_guess(prior, epsilon):
    truth = np.exp(epsilon) / (1 + np.exp(epsilon))
    joint = np.outer([prior, 1 - prior], [truth, 1 - truth])
    joint[1] = joint[1, ::-1]
    return joint.max(axis=0).sum()
""",
    ),
)

# co-04


def right_predictions_left(limit, spent, cost):
    return max(0, (limit - spent) // cost)


def some_fit(answer, rng):
    """ε = 2 promised, 0.5 spent, 0.4 each"""
    same(
        answer,
        co_04,
        right_predictions_left,
        {"limit": 2000, "spent": 500, "cost": 400},
    )
    same(
        answer,
        co_04,
        right_predictions_left,
        {"limit": 2000, "spent": 800, "cost": 400},
    )


def none_fit_when_overspent(answer, rng):
    """more was spent than promised"""
    case = {"limit": 1000, "spent": 1700, "cost": 300}
    same(answer, co_04, right_predictions_left, case)


def any_budget(answer, rng):
    """any limit, also one that is reached exactly"""
    for _ in range(20):
        cost, times = int(rng.integers(1, 500)), int(rng.integers(0, 50))
        case = {"spent": int(rng.integers(0, 3000)), "cost": cost}
        limit = (
            case["spent"] + cost * times + int(rng.integers(0, 2)) * (cost - 1)
        )
        same(answer, co_04, right_predictions_left, {"limit": limit, **case})


co_04 = Exercise(
    id="co-04",
    title="How many answers are left?",
    answer="predictions_left",
    difficulty=1,
    minutes=5,
    points=1,
    hints=(
        "How much of the budget is left, and how often does one cost fit into it?",
        "Part of a prediction cannot be served: which way do you round?",
        "`(limit - spent) // cost`, and 0 where that is negative.",
    ),
    public=(some_fit, none_fit_when_overspent),
    hidden=(any_budget,),
    mistakes={
        "rounded": Mistake(
            message="You serve one prediction too many: the last one would break "
            "the promise. Round down.",
            code="""
def predictions_left(limit, spent, cost):
    return max(0, round((limit - spent) / cost))
""",
        ),
        "spent-forgotten": Mistake(
            message="You forgot what is spent already.",
            code="""
def predictions_left(limit, spent, cost):
    return limit // cost
""",
        ),
        "negative": Mistake(
            message="The budget is overdrawn, and you serve a negative number of "
            "predictions. Nothing is left then: 0.",
            code="""
def predictions_left(limit, spent, cost):
    return (limit - spent) // cost
""",
        ),
    },
    also_right=(
        """
def predictions_left(limit, spent, cost):
    served = 0
    while spent + cost <= limit:
        spent, served = spent + cost, served + 1
    return served
""",
    ),
)

# co-05


def right_who_reaches(sees, yields, wanted):
    def reaches(thing, before=()):
        made = yields.get(thing, []) if thing not in before else []
        return thing == wanted or any(
            reaches(m, (*before, thing)) for m in made
        )

    return sorted(party for party in sees if any(map(reaches, sees[party])))


CLINIC = {
    "sees": {
        "server": ["update"],
        "user": ["answers"],
        "guest": ["update"],
        "auditor": ["image", "report"],
        "carrier": ["ciphertext"],
    },
    "yields": {
        "update": ["gradient"],
        "gradient": ["image"],
        "answers": ["model"],
        "model": ["membership"],
    },
}


def one_step_away(answer, rng):
    """the gradient in a federation: made from an update"""
    same(answer, co_05, right_who_reaches, {**CLINIC, "wanted": "gradient"})


def two_steps_away(answer, rng):
    """the image in a federation: seen, or rebuilt in two steps"""
    same(answer, co_05, right_who_reaches, {**CLINIC, "wanted": "image"})


def circles_end(answer, rng):
    """things that yield each other"""
    case = {
        "sees": {"b": ["x"], "a": ["z"], "c": []},
        "yields": {"x": ["y"], "y": ["x", "secret"], "z": ["z"]},
        "wanted": "secret",
    }
    same(answer, co_05, right_who_reaches, case)
    steps = {f"t{n}": [f"t{n + 1}"] for n in range(9)}
    case = {"sees": {"far": ["t0"]}, "yields": steps, "wanted": "t9"}
    same(answer, co_05, right_who_reaches, case)


def any_system(answer, rng):
    """any arrows between any things"""
    things = list("abcdefgh")
    for _ in range(15):
        sees = {
            f"party {n}": [
                str(t) for t in rng.choice(things, int(rng.integers(0, 3)))
            ]
            for n in range(4)
        }
        yields = {
            t: [str(m) for m in rng.choice(things, 1)] for t in things[:5]
        }
        case = {"sees": sees, "yields": yields, "wanted": "h"}
        same(answer, co_05, right_who_reaches, case)


co_05 = Exercise(
    id="co-05",
    title="Who can reach it in the end?",
    answer="who_reaches",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Start with what a party sees. What can it make of that? And of that again?",
        "Keep a set of what is known, and one of what is new; stop when nothing is new.",
        "`new = {m for t in new for m in yields.get(t, [])} - known` in a while loop.",
    ),
    public=(one_step_away, two_steps_away, circles_end),
    hidden=(any_system,),
    mistakes={
        "one-step": Mistake(
            message="You stopped too early. The server makes a gradient of the update, "
            "and an image of the gradient: go on until nothing is new.",
            code="""
def who_reaches(sees, yields, wanted):
    found = []
    for party, things in sees.items():
        made = [m for thing in things for m in yields.get(thing, [])]
        if wanted in [*things, *made]:
            found.append(party)
    return sorted(found)
""",
        ),
        "only-what-is-seen": Mistake(
            message="You listed only who sees it directly. An adversary makes more of "
            "what it sees: follow `yields`.",
            code="""
def who_reaches(sees, yields, wanted):
    return sorted(party for party, things in sees.items() if wanted in things)
""",
        ),
        "seen-forgotten": Mistake(
            message="You list only who must compute it. Who sees it at first has it, too.",
            code="""
def who_reaches(sees, yields, wanted):
    found = []
    for party, things in sees.items():
        made, new = set(), set(things)
        while new:
            new = {m for thing in new for m in yields.get(thing, [])} - made
            made |= new
        if wanted in made:
            found.append(party)
    return sorted(found)
""",
        ),
    },
    also_right=(
        """
def who_reaches(sees, yields, wanted):
    sources, before = {wanted}, None
    while sources != before:
        before = set(sources)
        sources |= {t for t, made in yields.items() if sources & set(made)}
    return sorted(party for party in sees if sources & set(sees[party]))
""",
    ),
)
