"""Checks, hints and named mistakes of the exercises 04_3."""

from itertools import product

import numpy as np

from privlab.course.checking import close, compare, compare_results
from privlab.course.exercise import Exercise, Mistake, Wrong, expect, mistaken
from privlab.experiments.two_valleys import (
    fedavg_limit,
    optimum,
    scaffold_round,
)

# fl-11


def right_pooled_deviation(sizes, means, deviations):
    """From the sums of x and of x squared, which clinics could send instead."""
    squares = deviations**2 + means**2
    mean, square = np.average([means, squares], axis=1, weights=sizes)
    return np.sqrt(square - mean**2)


def clinics(sizes, means, deviations) -> list[dict]:
    told = {"sizes": sizes, "means": means, "deviations": deviations}
    return [{name: np.array(each) for name, each in told.items()}]


def right_for_three_clinics(answer, rng):
    """three clinics of 10, 40 and 150 patients"""
    cases = clinics([10, 40, 150], [3.0, 7.0, 4.0], [1.0, 2.5, 1.5])
    compare(answer, fl_11, right_pooled_deviation, cases)


def right_for_any_clinics(answer, rng):
    """any clinics, with patients drawn at random"""
    for _ in range(5):
        count = int(rng.integers(1, 12))
        people = [
            rng.normal(rng.normal(0, 3), 1, int(rng.integers(2, 60)))
            for _ in range(count)
        ]
        cases = clinics(
            [len(each) for each in people],
            [each.mean() for each in people],
            [each.std() for each in people],
        )
        compare(answer, fl_11, right_pooled_deviation, cases)
        known = np.concatenate(people).std()
        expect(
            close(answer(**cases[0]), known),
            "the patients' own deviation differs",
        )


fl_11 = Exercise(
    id="fl-11",
    title="A standard deviation that nobody could compute alone",
    answer="pooled_deviation",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Two clinics, one with all values 0, the other with all values 10: both "
        "deviations are 0. What is the pooled one?",
        "The squared distances of a clinic's patients to the common mean are on average "
        "its variance plus the squared distance of its mean to the common mean.",
        "With `weights = sizes / sizes.sum()`: the root of the weighted mean of "
        "`deviations**2 + (means - weights @ means) ** 2`.",
    ),
    public=(right_for_three_clinics,),
    hidden=(right_for_any_clinics,),
    mistakes={
        "within-only": Mistake(
            message="You averaged the variances. That is the spread inside the clinics; "
            "the spread between their means is missing.",
            code="""
import numpy as np

def pooled_deviation(sizes, means, deviations):
    return np.sqrt(sizes @ deviations**2 / sizes.sum())
""",
        ),
        "between-only": Mistake(
            message="You took the spread of the clinics' means. Their patients spread "
            "around these means, too.",
            code="""
import numpy as np

def pooled_deviation(sizes, means, deviations):
    weights = sizes / sizes.sum()
    return np.sqrt(weights @ (means - weights @ means) ** 2)
""",
        ),
        "mean-deviation": Mistake(
            message="You averaged the deviations. Squares add up, their roots do not.",
            code="""
def pooled_deviation(sizes, means, deviations):
    return deviations @ sizes / sizes.sum()
""",
        ),
        "clinics-count-once": Mistake(
            message="Each clinic counts once in your formula. Each patient should.",
            code="""
import numpy as np

def pooled_deviation(sizes, means, deviations):
    return np.sqrt(np.mean(deviations**2 + (means - means.mean()) ** 2))
""",
        ),
        "plain-centre": Mistake(
            message="Your distances are taken from the plain mean of the means. The mean "
            "of all patients is the weighted one.",
            code="""
import numpy as np

def pooled_deviation(sizes, means, deviations):
    weights = sizes / sizes.sum()
    return np.sqrt(weights @ (deviations**2 + (means - means.mean()) ** 2))
""",
        ),
    },
    also_right=(
        """
import numpy as np

def pooled_deviation(sizes, means, deviations):
    n = sizes.sum()
    total, squares = sizes @ means, sizes @ (deviations**2 + means**2)
    return float(np.sqrt(squares / n - (total / n) ** 2))
""",
    ),
)

# fl-12


def right_straggler_limit(curvatures, minima, sizes, steps, rate):
    weights = sizes / sizes.sum()
    left = (1 - rate * curvatures) ** steps
    return weights @ ((1 - left) * minima) / (1 - weights @ left)


def valleys(curvatures, minima, sizes, **others) -> dict:
    told = {"curvatures": curvatures, "minima": minima, "sizes": sizes}
    return {name: np.array(each) for name, each in told.items()} | others


def any_valleys(rng, **others) -> dict:
    count = int(rng.integers(2, 7))
    curvatures, minima = rng.uniform(0.5, 9, count), rng.normal(0, 3, count)
    return valleys(curvatures, minima, rng.integers(5, 90, count), **others)


def right_for_two_speeds(answer, rng):
    """two clients, one twenty times as fast as the other; and three others"""
    steps = np.array([1, 20])
    two = valleys([2.0, 2.0], [0.0, 1.0], [30, 10], steps=steps, rate=0.05)
    steps = np.array([4, 1, 9])
    three = valleys(
        [1.0, 5, 3], [-2.0, 4, 1], [9, 40, 20], steps=steps, rate=0.1
    )
    compare(answer, fl_12, right_straggler_limit, [two, three])


def right_for_any_speeds(answer, rng):
    """any clients at any speeds"""
    cases = [any_valleys(rng, rate=rng.uniform(0.01, 0.1)) for _ in range(12)]
    for case in cases:
        case["steps"] = rng.integers(1, 30, len(case["sizes"]))
    compare(answer, fl_12, right_straggler_limit, cases)
    case = cases[0] | {"steps": np.full(len(cases[0]["sizes"]), 7)}
    weights = case["sizes"] / case["sizes"].sum()
    known = fedavg_limit(
        case["curvatures"], case["minima"], weights, rate=case["rate"], steps=7
    )
    expect(
        close(answer(**case), known), "at one speed the lesson's limit is right"
    )


fl_12 = Exercise(
    id="fl-12",
    title="Where stragglers leave the model",
    answer="straggler_limit",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Follow one client from θ through its steps: what happens to its distance to "
        "c_k?",
        "It ends at c_k + (1 - rate a_k)^steps_k (θ - c_k). The mean of these ends, with "
        "the weights n_k / n, must be θ again.",
        "A weighted mean of the minima, with weights n_k (1 - (1 - rate a_k)^steps_k), "
        "divided by their sum.",
    ),
    public=(right_for_two_speeds,),
    hidden=(right_for_any_speeds,),
    mistakes={
        "best-model": Mistake(
            message="That is the lowest point of the pooled loss. With more than one "
            "local step the server does not get there.",
            code="""
def straggler_limit(curvatures, minima, sizes, steps, rate):
    return (sizes * curvatures) @ minima / (sizes @ curvatures)
""",
        ),
        "all-done": Mistake(
            message="That is the mean of the clients' own best models, as if each had "
            "made endless steps.",
            code="""
def straggler_limit(curvatures, minima, sizes, steps, rate):
    return sizes @ minima / sizes.sum()
""",
        ),
        "clients-count-once": Mistake(
            message="The sizes are missing: the server's mean has the weights n_k / n.",
            code="""
def straggler_limit(curvatures, minima, sizes, steps, rate):
    pull = 1 - (1 - rate * curvatures) ** steps
    return pull @ minima / pull.sum()
""",
        ),
        "one-speed": Mistake(
            message="You gave every client the same number of steps, the mean.",
            code="""
def straggler_limit(curvatures, minima, sizes, steps, rate):
    pull = sizes * (1 - (1 - rate * curvatures) ** steps.mean())
    return pull @ minima / pull.sum()
""",
        ),
        "steps-multiplied": Mistake(
            message="Your clients pull steps times as hard as with one step. Each step "
            "starts nearer to c_k than the one before: powers, not multiples.",
            code="""
def straggler_limit(curvatures, minima, sizes, steps, rate):
    pull = sizes * rate * curvatures * steps
    return pull @ minima / pull.sum()
""",
        ),
        "what-is-left": Mistake(
            message="You weigh by (1 - rate a)^steps, the part of the way that is left. "
            "A client pulls by the part that it goes.",
            code="""
def straggler_limit(curvatures, minima, sizes, steps, rate):
    pull = sizes * (1 - rate * curvatures) ** steps
    return pull @ minima / pull.sum()
""",
        ),
    },
    also_right=(
        """
import numpy as np

def straggler_limit(curvatures, minima, sizes, steps, rate):
    def round_of(theta):
        ends = minima + (1 - rate * curvatures) ** steps * (theta - minima)
        return np.average(ends, weights=sizes)
    at_0, at_1 = round_of(0.0), round_of(1.0)
    return at_0 / (1 - (at_1 - at_0))
""",
    ),
)

# fl-13


def right_scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    """The mean gradient is added up on the way."""
    model, total = np.array(theta, float), np.zeros(len(theta))
    for _ in range(steps):
        gradient = matrix @ model - vector
        total = total + gradient
        model = model - rate * (gradient - own + everyones)
    return np.array([model, total / steps])


def a_client(rng, width: int, **others) -> list[dict]:
    rows = rng.normal(size=(width + 2, width))
    names = ("theta", "vector", "own", "everyones")
    case = {name: rng.normal(size=width) for name in names}
    return [{**case, "matrix": rows.T @ rows / (width + 2), **others}]


def right_for_two_steps(answer, rng):
    """a model of three numbers, two steps and five"""
    fixed = np.random.default_rng(1)
    cases = a_client(fixed, 3, rate=0.1, steps=2)
    cases += a_client(fixed, 3, rate=0.2, steps=5)
    compare(answer, fl_13, right_scaffold_client, cases)


def right_for_any_client(answer, rng):
    """any client; and a federation of two settles at the best model"""
    cases = []
    for _ in range(8):
        width, steps = int(rng.integers(1, 6)), int(rng.integers(1, 12))
        cases += a_client(
            rng, width, rate=float(rng.uniform(0.01, 0.3)), steps=steps
        )
    compare(answer, fl_13, right_scaffold_client, cases)
    curvatures, minima = rng.uniform(1, 9, 2), rng.normal(size=2)
    weights = np.array([0.3, 0.7])
    theta, controls = 0.5, rng.normal(size=2)
    expected = scaffold_round(
        (theta, controls), curvatures, minima, weights, rate=0.1, steps=3
    )
    rest = {
        "everyones": np.array([weights @ controls]),
        "rate": 0.1,
        "steps": 3,
    }
    own = [
        {
            "theta": np.array([theta]),
            "matrix": np.array([[a]]),
            "vector": np.array([a * c]),
            "own": np.array([control]),
        }
        for a, c, control in zip(curvatures, minima, controls, strict=True)
    ]
    both = answer.each([client | rest for client in own])
    models, new = np.array(both)[:, :, 0].T
    same = close(weights @ models, expected[0]) and close(new, expected[1])
    expect(same, "two such clients do not make the lesson's round")


fl_13 = Exercise(
    id="fl-13",
    title="One client of SCAFFOLD",
    answer="scaffold_client",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Write the loop first, with own and everyones all 0: that is plain descent. Then "
        "add the correction to each step.",
        "All the steps together are rate times the sum of (gradient - own + everyones), "
        "and they are theta minus the last model. Solve for the mean gradient.",
        "The new control variate is (theta - model) / (rate * steps) + own - everyones. "
        "Return np.array([model, new]).",
    ),
    public=(right_for_two_steps,),
    hidden=(right_for_any_client,),
    mistakes={
        "wrong-way": Mistake(
            message="Your correction has the wrong sign: take the client's own direction "
            "away, and put everybody's in its place.",
            code="""
import numpy as np

def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    model = theta
    for _ in range(steps):
        model = model - rate * (matrix @ model - vector + own - everyones)
    return np.array([model, (theta - model) / (rate * steps) - own + everyones])
""",
        ),
        "plain-descent": Mistake(
            message="Your steps have no correction. That is FedAvg, and it drifts.",
            code="""
import numpy as np

def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    model = theta
    for _ in range(steps):
        model = model - rate * (matrix @ model - vector)
    return np.array([model, (theta - model) / (rate * steps)])
""",
        ),
        "corrected-control": Mistake(
            message="Your new control variate is the mean of the corrected steps. Take "
            "the correction off again: it is to be the client's own gradient.",
            code="""
import numpy as np

def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    model = theta
    for _ in range(steps):
        model = model - rate * (matrix @ model - vector - own + everyones)
    return np.array([model, (theta - model) / (rate * steps)])
""",
        ),
        "rate-forgotten": Mistake(
            message="You divided the way by the number of steps only. A way is a gradient "
            "times the rate.",
            code="""
import numpy as np

def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    model = theta
    for _ in range(steps):
        model = model - rate * (matrix @ model - vector - own + everyones)
    return np.array([model, (theta - model) / steps + own - everyones])
""",
        ),
        "last-gradient": Mistake(
            message="Your new control variate is the gradient at the last model. It is to "
            "be the mean over the models from which the client stepped.",
            code="""
import numpy as np

def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    model = theta
    for _ in range(steps):
        model = model - rate * (matrix @ model - vector - own + everyones)
    return np.array([model, matrix @ model - vector])
""",
        ),
        "first-gradient": Mistake(
            message="Your new control variate is the gradient at the server's model, the "
            "paper's option I. Here it is to be the mean on the way.",
            code="""
import numpy as np

def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    model = theta
    for _ in range(steps):
        model = model - rate * (matrix @ model - vector - own + everyones)
    return np.array([model, matrix @ theta - vector])
""",
        ),
    },
    also_right=(
        """
import numpy as np

def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    models = [theta]
    for _ in range(steps):
        slope = matrix @ models[-1] - vector
        models.append(models[-1] - rate * (slope - own + everyones))
    return models[-1], matrix @ np.mean(models[:-1], axis=0) - vector
""",
    ),
)

# fl-14


def right_repaired_round(start, models, sizes):
    before = np.vstack([start, models[:-1]])
    return start - np.average(models - before, axis=0, weights=sizes)


def a_log(rng, count: int, width: int) -> list[dict]:
    start, climbs = (
        rng.normal(size=width),
        rng.normal(size=(count, width)) / 100,
    )
    models = start + climbs.cumsum(axis=0)
    return [
        {"start": start, "models": models, "sizes": rng.integers(5, 90, count)}
    ]


def right_for_one_log(answer, rng):
    """a log of ten clients and four weights"""
    case = a_log(np.random.default_rng(2), 10, 4)
    compare(answer, fl_14, right_repaired_round, case)


def right_for_any_log(answer, rng):
    """any log, of one client as well"""
    cases = []
    for count in (1, 2, 5, 10, 30):
        cases += a_log(rng, count, int(rng.integers(1, 8)))
    compare(answer, fl_14, right_repaired_round, cases)


fl_14 = Exercise(
    id="fl-14",
    title="The article's round, repaired from its log",
    answer="repaired_round",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "How do you get client 3's gradient (times the rate) out of the log? Which two "
        "models do you need?",
        "models[2] - models[1]; for the first client, models[0] - start. These are climbs: "
        "a correct round goes the other way.",
        "`steps = np.diff(models, axis=0, prepend=start[None])`; from `start` subtract "
        "their mean with the weights `sizes / sizes.sum()`.",
    ),
    public=(right_for_one_log,),
    hidden=(right_for_any_log,),
    mistakes={
        "still-climbing": Mistake(
            message="You added the clients' steps. They were steps uphill.",
            code="""
import numpy as np

def repaired_round(start, models, sizes):
    steps = np.diff(models, axis=0, prepend=start[None])
    return start + sizes @ steps / sizes.sum()
""",
        ),
        "from-the-start": Mistake(
            message="You took each model's distance from the server's. In the chain that "
            "holds the steps of all clients before it as well.",
            code="""
def repaired_round(start, models, sizes):
    return start - sizes @ (models - start) / sizes.sum()
""",
        ),
        "mean-of-models": Mistake(
            message="You averaged the models. They are uphill, and each contains the "
            "steps of those before it.",
            code="""
def repaired_round(start, models, sizes):
    return sizes @ models / sizes.sum()
""",
        ),
        "clients-count-once": Mistake(
            message="Each client counts once in your mean. Weigh by the sizes.",
            code="""
import numpy as np

def repaired_round(start, models, sizes):
    return start - np.diff(models, axis=0, prepend=start[None]).mean(axis=0)
""",
        ),
        "sum-of-steps": Mistake(
            message="You went all the clients' steps one after the other. From a common "
            "start their mean is one step.",
            code="""
def repaired_round(start, models, sizes):
    return start - (models[-1] - start)
""",
        ),
    },
    also_right=(
        """
def repaired_round(start, models, sizes):
    total, before = 0 * start, start
    for model, size in zip(models, sizes):
        total = total + size * (model - before)
        before = model
    return (start - total / sizes.sum()).tolist()
""",
    ),
)

# fl-15


def right_best_steps(curvatures, minima, sizes, rate, message, tolerance):
    """θ after r rounds is limit (1 - shrink^r): all rounds at once."""
    weights = sizes / sizes.sum()
    best = optimum(curvatures, minima, weights)
    times = np.full(21, np.inf)
    for steps in range(1, 21):
        limit = fedavg_limit(
            curvatures, minima, weights, rate=rate, steps=steps
        )
        shrink = weights @ (1 - rate * curvatures) ** steps
        theta = limit * (1 - shrink ** np.arange(1, 101))
        there = np.flatnonzero(np.abs(theta - best) <= tolerance)
        if len(there):
            times[steps] = (there[0] + 1) * (message + steps)
    return int(times.argmin()) if np.isfinite(times).any() else 0


# The smaller client has the steeper valley.
CLIENTS = ([1.0, 9.0], [0.0, 1.0], [30, 10])


def right_for_cheap_and_dear_messages(answer, rng):
    """two clients; messages of 2, 10 and 100 steps, strict and loose tolerances"""
    cases = [
        valleys(*CLIENTS, rate=0.02, message=message, tolerance=tolerance)
        for message, tolerance in ((2, 0.2), (2, 0.1), (10, 0.05), (100, 0.02))
    ]
    compare(answer, fl_15, right_best_steps, cases)


def right_at_the_edges(answer, rng):
    """equal times, twenty steps, the hundredth round, a best model below 0, one passed"""
    told = [
        ([1.0, 9.0], [0.0, 1.0], 0.002, 1, 0.2),
        ([1.0, 9.0], [0.0, -1.0], 0.002, 5, 0.15),
        ([1.0, 4.0], [0.0, 1.0], 0.002, 0, 0.02),
        ([1.0, 4.0], [0.0, 1.0], 0.002, 1, 0.03),
        ([1.0, 9.0], [1.0, 0.0], 0.02, 10, 0.1),
    ]
    cases = [
        valleys(a, c, [30, 10], rate=rate, message=message, tolerance=tolerance)
        for a, c, rate, message, tolerance in told
    ]
    compare(answer, fl_15, right_best_steps, cases)


def right_for_any_federation(answer, rng):
    """any federation, and one that never gets there"""
    cases = [valleys(*CLIENTS, rate=1e-4, message=5, tolerance=0.001)]
    for _ in range(3):
        case = any_valleys(
            rng,
            rate=float(rng.uniform(0.01, 0.1)),
            message=int(rng.integers(0, 60)),
            tolerance=float(10 ** rng.uniform(-3, -1)),
        )
        cases.append(case)
    compare(answer, fl_15, right_best_steps, cases)


fl_15 = Exercise(
    id="fl-15",
    title="How many local steps?",
    answer="best_steps",
    difficulty=3,
    minutes=20,
    points=3,
    hints=(
        "For one number of local steps: run round after round until the model is near "
        "enough, and note the time. Then compare the twenty times.",
        "A round takes θ to the weighted mean of c_k + (1 - rate a_k)^E (θ - c_k). The "
        "best model is the mean of the c_k with the weights n_k a_k.",
        "Two loops, `for steps in range(1, 21)` and `for rounds in range(1, 101)`, with a "
        "`break`; keep `rounds * (message + steps)` in a dict and take "
        "`min(times, key=times.get, default=0)`.",
    ),
    public=(right_for_cheap_and_dear_messages, right_at_the_edges),
    hidden=(right_for_any_federation,),
    mistakes={
        "near-its-own-limit": Mistake(
            message="You measure the distance to the place where FedAvg settles. It must "
            "come near the best model, which is another one.",
            code="""
def best_steps(curvatures, minima, sizes, rate, message, tolerance):
    weights, times = sizes / sizes.sum(), {}
    for steps in range(1, 21):
        left = (1 - rate * curvatures) ** steps
        limit = weights @ ((1 - left) * minima) / (1 - weights @ left)
        theta = 0.0
        for rounds in range(1, 101):
            theta = weights @ (minima + left * (theta - minima))
            if abs(theta - limit) <= tolerance:
                times[steps] = rounds * (message + steps)
                break
    return min(times, key=times.get, default=0)
""",
        ),
        "fewest-rounds": Mistake(
            message="You chose the fewest rounds. A round with many local steps takes "
            "longer.",
            code="""
def best_steps(curvatures, minima, sizes, rate, message, tolerance):
    weights, times = sizes / sizes.sum(), {}
    best = (weights * curvatures) @ minima / (weights @ curvatures)
    for steps in range(1, 21):
        left = (1 - rate * curvatures) ** steps
        theta = 0.0
        for rounds in range(1, 101):
            theta = weights @ (minima + left * (theta - minima))
            if abs(theta - best) <= tolerance:
                times[steps] = rounds
                break
    return min(times, key=times.get, default=0)
""",
        ),
        "one-message": Mistake(
            message="You pay for one message in all. Every round needs one.",
            code="""
def best_steps(curvatures, minima, sizes, rate, message, tolerance):
    weights, times = sizes / sizes.sum(), {}
    best = (weights * curvatures) @ minima / (weights @ curvatures)
    for steps in range(1, 21):
        left = (1 - rate * curvatures) ** steps
        theta = 0.0
        for rounds in range(1, 101):
            theta = weights @ (minima + left * (theta - minima))
            if abs(theta - best) <= tolerance:
                times[steps] = message + rounds * steps
                break
    return min(times, key=times.get, default=0)
""",
        ),
        "clients-count-once": Mistake(
            message="The sizes are missing, in the server's mean and in the pooled loss.",
            code="""
def best_steps(curvatures, minima, sizes, rate, message, tolerance):
    times = {}
    best = curvatures @ minima / curvatures.sum()
    for steps in range(1, 21):
        left = (1 - rate * curvatures) ** steps
        theta = 0.0
        for rounds in range(1, 101):
            theta = (minima + left * (theta - minima)).mean()
            if abs(theta - best) <= tolerance:
                times[steps] = rounds * (message + steps)
                break
    return min(times, key=times.get, default=0)
""",
        ),
        "mean-of-minima": Mistake(
            message="Your best model is the mean of the clients' best models. The lowest "
            "point of the pooled loss depends on the curvatures.",
            code="""
def best_steps(curvatures, minima, sizes, rate, message, tolerance):
    weights, times = sizes / sizes.sum(), {}
    for steps in range(1, 21):
        left = (1 - rate * curvatures) ** steps
        theta = 0.0
        for rounds in range(1, 101):
            theta = weights @ (minima + left * (theta - minima))
            if abs(theta - weights @ minima) <= tolerance:
                times[steps] = rounds * (message + steps)
                break
    return min(times, key=times.get, default=0)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def best_steps(curvatures, minima, sizes, rate, message, tolerance):
    best = np.average(minima, weights=sizes * curvatures)
    fastest, choice = np.inf, 0
    for steps in range(1, 21):
        theta, time = 0.0, 0
        while abs(theta - best) > tolerance and time < 100 * (message + steps):
            local = np.full(len(minima), theta)
            for _ in range(steps):
                local = local - rate * curvatures * (local - minima)
            theta, time = np.average(local, weights=sizes), time + message + steps
        if abs(theta - best) <= tolerance and time < fastest:
            fastest, choice = time, steps
    return choice
""",
    ),
)

# fl-16


def right_from_those_present(updates, sizes, chances, present):
    total = np.zeros(updates.shape[1])
    for on, update, size, chance in zip(
        present, updates, sizes, chances, strict=True
    ):
        total = total + (size / chance * update if on else 0)
    return total / sizes.sum()


def who_is_on(updates, sizes, chances) -> list[dict]:
    """One case for each way in which clients may be on or off."""
    updates, sizes, chances = map(np.array, (updates, sizes, chances))
    patterns = [
        np.array(on) for on in product([True, False], repeat=len(sizes))
    ]
    return [
        {
            "updates": np.where(on[:, None], updates, np.nan),
            "sizes": sizes,
            "chances": chances,
            "present": on,
        }
        for on in patterns
    ]


def vector(estimate, width: int) -> np.ndarray:
    """``estimate`` as an array of ``width`` numbers, or ``Wrong``."""
    try:
        array = np.asarray(estimate, float)
    except (TypeError, ValueError, OverflowError) as error:
        raise Wrong("an array of numbers is needed") from error
    expect(
        array.shape == (width,),
        "as many numbers as one update has are needed, also if nobody is on",
    )
    return array


def is_right_on_average(answer, updates, sizes, chances) -> None:
    """Exactly, over all ways to be on and off; else which mistake it is."""
    cases = who_is_on(updates, sizes, chances)
    given = answer.each(cases)
    found = np.array([vector(each, len(updates[0])) for each in given])
    mistaken(
        np.isnan(found[:-1]).any(), "absent-multiplied"
    )  # in the last all are off
    odds = [
        np.where(case["present"], chances, 1 - np.array(chances)).prod()
        for case in cases
    ]
    target = np.array(sizes) @ np.array(updates) / np.sum(sizes)
    if close(np.array(odds) @ found, target) and close(found[-1], 0 * target):
        return
    compare_results(given, fl_16, right_from_those_present, cases)


def right_for_three_telephones(answer, rng):
    """three telephones, the largest on in one of four rounds"""
    updates = [[1.0, -2.0], [3.0, 0.5], [-1.0, 4.0]]
    is_right_on_average(answer, updates, [10, 20, 70], [0.9, 0.5, 0.25])


def right_for_any_telephones(answer, rng):
    """any telephones, over all ways to be on and off"""
    for count in (1, 2, 5):
        updates = rng.normal(size=(count, int(rng.integers(1, 5))))
        sizes, chances = rng.integers(5, 90, count), rng.uniform(0.05, 1, count)
        is_right_on_average(answer, updates, sizes, chances)


fl_16 = Exercise(
    id="fl-16",
    title="Telephones that are off",
    answer="from_those_present",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "A telephone that is on in one of four rounds: how much must it count when it is "
        "on, to have its share over many rounds?",
        "Four times as much. In general its weight n_k / n is divided by its chance. n is "
        "the sum of the sizes of all clients, on or off.",
        "`weights = sizes / sizes.sum() / chances`, then the sum of weight times update "
        "over those present: index both with `present`, since 0 times nan is nan.",
    ),
    public=(right_for_three_telephones,),
    hidden=(right_for_any_telephones,),
    mistakes={
        "among-those-present": Mistake(
            message="You weigh by the share among those who are on. So the ones that are "
            "often on count too much: over many rounds this is biased.",
            code="""
import numpy as np

def from_those_present(updates, sizes, chances, present):
    if not present.any():
        return np.zeros(updates.shape[1])
    return np.average(updates[present], axis=0, weights=sizes[present])
""",
        ),
        "absent-as-zero": Mistake(
            message="Whoever is off counts as an update of 0. On average each client "
            "gets only its chance's part of its weight.",
            code="""
def from_those_present(updates, sizes, chances, present):
    return sizes[present] @ updates[present] / sizes.sum()
""",
        ),
        "one-chance-for-all": Mistake(
            message="You divide by the mean chance. That is right for the clients "
            "together, not for each.",
            code="""
def from_those_present(updates, sizes, chances, present):
    return sizes[present] @ updates[present] / sizes.sum() / chances.mean()
""",
        ),
        "scaled-to-one": Mistake(
            message="You divide by the sum of the weights that are there. It looks tidy, "
            "but a ratio of two right means is not right on average.",
            code="""
import numpy as np

def from_those_present(updates, sizes, chances, present):
    if not present.any():
        return np.zeros(updates.shape[1])
    weights = sizes[present] / chances[present]
    return weights @ updates[present] / weights.sum()
""",
        ),
        "scaled-by-count": Mistake(
            message="You multiply by clients / those on. That is right if all are drawn "
            "with one chance. Here each has its own p_k.",
            code="""
import numpy as np

def from_those_present(updates, sizes, chances, present):
    if not present.any():
        return np.zeros(updates.shape[1])
    scale = len(sizes) / present.sum() / sizes.sum()
    return scale * sizes[present] @ updates[present]
""",
        ),
        "sizes-forgotten": Mistake(
            message="Each client counts once in your estimate. Weigh by n_k / n.",
            code="""
def from_those_present(updates, sizes, chances, present):
    return (updates[present] / chances[present, None]).sum(axis=0) / len(sizes)
""",
        ),
        "absent-multiplied": Mistake(
            message="Your estimate is nan. The rows of those that are off hold nan, and 0 "
            "times nan is nan: leave these rows out.",
            code="""
def from_those_present(updates, sizes, chances, present):
    return (present * sizes / chances / sizes.sum()) @ updates
""",
        ),
    },
    also_right=(
        """
import numpy as np

def from_those_present(updates, sizes, chances, present):
    filled = np.nan_to_num(updates)
    return (present * sizes / chances) @ filled / sizes.sum()
""",
    ),
)
