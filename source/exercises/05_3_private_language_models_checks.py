"""Checks, hints and named mistakes of the exercises 05_3."""

import math

import numpy as np

from privlab.course.checking import close, compare, shown
from privlab.course.exercise import Exercise, Mistake, expect

# lm-11


def right_matrix(W, A, B, alpha):
    return W + alpha / len(A) * B @ A


def adapter(rng, *, d: int, k: int, r: int, alpha: float) -> dict:
    W, A, B = (rng.normal(size=shape) for shape in ((d, k), (r, k), (d, r)))
    return {"W": W, "A": A, "B": B, "alpha": alpha}


def right_for_adapters(answer, rng):
    """adapters of rank 2 and 3, with several alpha"""
    cases = [
        adapter(rng, d=5, k=4, r=2, alpha=3.0),
        adapter(rng, d=4, k=7, r=3, alpha=16.0),
    ]
    compare(answer, lm_11, right_matrix, cases)


def right_for_square_layers(answer, rng):
    """a square layer, rank 1, and a full rank"""
    cases = [adapter(rng, d=6, k=6, r=r, alpha=5.0) for r in (1, 6)]
    compare(answer, lm_11, right_matrix, cases)


lm_11 = Exercise(
    id="lm-11",
    title="Fold the adapter in",
    answer="folded",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "Write the layer's output as one matrix times x: what stands before the x?",
        "The product B A has the shape of W. The factor is alpha divided by the rank.",
        "`len(A)` is the rank; `W + ... * B @ A` makes a new array, `W += ...` not.",
    ),
    public=(right_for_adapters,),
    hidden=(right_for_square_layers,),
    mistakes={
        "no-scale": Mistake(
            message="You left out the scale: the adapter counts alpha / rank times.",
            code="""
def folded(W, A, B, alpha):
    return W + B @ A
""",
        ),
        "alpha-alone": Mistake(
            message="You multiplied by alpha alone. It is divided by the rank, the "
            "number of rows of A.",
            code="""
def folded(W, A, B, alpha):
    return W + alpha * B @ A
""",
        ),
        "adapter-alone": Mistake(
            message="That is the adapter's part only. The frozen W works on too.",
            code="""
def folded(W, A, B, alpha):
    return alpha / len(A) * B @ A
""",
        ),
        "wrong-rank": Mistake(
            message="You divided by the number of columns of A, the layer's inputs. "
            "The rank is the number of its rows.",
            code="""
def folded(W, A, B, alpha):
    return W + alpha / A.shape[1] * B @ A
""",
        ),
    },
    also_right=(
        """
import numpy as np

def folded(W, A, B, alpha):
    columns = [W @ e + alpha / B.shape[1] * B @ (A @ e) for e in np.eye(W.shape[1])]
    return np.stack(columns, axis=1)
""",
    ),
)

# lm-12


def right_ratio(sigma, batch, blocks, width, rank):
    return sigma * math.sqrt(16 * rank * width * blocks) / batch


def setting(sigma, batch, blocks, width, rank) -> dict:
    return {
        "sigma": sigma,
        "batch": batch,
        "blocks": blocks,
        "width": width,
        "rank": rank,
    }


def right_for_small_models(answer, rng):
    """the lesson's model, and one of two blocks"""
    cases = [setting(1.4, 112, 1, 32, 8), setting(0.9, 250, 2, 64, 4)]
    compare(answer, lm_12, right_ratio, cases)


def right_for_large_models(answer, rng):
    """a model of 12 blocks of width 768, batches of thousands"""
    cases = [setting(rng.uniform(0.5, 3), 4096, 12, 768, r) for r in (1, 16)]
    compare(answer, lm_12, right_ratio, cases)


lm_12 = Exercise(
    id="lm-12",
    title="Noise against signal",
    answer="noise_to_signal",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "First count the trained weights d. An adapter of one layer has rank (inputs "
        "+ outputs) of them.",
        "The expected squared length of d independent entries is d times the variance "
        "of one. What is the variance on the *mean*?",
        "The four layers together have 16 rank width weights in each block. The length "
        "is sigma times the root of d, divided by the batch.",
    ),
    public=(right_for_small_models,),
    hidden=(right_for_large_models,),
    mistakes={
        "no-root": Mistake(
            message="You multiplied by the number of weights itself. Lengths of "
            "independent noise add up in squares: take the root.",
            code="""
def noise_to_signal(sigma, batch, blocks, width, rank):
    return sigma * 16 * rank * width * blocks / batch
""",
        ),
        "root-of-batch": Mistake(
            message="You divided by the root of the batch. The noise is added once, to "
            "the sum, and not once for each line: the mean divides it by the batch.",
            code="""
import math

def noise_to_signal(sigma, batch, blocks, width, rank):
    return sigma * math.sqrt(16 * rank * width * blocks / batch)
""",
        ),
        "all-weights": Mistake(
            message="You counted the weights of the frozen layers, inputs times "
            "outputs. Only what is trained gets noise.",
            code="""
import math

def noise_to_signal(sigma, batch, blocks, width, rank):
    return sigma * math.sqrt(12 * width * width * blocks) / batch
""",
        ),
        "one-matrix": Mistake(
            message="You counted only A of each adapter. B is trained, and noised, "
            "as well.",
            code="""
import math

def noise_to_signal(sigma, batch, blocks, width, rank):
    return sigma * math.sqrt(7 * rank * width * blocks) / batch
""",
        ),
    },
)

# lm-13


def right_promise(epsilon, delta, lines):
    total = delta * sum(math.exp(i * epsilon) for i in range(lines))
    return (math.inf, 1.0) if total >= 1 else (lines * epsilon, total)


def lines_of(epsilon, delta, lines) -> dict:
    return {"epsilon": epsilon, "delta": delta, "lines": lines}


def right_for_some_lines(answer, rng):
    """one to four lines at ε = 1 and 2, and three at ε = 8"""
    cases = [lines_of(1.0, 1e-5, k) for k in (1, 2, 4)]
    cases += [
        lines_of(2.0, 1e-6, 3),
        lines_of(8.0, 1e-5, 3),
        lines_of(1.0, 1.0, 1),
    ]
    compare(answer, lm_13, right_promise, cases)


def right_for_many_lines(answer, rng):
    """up to thirty lines, some of which have no promise left"""
    cases = [
        lines_of(float(rng.uniform(0.2, 2)), 1e-7, int(rng.integers(5, 30)))
        for _ in range(20)
    ]
    compare(answer, lm_13, right_promise, cases)


lm_13 = Exercise(
    id="lm-13",
    title="What is left for eight lines",
    answer="promise_to_group",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Put the second inequality into the first, for two lines. What stands before "
        "P2, and what is left over?",
        "For two lines: 2 epsilon, and delta (1 + e^epsilon). For three one more "
        "power comes in.",
        "The sum runs over e^(i epsilon) for i = 0, ..., lines - 1. Compare with 1 at "
        "the end.",
    ),
    public=(right_for_some_lines,),
    hidden=(right_for_many_lines,),
    mistakes={
        "delta-times-lines": Mistake(
            message="You added the deltas as if they were not multiplied on the way. "
            "The second delta stands inside a bracket that e^epsilon multiplies. (k "
            "epsilon and k delta is *composition*: k answers about one line.)",
            code="""
def promise_to_group(epsilon, delta, lines):
    return lines * epsilon, lines * delta
""",
        ),
        "epsilon-stays": Mistake(
            message="You left epsilon as it is for one line. Each line of hers "
            "multiplies by e^epsilon once more.",
            code="""
import math

def promise_to_group(epsilon, delta, lines):
    total = delta * sum(math.exp(i * epsilon) for i in range(lines))
    return (math.inf, 1.0) if total >= 1 else (epsilon, total)
""",
        ),
        "rounded-up": Mistake(
            message="You used k e^(k epsilon) delta, which is true but rounded up. "
            "The sum itself is asked for; with one line it is delta.",
            code="""
import math

def promise_to_group(epsilon, delta, lines):
    total = lines * math.exp(lines * epsilon) * delta
    return (math.inf, 1.0) if total >= 1 else (lines * epsilon, total)
""",
        ),
        "empty-promise": Mistake(
            message="You give a promise with a delta of 1 or more. Anything satisfies "
            "it, so it promises nothing: give (inf, 1).",
            code="""
import math

def promise_to_group(epsilon, delta, lines):
    total = delta * sum(math.exp(i * epsilon) for i in range(lines))
    return lines * epsilon, total
""",
        ),
    },
    also_right=(
        """
import math

def promise_to_group(epsilon, delta, lines):
    total = 0.0
    for _ in range(lines):
        total = math.exp(epsilon) * total + delta
    return (lines * epsilon, total) if total < 1 else (math.inf, 1.0)
""",
    ),
)

# lm-14


def right_sum(gradients, users, C):
    total = np.zeros(gradients.shape[1])
    for user in np.unique(users):
        own = gradients[users == user].mean(axis=0)
        total += own * C / max(C, np.linalg.norm(own))
    return total


def written(rng, *, lines: int, people: int, C: float) -> dict:
    """Lines of people, one of whom wrote a third and whose gradients agree."""
    users = rng.choice(10 * np.arange(1, people + 1), size=lines)
    gradients = rng.normal(size=(lines, 4))
    users[: lines // 3] = 7
    gradients[: lines // 3] += 3
    users[-1], gradients[-1] = 5, 0.01  # one line, short: its sum is its mean
    return {"gradients": gradients, "users": users, "C": C}


def right_for_several_users(answer, rng):
    """twenty lines of a few users, one with many, at a small C and a middling one"""
    cases = [written(rng, lines=20, people=5, C=c) for c in (0.3, 3.0)]
    compare(answer, lm_14, right_sum, cases)


def right_for_silent_users(answer, rng):
    """users whose gradient is zero, and a C that nobody reaches"""
    cases = [written(rng, lines=30, people=9, C=c) for c in (1.0, 50.0)]
    for case in cases:
        case["gradients"][case["users"] == 10] = 0.0
    compare(answer, lm_14, right_sum, cases)


lm_14 = Exercise(
    id="lm-14",
    title="Clip the user",
    answer="user_clipped_sum",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "`np.unique(users)` lists the users; `gradients[users == user]` are the lines "
        "of one of them.",
        "First the mean over one user's lines, then its length, then the clipping. "
        "After that nothing of this user is scaled any more.",
        "A factor without division by zero: `C / max(C, norm)`.",
    ),
    public=(right_for_several_users,),
    hidden=(right_for_silent_users,),
    mistakes={
        "line-clipped": Mistake(
            message="You clipped every line and added. A user with many lines moves "
            "that sum by many times C.",
            code="""
import numpy as np

def user_clipped_sum(gradients, users, C):
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    return (gradients * C / np.maximum(C, norms)).sum(axis=0)
""",
        ),
        "sum-not-mean": Mistake(
            message="You clipped the sum of each user's gradients. Bounded as well, "
            "but the task says the average: who writes much is not to be louder.",
            code="""
import numpy as np

def user_clipped_sum(gradients, users, C):
    total = np.zeros(gradients.shape[1])
    for user in np.unique(users):
        own = gradients[users == user].sum(axis=0)
        total += own * C / max(C, np.linalg.norm(own))
    return total
""",
        ),
        "normalised": Mistake(
            message="You stretched short gradients to length C as well. Clipping only "
            "shortens.",
            code="""
import numpy as np

def user_clipped_sum(gradients, users, C):
    total = np.zeros(gradients.shape[1])
    for user in np.unique(users):
        own = gradients[users == user].mean(axis=0)
        total += own * C / np.linalg.norm(own)
    return total
""",
        ),
        "clipped-before": Mistake(
            message="You clipped the lines and then averaged each user's. That is "
            "bounded by C too, but it bends the mean: the user's average is clipped.",
            code="""
import numpy as np

def user_clipped_sum(gradients, users, C):
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    short = gradients * C / np.maximum(C, norms)
    return sum(short[users == user].mean(axis=0) for user in np.unique(users))
""",
        ),
    },
    also_right=(
        """
import numpy as np

def user_clipped_sum(gradients, users, C):
    _, own, counts = np.unique(users, return_inverse=True, return_counts=True)
    means = np.zeros((len(counts), gradients.shape[1]))
    np.add.at(means, own.ravel(), gradients)
    means /= counts[:, None]
    norms = np.linalg.norm(means, axis=1)
    return np.where(norms > C, C / np.maximum(norms, C), 1.0) @ means
""",
    ),
)

# lm-15


def right_rounds(model, adapter, clients):
    return model // (2 * (model - adapter)) + 1


def federation(model, adapter, clients) -> dict:
    return {"model": model, "adapter": adapter, "clients": clients}


def right_for_some_adapters(answer, rng):
    """the lesson's adapter, a large one, and a draw at a whole round"""
    cases = [
        federation(19_106, 4_096, 8),
        federation(1000, 950, 5),
        federation(1000, 500, 20),
        federation(1000, 875, 3),
    ]
    compare(answer, lm_15, right_rounds, cases)


def right_for_any_adapter(answer, rng):
    """random sizes, and the smallest adapter there is"""
    models = rng.integers(100, 10**7, size=20).tolist()
    cases = [federation(m, int(rng.integers(1, m)), 8) for m in models]
    compare(answer, lm_15, right_rounds, [*cases, federation(10**9, 1, 2)])


def whole_number_of_rounds(answer, rng):
    """a number of rounds that is whole"""
    got = answer.each([federation(19_106, 4_096, 8)])[0]
    expect(close(got, round(got)), f"rounds are whole, you gave {shown(got)}")


lm_15 = Exercise(
    id="lm-15",
    title="When do adapters pay?",
    answer="break_even",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Count, in weights, what one clinic receives and sends in R rounds. What did it "
        "get before?",
        "m + 2 R a against 2 R m: solve m + 2 R a < 2 R m for R. Clients and bytes "
        "cancel.",
        "R must be *above* m / (2 (m - a)): at equality it is not fewer yet. "
        "`//` and one more does it.",
    ),
    public=(right_for_some_adapters,),
    hidden=(right_for_any_adapter, whole_number_of_rounds),
    mistakes={
        "at-a-draw": Mistake(
            message="At a draw you stop one round early. Fewer bytes are asked for, "
            "not as many.",
            code="""
import math

def break_even(model, adapter, clients):
    return math.ceil(model / (2 * (model - adapter)))
""",
        ),
        "one-way": Mistake(
            message="You counted one direction. In each round weights go to the "
            "client and come back.",
            code="""
def break_even(model, adapter, clients):
    return model // (model - adapter) + 1
""",
        ),
        "model-once-for-all": Mistake(
            message="You sent the frozen model once in all. Each client needs it.",
            code="""
def break_even(model, adapter, clients):
    return model // (2 * clients * (model - adapter)) + 1
""",
        ),
        "nothing-first": Mistake(
            message="You forgot the frozen model, which each client gets before the "
            "first round.",
            code="""
def break_even(model, adapter, clients):
    return 1
""",
        ),
    },
    also_right=(
        """
def break_even(model, adapter, clients):
    rounds = 1
    while model + 2 * rounds * adapter >= 2 * rounds * model:
        rounds += 1
    return rounds
""",
    ),
)
