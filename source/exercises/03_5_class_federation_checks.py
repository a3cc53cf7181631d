"""Checks, hints and named mistakes of the exercises 03_5."""

import json

import numpy as np

from privlab.course.checking import compare
from privlab.course.exercise import Exercise, Mistake

# fl-21


def right_accepted(requests, keys):
    seen, good = set(), []
    for position, (arrived, node, key, signed_at) in enumerate(requests):
        fresh = -5 < arrived - signed_at < 305
        if (
            fresh
            and keys.get(node, "") == key
            and (node, signed_at) not in seen
        ):
            seen.add((node, signed_at))
            good.append(position)
    return good


KEYS = {"li": "k1", "mei": "k2"}
# At one o'clock: good; the same again; mei's key under li's name; nobody's name; too old;
# from the future; a stranger first, who must not use up mei's good request after it; two
# nodes that sign in the same second; and both ends of what is fresh.
AT_THE_DOOR = [
    (3600, "li", "k1", 3600),
    (3610, "li", "k1", 3600),
    (3620, "li", "k2", 3619),
    (3630, "wang", "k1", 3629),
    (3640, "mei", "k2", 3300),
    (3650, "mei", "k2", 3660),
    (3660, "mei", "k9", 3661),
    (3661, "mei", "k2", 3661),
    (3670, "li", "k1", 3660),
    (3671, "mei", "k2", 3660),
    (3672, "li", "k1", 3367),  # exactly 305 seconds old
    (3673, "li", "k1", 3678),  # exactly 5 seconds ahead
]


def right_for_a_busy_minute(answer, rng):
    """twelve requests: fresh, old, copied, and from strangers"""
    cases = [
        {"requests": AT_THE_DOOR, "keys": KEYS},
        {"requests": AT_THE_DOOR[:1], "keys": KEYS},
    ]
    compare(answer, fl_21, right_accepted, cases)


def right_for_any_requests(answer, rng):
    """any requests, at the very ends of the window as well"""
    names, ages = ["li", "mei", "wang"], [-6, -5, -4, 0, 100, 304, 305, 306]
    cases = []
    for _ in range(20):
        requests = []
        for arrived in np.sort(rng.integers(1000, 1100, 12)).tolist():
            node, key = str(rng.choice(names)), str(rng.choice(["k1", "k2"]))
            requests.append(
                (arrived, node, key, arrived - int(rng.choice(ages)))
            )
        cases.append({"requests": requests, "keys": KEYS})
    compare(answer, fl_21, right_accepted, cases)


ACCEPTED = """
def accepted(requests, keys):
    seen, good = set(), []
    for position, (arrived, node, key, signed_at) in enumerate(requests):
        fresh = {fresh}
        known = {known}
        if fresh and known{unseen}:
            seen.add((node, signed_at))
            good.append(position)
    return good
"""
FRESH, KNOWN = "-5 < arrived - signed_at < 305", "keys.get(node, '') == key"
UNSEEN = " and (node, signed_at) not in seen"

fl_21 = Exercise(
    id="fl-21",
    title="A door with a memory",
    answer="accepted",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Three questions for each request: fresh? the right key? not seen before?",
        "The key must be the one of that very name. What if the name is not in `keys`?",
        "Keep a set of `(node, signed_at)`, and add to it only what you accept.",
    ),
    public=(right_for_a_busy_minute,),
    hidden=(right_for_any_requests,),
    mistakes={
        "one-memory-for-all": Mistake(
            message="Your memory mixes nodes up. Two nodes may sign in the same second: "
            "remember who signed as well.",
            code=ACCEPTED.format(
                fresh=FRESH,
                known=KNOWN,
                unseen=" and signed_at not in [at for _, at in seen]",
            ),
        ),
        "no-memory": Mistake(
            message="You accept a copied signature again. Whoever overheard one has "
            "five minutes to use it.",
            code=ACCEPTED.format(fresh=FRESH, known=KNOWN, unseen=""),
        ),
        "any-key": Mistake(
            message="You accept any registered key under any name: then mei can speak "
            "for li. The key must be the one registered for that node.",
            code=ACCEPTED.format(
                fresh=FRESH, known="key in keys.values()", unseen=UNSEEN
            ),
        ),
        "ends-included": Mistake(
            message="You believe ages of exactly -5 or 305 seconds. They must lie "
            "strictly between.",
            code=ACCEPTED.format(
                fresh="-5 <= arrived - signed_at <= 305",
                known=KNOWN,
                unseen=UNSEEN,
            ),
        ),
        "from-the-future": Mistake(
            message="You accept signatures from the future. Somebody who could set a "
            "clock ahead for a moment would own signatures for next week.",
            code=ACCEPTED.format(
                fresh="arrived - signed_at < 305", known=KNOWN, unseen=UNSEEN
            ),
        ),
        "strangers-fill-the-memory": Mistake(
            message="A stranger's refused request makes you refuse the real node's. "
            "Remember only what you have accepted.",
            code="""
def accepted(requests, keys):
    seen, good = set(), []
    for position, (arrived, node, key, signed_at) in enumerate(requests):
        new = (node, signed_at) not in seen
        seen.add((node, signed_at))
        if new and -5 < arrived - signed_at < 305 and keys.get(node, "") == key:
            good.append(position)
    return good
""",
        ),
    },
    also_right=(
        """
def accepted(requests, keys):
    first = {}
    for position, (arrived, node, key, signed_at) in enumerate(requests):
        if -5 < arrived - signed_at < 305 and (node, key) in keys.items():
            first.setdefault((node, signed_at), position)
    return sorted(first.values())
""",
    ),
)

# fl-22


def right_counts(moved, predicted, rate, examples):
    return np.rint(examples * (predicted + moved / rate)).astype(int)


def node(rng, *, labels, rate, off):
    """A node's rows and what its one step did, seen with predictions that are off."""
    counts = rng.multinomial(
        rng.integers(50, 200), rng.dirichlet(np.ones(labels))
    )
    examples, own = int(counts.sum()), rng.dirichlet(np.full(labels, 9.0))
    noise = rng.uniform(-off, off, labels) / examples
    noise -= noise.mean()  # probabilities add up to 1
    return {
        "moved": rate * (counts / examples - own),
        "predicted": own + noise,
        "rate": rate,
        "examples": examples,
    }


def right_for_ten_digits(answer, rng):
    """nodes with ten digits, at two step sizes"""
    fixed = np.random.default_rng(22)
    cases = [node(fixed, labels=10, rate=rate, off=0.2) for rate in (0.1, 0.5)]
    compare(answer, fl_22, right_counts, cases)


def right_for_any_labels(answer, rng):
    """any number of labels and any step size"""
    sizes = zip(rng.integers(2, 12, 20), rng.uniform(0.01, 2, 20), strict=True)
    cases = [node(rng, labels=int(k), rate=float(r), off=0.2) for k, r in sizes]
    compare(answer, fl_22, right_counts, cases)


COUNTS = """
import numpy as np

def label_counts(moved, predicted, rate, examples):
    return np.rint(examples * ({share})).astype(int)
"""

fl_22 = Exercise(
    id="fl-22",
    title="Reading labels in a later round",
    answer="label_counts",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Solve the sentence about `moved[c]` for the share of the labels c.",
        "share = predicted + moved / rate.",
        "Times `examples`, rounded: `np.rint(...)`.",
    ),
    public=(right_for_ten_digits,),
    hidden=(right_for_any_labels,),
    mistakes={
        "first-round": Mistake(
            message="You took 1/10 for the predictions: that is the first round. Later "
            "the model already leans towards some digits, and `predicted` says how.",
            code=COUNTS.format(share="1 / len(moved) + moved / rate"),
        ),
        "no-rate": Mistake(
            message="You forgot the step size: the bias moves by `rate` times the "
            "difference of the shares.",
            code=COUNTS.format(share="predicted + moved"),
        ),
        "decimals-cut-off": Mistake(
            message="You cut the decimals off. 13.9 rows are nearer to 14 than to 13: "
            "round to the nearest.",
            code=COUNTS.format(share="predicted + moved / rate").replace(
                "rint", "floor"
            ),
        ),
        "other-sign": Mistake(
            message="You got the sign wrong. Training lifts the bias of labels that "
            "are there more often than predicted.",
            code=COUNTS.format(share="predicted - moved / rate"),
        ),
        "rate-on-the-wrong-side": Mistake(
            message="You multiplied by `rate`. moved = rate x difference, so the "
            "difference is moved / rate.",
            code=COUNTS.format(share="predicted + moved * rate"),
        ),
    },
    also_right=(
        """
import numpy as np

def label_counts(moved, predicted, rate, examples):
    return np.floor((moved + rate * predicted) * examples / rate + 0.5)
""",
    ),
)

# fl-23


def right_after(model, replies, timeout, nodes):
    there = [
        (n, update) for seconds, n, update in replies if seconds <= timeout
    ]
    if len(there) < nodes:
        return model
    total = sum(n for n, _ in there)
    return model + sum(n * update for n, update in there) / total


def a_round(rng, *, late, here, nodes, size=3):
    """A round with so many replies in time, the last at the very end, and late ones."""
    seconds = [*rng.uniform(1, 29, here - 1), 30.0, *rng.uniform(31, 99, late)]
    replies = [
        (float(s), int(rng.integers(10, 200)), rng.normal(0, 1, size))
        for s in rng.permutation(seconds)
    ]
    model = rng.normal(0, 1, size)
    return {"model": model, "replies": replies, "timeout": 30.0, "nodes": nodes}


def right_for_late_nodes(answer, rng):
    """rounds with nobody late, with two late, and with too few"""
    fixed = np.random.default_rng(23)
    plans = ((0, 4, 4), (2, 3, 2), (3, 2, 3))
    cases = [a_round(fixed, late=a, here=b, nodes=c) for a, b, c in plans]
    compare(answer, fl_23, right_after, cases)


def right_for_any_round(answer, rng):
    """any rounds; just enough nodes, and nobody at all"""
    cases = []
    for _ in range(20):
        here = int(rng.integers(1, 6))
        nodes = int(rng.integers(max(1, here - 1), here + 2))
        cases.append(
            a_round(rng, late=int(rng.integers(0, 4)), here=here, nodes=nodes)
        )
    cases.append(cases[0] | {"timeout": 0.5, "nodes": 1})
    compare(answer, fl_23, right_after, cases)


AFTER = """
def after_round(model, replies, timeout, nodes):
    there = [(n, update) for seconds, n, update in replies if {there}]
    if {few}:
        return model
    total = {total}
    return model + sum({term} for n, update in there) / total
"""
IN_TIME, FEW = "seconds <= timeout", "len(there) < nodes"
TOTAL, TERM = "sum(n for n, _ in there)", "n * update"

fl_23 = Exercise(
    id="fl-23",
    title="Going on without the late",
    answer="after_round",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "First make the list of replies that came in time. Are they enough?",
        "Both sums, of examples x update and of examples, run over that list alone.",
        "`model + sum(n * update for ...) / sum(n for ...)`.",
    ),
    public=(right_for_late_nodes,),
    hidden=(right_for_any_round,),
    mistakes={
        "divides-by-all": Mistake(
            message="You divide by the examples of late nodes as well. That counts "
            "them as nodes that want no change, and slows the training down.",
            code=AFTER.format(
                there=IN_TIME,
                few=FEW,
                total="sum(n for _, n, _ in replies)",
                term=TERM,
            ),
        ),
        "waits-for-all": Mistake(
            message="You let late replies count. By the timeout they are not there.",
            code=AFTER.format(there="True", few=FEW, total=TOTAL, term=TERM),
        ),
        "too-few-count": Mistake(
            message="You move the model with fewer than `nodes` replies. Then one node "
            "may decide alone.",
            code=AFTER.format(
                there=IN_TIME, few="not there", total=TOTAL, term=TERM
            ),
        ),
        "unweighted": Mistake(
            message="You gave every node the same weight. A node counts by its "
            "examples.",
            code=AFTER.format(
                there=IN_TIME, few=FEW, total="len(there)", term="update"
            ),
        ),
    },
    also_right=(
        """
import numpy as np

def after_round(model, replies, timeout, nodes):
    examples = [n for s, n, _ in replies if s <= timeout]
    updates = [u for s, _, u in replies if s <= timeout]
    if len(updates) < nodes:
        return np.array(model)
    return np.average(np.array(updates), axis=0, weights=examples) + model
""",
    ),
)

# fl-24


def right_next(journal):
    done = 0
    for line in journal.split("\n")[:-1]:
        event = json.loads(line)
        done = event.get("done", event.get("round", done))
    return done + 1


def lines(*events, torn=""):
    """A journal of these events: ("start", done), ("round", r), or a name alone."""
    key = {"start": "done", "round": "round"}
    told = [
        {"event": e[0], key[e[0]]: e[1], "time": 1.5}
        if isinstance(e, tuple)
        else {"event": e}
        for e in events
    ]
    return "".join(json.dumps(event) + "\n" for event in told) + torn


TALK = ("asked", "answered")
JOURNALS = (
    lines(
        ("start", 0),
        ("round", 0),
        *TALK,
        ("round", 1),
        *TALK,
        ("round", 2),
        *TALK,
    ),
    lines(
        ("start", 0),
        ("round", 0),
        *TALK,
        ("round", 1),
        "asked",
        ("start", 1),
        *TALK,
    ),
    lines(
        *((("round", r)) for r in range(6)),
        ("start", 0),
        ("round", 0),
        ("round", 1),
    ),
    lines(("start", 4), *TALK, ("round", 5), *TALK, torn='{"event": "rou'),
    lines(
        ("start", 0),
        ("round", 0),
        *TALK,
        ("round", 1),
        ("start", 0),
        "asked",
    ),
    lines(
        ("start", 0),
        ("round", 0),
        *TALK,
        ("round", 1),
        torn='{"event": "round", "round": 2}',
    ),
)


def right_for_five_bad_days(answer, rng):
    """an interrupted run, a resumed one, one begun anew, and torn last lines"""
    compare(answer, fl_24, right_next, [{"journal": text} for text in JOURNALS])


def right_for_any_journal(answer, rng):
    """any journals, the empty one too, torn anywhere"""
    cases = [{"journal": ""}]
    for _ in range(20):
        done, rounds = (int(n) for n in rng.integers(0, 5, 2))
        events = [("start", done)]
        for number in range(done + 1, done + 1 + rounds):
            events += [*TALK, ("round", number)]
        text = lines(*events, *TALK)
        whole = lines(("start", 0), ("round", 0), ("round", 9)) + text
        cases.append(
            {"journal": whole[: len(whole) - int(rng.integers(0, len(text)))]}
        )
    compare(answer, fl_24, right_next, cases)


NEXT = """
import json

def next_round(journal):
    events = [json.loads(line) for line in journal.split("\\n")[:-1]]
    done = 0
    for event in events:
        if event["event"] == "start":
            done = {start}
        if event["event"] == "{finished}":
            done = {counted}
    return done + {more}
"""

fl_24 = Exercise(
    id="fl-24",
    title="After the power cut",
    answer="next_round",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Everything after the last newline goes first: `journal.split('\\n')[:-1]`.",
        "Walk through the lines and keep one number: the rounds that are done.",
        'A "start" sets it to its "done", a "round" to its "round". Add one at the end.',
    ),
    public=(right_for_five_bad_days,),
    hidden=(right_for_any_journal,),
    mistakes={
        "no-newline-no-matter": Mistake(
            message="You read a line without its end. It may be torn, even where it can "
            "be read; only the newline says that it was written whole.",
            code="""
import json

def next_round(journal):
    done = 0
    for line in journal.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if event["event"] == "start":
            done = event["done"]
        if event["event"] == "round":
            done = event["round"]
    return done + 1
""",
        ),
        "answers-count": Mistake(
            message="You count a round once its replies are there. They were in the "
            "memory of a process that is gone: only a saved model is finished.",
            code=NEXT.format(
                start='event["done"]',
                finished="answered",
                counted="done + 1",
                more=1,
            ),
        ),
        "old-runs-count": Mistake(
            message="You count rounds of a run that was begun anew since. A start "
            'with "done": 0 forgets what was before.',
            code=NEXT.format(
                start="done",
                finished="round",
                counted='max(done, event["round"])',
                more=1,
            ),
        ),
        "once-more": Mistake(
            message="You repeat the last finished round: its model would be trained "
            "twice. Go on with the next.",
            code=NEXT.format(
                start='event["done"]',
                finished="round",
                counted='event["round"]',
                more=0,
            ),
        ),
        "starts-ignored": Mistake(
            message="You went by the last finished round alone. After it a run may "
            'have begun anew: its "start" says where, also before any round is done.',
            code=NEXT.format(
                start="done", finished="round", counted='event["round"]', more=1
            ),
        ),
        "begins-anew": Mistake(
            message="You begin every start at zero. A run that resumes says after "
            'which round: its "done".',
            code=NEXT.format(
                start="0", finished="round", counted='event["round"]', more=1
            ),
        ),
    },
    also_right=(
        """
import json

def next_round(journal):
    whole = journal[: journal.rfind(chr(10)) + 1].splitlines()
    for event in map(json.loads, reversed(whole)):
        if event["event"] in ("start", "round"):
            return 1 + event["done" if event["event"] == "start" else "round"]
    return 1
""",
    ),
)

# fl-25


def right_guarded(updates, examples, most, factor):
    sound = np.isfinite(updates).all(axis=1)
    if not sound.any():
        return np.zeros(updates.shape[1])
    kept, weights = updates[sound], np.minimum(examples[sound], most)
    lengths = np.linalg.norm(kept, axis=1)
    bound = factor * np.median(lengths)
    scale = np.where(
        lengths > bound, bound / np.where(lengths > 0, lengths, 1), 1
    )
    return np.average(kept * scale[:, None], axis=0, weights=weights)


def cheated_round(rng, *, nodes, size, factor=2.0):
    """Honest nodes, one with NaN, one a thousand times too long, one too heavy."""
    updates = rng.normal(0, 1, (nodes, size))
    examples = rng.integers(50, 200, nodes).astype(float)
    updates[0, rng.integers(size)] = rng.choice([np.nan, np.inf])
    updates[1] *= 1000
    examples[2] = 1e9
    return {
        "updates": updates,
        "examples": examples,
        "most": 300,
        "factor": factor,
    }


def right_against_three_cheats(answer, rng):
    """seven nodes: NaN, a thousandfold update, a claim of a billion examples"""
    fixed = np.random.default_rng(25)
    cases = [cheated_round(fixed, nodes=7, size=4) for _ in range(2)]
    compare(answer, fl_25, right_guarded, cases)


def right_for_any_updates(answer, rng):
    """any updates and factors, no sound one, and all of length zero"""
    sizes = rng.integers((4, 1), (12, 9), (20, 2))
    cases = [
        cheated_round(
            rng, nodes=int(n), size=int(d), factor=float(rng.uniform(1, 4))
        )
        for n, d in sizes
    ]
    lost = cases[0] | {"updates": np.full_like(cases[0]["updates"], np.nan)}
    still = cases[0] | {"updates": np.zeros_like(cases[0]["updates"])}
    compare(answer, fl_25, right_guarded, [*cases, lost, still])


GUARDED = """
import numpy as np

def guarded_mean(updates, examples, most, factor):
    {sound}
    if not len(kept):
        return np.zeros(updates.shape[1])
    weights = {weights}
    lengths = np.linalg.norm(kept, axis=1)
    bound = factor * np.{middle}(lengths)
    scale = {scale}
    return weights @ (kept * scale[:, None]) / weights.sum()
"""
LEFT_OUT = (
    "sound = np.isfinite(updates).all(axis=1); "
    "kept, examples = updates[sound], examples[sound]"
)
SHORTER = "np.minimum(1, bound / np.maximum(lengths, 1e-300))"
HONEST = {
    "sound": LEFT_OUT,
    "weights": "np.minimum(examples, most)",
    "middle": "median",
    "scale": SHORTER,
}

fl_25 = Exercise(
    id="fl-25",
    title="A guard that wastes less",
    answer="guarded_mean",
    difficulty=3,
    minutes=20,
    points=3,
    hints=(
        "Leave out first, then cap, then shorten, then average.",
        "`np.isfinite(updates).all(axis=1)` says which rows stay. Take the same rows of "
        "`examples`.",
        "A row longer than the bound is multiplied by bound / length. The weights in "
        "the mean are the capped examples.",
    ),
    public=(right_against_three_cheats,),
    hidden=(right_for_any_updates,),
    mistakes={
        "nan-becomes-zero": Mistake(
            message="You turned what is not finite into zero and kept its weight. Then "
            "a node that sends nonsense still slows everybody down: leave it out.",
            code=GUARDED.format(
                **HONEST
                | {
                    "sound": "kept = np.nan_to_num(updates, nan=0, posinf=0, neginf=0)"
                }
            ),
        ),
        "mean-length": Mistake(
            message="You measured by the mean of the lengths. One huge update lifts the "
            "mean, and with it the bound that should stop it. Use the median.",
            code=GUARDED.format(**HONEST | {"middle": "mean"}),
        ),
        "believes-the-weight": Mistake(
            message="You believed a claim of a billion examples: that node's update is "
            "now the mean. Cap the claims at `most`.",
            code=GUARDED.format(**HONEST | {"weights": "examples"}),
        ),
        "throws-away": Mistake(
            message="You left out what is too long. Here it is shortened: its direction "
            "may be honest.",
            code=GUARDED.format(
                **HONEST
                | {
                    "scale": "(lengths <= bound) * 1.0; "
                    "weights = weights * (lengths <= bound)"
                }
            ),
        ),
    },
    also_right=(
        """
import numpy as np

def guarded_mean(updates, examples, most, factor):
    pairs = [
        (row, min(n, most), np.sqrt(row @ row))
        for row, n in zip(updates, examples)
        if np.all(np.isfinite(row))
    ]
    if not pairs:
        return np.zeros(len(updates[0]))
    bound = factor * np.median([length for _, _, length in pairs])
    total = sum(n for _, n, _ in pairs)
    cut = [(row * bound / l if l > bound else row, n) for row, n, l in pairs]
    return sum(row * n for row, n in cut) / total
""",
    ),
)
