"""Checks, hints and named mistakes of the exercises 05_1."""

import math

import numpy as np
from scipy import stats

from privlab.course.checking import (
    close,
    compare,
    defined,
    follows,
    number,
    shown,
)
from privlab.course.exercise import Exercise, Mistake, expect, mistaken


# dp-31


def right_range(outputs):
    return math.log(math.e + outputs - 1) - 1, math.log(
        1 + (outputs - 1) * math.e
    )


def right_for_ten_outputs(answer, rng):
    """ten outputs, and three"""
    compare(answer, dp_31, right_range, [{"outputs": 10}, {"outputs": 3}])


def right_for_any_number_of_outputs(answer, rng):
    """any number of outputs from two up"""
    counts = [2, *rng.integers(4, 10_000, size=10).tolist()]
    compare(answer, dp_31, right_range, [{"outputs": k} for k in counts])


dp_31 = Exercise(
    id="dp-31",
    title="The fingerprint of a wrong loss",
    answer="sigmoid_loss_range",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "Every output lies between 0 and 1. Which values make the loss small: what "
        "should the right output be, and what all the others?",
        "Right output 1, others 0 for the lowest. For the highest turn every one of "
        "them around: nothing makes sigmoids add up to 1.",
        "Lowest: -ln(e / (e + (k - 1))). Highest: -ln(1 / (1 + (k - 1) e)).",
    ),
    public=(right_for_ten_outputs,),
    hidden=(right_for_any_number_of_outputs,),
    mistakes={
        "as-after-softmax": Mistake(
            message="Your highest loss has one wrong output at 1 and the others at 0, as "
            "after a softmax. Sigmoids need not add up to 1: they may all be wrong.",
            code="""
import math

def sigmoid_loss_range(outputs):
    lowest = math.log(math.e + outputs - 1) - 1
    return lowest, lowest + 1
""",
        ),
        "proper-loss": Mistake(
            message="That is the range of a loss that gets logits. Logits may grow "
            "without limit; these outputs stop at 0 and 1.",
            code="""
def sigmoid_loss_range(outputs):
    return 0.0, float("inf")
""",
        ),
        "guessing-is-worst": Mistake(
            message="You took equal outputs for the worst case. A model can do worse "
            "than knowing nothing: it can be sure of what is wrong.",
            code="""
import math

def sigmoid_loss_range(outputs):
    return math.log(math.e + outputs - 1) - 1, math.log(outputs)
""",
        ),
        "right-one-counted-twice": Mistake(
            message="You have one output too many in the sum: the right one is among "
            "the k, so k - 1 others are left.",
            code="""
import math

def sigmoid_loss_range(outputs):
    return math.log(math.e + outputs) - 1, math.log(1 + outputs * math.e)
""",
        ),
    },
    also_right=(
        """
import numpy as np
from scipy.special import logsumexp

def sigmoid_loss_range(outputs):
    best = np.eye(outputs)[0]
    return logsumexp(best) - 1, logsumexp(1 - best)
""",
    ),
)

# dp-32


def right_gradient(weights, x, y, offset, slope):
    p = 1 / (1 + np.exp(-x @ weights))
    return (x.T @ (p - y) + slope) / len(y)


def noisy_losses(rng, count: int) -> list[dict]:
    """Data sets with a loss that carries both kinds of noise."""

    def one() -> dict:
        n, d = int(rng.integers(2, 40)), int(rng.integers(1, 6))
        return {
            "weights": rng.normal(size=d),
            "x": rng.normal(size=(n, d)),
            "y": rng.integers(2, size=n),
            "offset": float(rng.normal(0, 100)),
            "slope": rng.normal(size=d),
        }

    return [one() for _ in range(count)]


def right_with_both_noises(answer, rng):
    """three data sets, each with a constant and a line"""
    compare(answer, dp_32, right_gradient, noisy_losses(rng, 3))


def right_without_noise_and_far_out(answer, rng):
    """other sizes, no noise at all, and a huge constant"""
    cases = noisy_losses(rng, 8)
    cases[0] |= {"offset": 0.0, "slope": np.zeros(len(cases[0]["weights"]))}
    cases[1] |= {"offset": 1e9}
    compare(answer, dp_32, right_gradient, cases)


dp_32 = Exercise(
    id="dp-32",
    title="Which noise has a slope?",
    answer="noisy_loss_gradient",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Differentiate the three terms one after the other. How does the second change "
        "if you move a weight a little?",
        "The gradient of the mean loss is the mean of (p_i - y_i) x_i. That of a "
        "constant is 0. That of b.w / n does not depend on w.",
        "(x.T @ (p - y) + slope) / n with p = 1 / (1 + exp(-x @ weights)); offset does "
        "not appear.",
    ),
    public=(right_with_both_noises,),
    hidden=(right_without_noise_and_far_out,),
    mistakes={
        "offset-added": Mistake(
            message="You added the constant to the gradient. The loss is higher by it "
            "everywhere, but no steeper anywhere.",
            code="""
import numpy as np

def noisy_loss_gradient(weights, x, y, offset, slope):
    p = 1 / (1 + np.exp(-x @ weights))
    return (x.T @ (p - y) + slope) / len(y) + offset
""",
        ),
        "slope-not-divided": Mistake(
            message="Your line is n times too steep: it is b.w / n, so it adds b / n to "
            "the gradient.",
            code="""
import numpy as np

def noisy_loss_gradient(weights, x, y, offset, slope):
    p = 1 / (1 + np.exp(-x @ weights))
    return x.T @ (p - y) / len(y) + slope
""",
        ),
        "loss-not-averaged": Mistake(
            message="You summed the losses of the people; L is their mean.",
            code="""
import numpy as np

def noisy_loss_gradient(weights, x, y, offset, slope):
    p = 1 / (1 + np.exp(-x @ weights))
    return x.T @ (p - y) + slope / len(y)
""",
        ),
        "line-not-differentiated": Mistake(
            message="You added the line itself, b w / n, and not its slope.",
            code="""
import numpy as np

def noisy_loss_gradient(weights, x, y, offset, slope):
    p = 1 / (1 + np.exp(-x @ weights))
    return (x.T @ (p - y) + slope * weights) / len(y)
""",
        ),
        "noise-left-out": Mistake(
            message="You left out both noises. The constant has no slope, but the line "
            "has.",
            code="""
import numpy as np

def noisy_loss_gradient(weights, x, y, offset, slope):
    p = 1 / (1 + np.exp(-x @ weights))
    return x.T @ (p - y) / len(y)
""",
        ),
        "sign-turned": Mistake(
            message="The gradient of the loss has the wrong sign: it points uphill, "
            "where p exceeds y along x.",
            code="""
import numpy as np

def noisy_loss_gradient(weights, x, y, offset, slope):
    p = 1 / (1 + np.exp(-x @ weights))
    return (x.T @ (y - p) + slope) / len(y)
""",
        ),
    },
    also_right=(
        """
import torch

def noisy_loss_gradient(weights, x, y, offset, slope):
    w = torch.tensor(weights, requires_grad=True)
    x, y, slope = (torch.tensor(a, dtype=torch.float64) for a in (x, y, slope))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y)
    (loss + offset + slope @ w / len(y)).backward()
    return w.grad.numpy()
""",
    ),
)

# dp-33


def right_total(weights, biases, bound):
    whole = np.concatenate([weights, biases[:, None]], axis=1)
    lengths = np.sqrt((whole**2).sum(axis=(1, 2)))
    return np.tensordot(bound / np.maximum(lengths, bound), whole, axes=1)


def layers(rng, *, n: int, d: int, k: int) -> dict:
    """Gradients of n patients, some longer than the bound and some shorter."""
    scale = np.exp(rng.uniform(-2, 2, size=n))
    return {
        "weights": scale[:, None, None] * rng.normal(size=(n, d, k)),
        "biases": scale[:, None] * rng.normal(size=(n, k)),
        "bound": 1.5,
    }


def right_for_long_and_short(answer, rng):
    """12 patients, some with long gradients and some with short ones"""
    case = layers(rng, n=12, d=4, k=3)
    # One of each for sure, whatever was drawn: lengths 5 and 0.1.
    for row, length in ((0, 5.0), (1, 0.1)):
        own = math.hypot(
            np.linalg.norm(case["weights"][row]),
            np.linalg.norm(case["biases"][row]),
        )
        case["weights"][row] *= length / own
        case["biases"][row] *= length / own
    compare(answer, dp_33, right_total, [case])


def patient_without_a_gradient(answer, rng):
    """a patient whose gradient is zero, and a single patient"""
    case = layers(rng, n=5, d=2, k=2)
    case["weights"][0], case["biases"][0] = 0, 0
    compare(answer, dp_33, right_total, [case, layers(rng, n=1, d=1, k=2)])


dp_33 = Exercise(
    id="dp-33",
    title="One patient, one length",
    answer="clipped_total",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Whom does the bound protect? Put all numbers of one patient together before "
        "you measure the length.",
        "One factor per patient, min(1, bound / length), for weights and biases alike; "
        "then sum over patients.",
        "Stack the biases under the weights: `np.concatenate([weights, biases[:, None]], "
        "axis=1)` is (n, d + 1, k). Lengths over the axes 1 and 2; factors "
        "bound / np.maximum(lengths, bound).",
    ),
    public=(right_for_long_and_short,),
    hidden=(patient_without_a_gradient,),
    mistakes={
        "each-layer-by-itself": Mistake(
            message="You clipped weights and biases separately. Then one patient can "
            "add bound twice over: together they are up to √2 times too long.",
            code="""
import numpy as np

def clipped_total(weights, biases, bound):
    def clip(g):
        flat = g.reshape(len(g), -1)
        lengths = np.linalg.norm(flat, axis=1)
        return np.tensordot(bound / np.maximum(lengths, bound), g, axes=1)

    return np.concatenate([clip(weights), clip(biases)[None]])
""",
        ),
        "total-clipped": Mistake(
            message="You clipped the total. One patient with a huge gradient can still "
            "turn it to any direction: clip every patient before you add.",
            code="""
import numpy as np

def clipped_total(weights, biases, bound):
    total = np.concatenate([weights, biases[:, None]], axis=1).sum(axis=0)
    return total * bound / max(np.linalg.norm(total), bound)
""",
        ),
        "by-value": Mistake(
            message="You cut every number to [-bound, bound], as the article's listing "
            "does. A gradient of many numbers can still be long.",
            code="""
import numpy as np

def clipped_total(weights, biases, bound):
    whole = np.concatenate([weights, biases[:, None]], axis=1)
    return np.clip(whole, -bound, bound).sum(axis=0)
""",
        ),
        "stretched": Mistake(
            message="You made every gradient exactly bound long. Short ones stay as "
            "they are: a patient whom the model gets right need not shout.",
            code="""
import numpy as np

def clipped_total(weights, biases, bound):
    whole = np.concatenate([weights, biases[:, None]], axis=1)
    lengths = np.sqrt((whole**2).sum(axis=(1, 2)))
    return np.tensordot(bound / lengths, whole, axes=1)
""",
        ),
        "mean-not-total": Mistake(
            message="You averaged. What is asked for is the total; which number to "
            "divide by is a question of its own.",
            code="""
import numpy as np

def clipped_total(weights, biases, bound):
    whole = np.concatenate([weights, biases[:, None]], axis=1)
    lengths = np.sqrt((whole**2).sum(axis=(1, 2)))
    factors = bound / np.maximum(lengths, bound)
    return (factors[:, None, None] * whole).mean(axis=0)
""",
        ),
    },
    also_right=(
        """
import math

def clipped_total(weights, biases, bound):
    d, k = weights.shape[1:]
    total = [[0.0] * k for _ in range(d + 1)]
    for w, b in zip(weights.tolist(), biases.tolist()):
        rows = w + [b]
        length = math.sqrt(sum(v * v for row in rows for v in row))
        factor = 1.0 if length <= bound else bound / length
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                total[i][j] += factor * value
    return total
""",
    ),
)

# dp-34

STEP = {"max_grad_norm": 2.0, "sampling_rate": 0.1, "n": 60}
WIDE = 4000  # numbers in one gradient: as many draws of the noise in one call


def right_without_noise(gradients, max_grad_norm, sampling_rate, n):
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * max_grad_norm / np.maximum(lengths, max_grad_norm)
    return clipped.sum(axis=0) / (sampling_rate * n)


def released(answer, gradients, rng, *, noise_multiplier, **step) -> np.ndarray:
    """One step's release, if it has the right form."""
    got = answer(
        gradients=gradients,
        **{**STEP, **step},
        noise_multiplier=noise_multiplier,
        rng=rng,
    )
    d = gradients.shape[1]
    if isinstance(got, list) and len(got) == d:
        got = np.array([number(one) for one in got])
    expect(
        isinstance(got, np.ndarray)
        and got.shape == (d,)
        and got.dtype.kind in "iuf"
        and np.isfinite(got).all(),
        f"{d} finite numbers are needed, you gave {shown(got)}",
    )
    return got


def mean_is_right(answer, rng):
    """nine patients drawn where six were expected, and no noise"""
    gradients = rng.normal(size=(9, 5)) * np.linspace(0.2, 3, 9)[:, None]
    gradients[0] = [40, -40, 40, 40, -40]  # one who drowns the others
    got = released(answer, gradients, rng, noise_multiplier=0.0)
    right = right_without_noise(gradients, **STEP)
    if not close(got, right):
        for name in ("drawn-size", "mean-clipped", "clipped-last"):
            wrong = defined(dp_34, dp_34.mistakes[name].code)
            other = wrong(gradients, **STEP, noise_multiplier=0.0, rng=rng)
            mistaken(close(got, other), name)
    expect(close(got, right), "the mean of the clipped gradients is different")


def noise_has_its_size(answer, rng):
    """nine patients drawn where six were expected, and noise"""
    gradients = rng.normal(size=(9, WIDE))
    noise = released(answer, gradients, rng, noise_multiplier=1.5)
    noise = noise - right_without_noise(gradients, **STEP)
    sigma, size = 1.5 * 2.0, 6.0
    if not follows(noise, stats.norm(scale=sigma / size)):
        wrong = {
            "bound-forgotten": 1.5 / size,
            "bound-doubled": 2 * sigma / size,
            "noise-per-patient": sigma
            * 3
            / size,  # nine draws: three times as wide
            "noise-after-dividing": sigma,
            "noise-on-the-drawn-size": sigma / 9,
        }
        for name, scale in wrong.items():
            mistaken(follows(noise, stats.norm(scale=scale)), name)
    expect(
        follows(noise, stats.norm(scale=sigma / size)),
        f"the noise has standard deviation {shown(float(noise.std()))} instead of "
        f"{shown(sigma / size)}, or is not Gaussian",
    )
    first, again, other = (
        released(
            answer,
            gradients[:, :3],
            np.random.default_rng(seed),
            noise_multiplier=1.0,
        )
        for seed in (5, 5, 6)
    )
    mistaken(close(first, other), "no-fresh-noise")
    expect(close(first, again), "the noise does not come from `rng`")


def empty_batch_is_released_too(answer, rng):
    """nobody drawn"""
    noise = released(answer, np.empty((0, WIDE)), rng, noise_multiplier=1.5)
    mistaken(not noise.any(), "silent-when-empty")
    expect(
        follows(noise, stats.norm(scale=0.5)),
        "an empty batch has other noise than a full one",
    )


def right_in_other_clinics(answer, rng):
    """other bounds, rates and noise; a patient without a gradient; all short"""
    gradients = rng.normal(size=(7, WIDE))
    gradients[0] = 0
    step = {"max_grad_norm": 0.3, "sampling_rate": 0.02, "n": 500}
    law = stats.norm(scale=0.7 * 0.3 / 10)
    for rows in (
        gradients,
        gradients * 1e-3,
    ):  # the second all shorter than the bound
        noise = released(answer, rows, rng, noise_multiplier=0.7, **step)
        noise = noise - right_without_noise(rows, **step)
        expect(follows(noise, law), "the noise does not fit")


def noisy_step(
    result: str, unit="noise_multiplier * max_grad_norm", rng="rng"
) -> str:
    """An answer that clips each gradient, has noise of that unit, and then does this."""
    return f"""
import numpy as np

def private_gradient(
    gradients, max_grad_norm, noise_multiplier, sampling_rate, n, rng
):
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * max_grad_norm / np.maximum(lengths, max_grad_norm)
    noise = {unit} * {rng}.normal(size=gradients.shape[1])
    return {result}
"""


dp_34 = Exercise(
    id="dp-34",
    title="One step, ready to be released",
    answer="private_gradient",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Four steps in this order: clip each, sum, add noise to the sum, divide. What "
        "may the divisor know?",
        "One patient moves the sum by max_grad_norm at most, so the noise has standard "
        "deviation noise_multiplier * max_grad_norm. Expected are sampling_rate * n "
        "patients.",
        "`clipped = gradients * C / np.maximum(lengths, C)`, `noise = rng.normal(size=d)`, "
        "then `(clipped.sum(axis=0) + noise_multiplier * C * noise) / (sampling_rate * "
        "n)`. It holds for an empty batch as it stands.",
    ),
    public=(mean_is_right, noise_has_its_size, empty_batch_is_released_too),
    hidden=(right_in_other_clinics,),
    mistakes={
        "drawn-size": Mistake(
            message="You divided by the number of patients who were drawn. It tells "
            "whether one more was there, in the mean and in the spread of the noise. "
            "Divide by the number you expect.",
            code=noisy_step("(clipped.sum(axis=0) + noise) / len(gradients)"),
        ),
        "mean-clipped": Mistake(
            message="You shortened the mean, not each patient's gradient. One patient "
            "can be all of it.",
            code="""
import numpy as np

def private_gradient(
    gradients, max_grad_norm, noise_multiplier, sampling_rate, n, rng
):
    mean = gradients.sum(axis=0) / (sampling_rate * n)
    mean = mean * max_grad_norm / max(np.linalg.norm(mean), max_grad_norm)
    noise = rng.normal(size=len(mean)) * noise_multiplier * max_grad_norm
    return mean + noise / (sampling_rate * n)
""",
        ),
        "clipped-last": Mistake(
            message="You add the noise first and cut the numbers afterwards: the "
            "article's order. Nothing bounds what one patient adds.",
            code="""
import numpy as np

def private_gradient(
    gradients, max_grad_norm, noise_multiplier, sampling_rate, n, rng
):
    noise = noise_multiplier * max_grad_norm * rng.normal(size=gradients.shape[1])
    mean = (gradients.sum(axis=0) + noise) / (sampling_rate * n)
    return np.clip(mean, -max_grad_norm, max_grad_norm)
""",
        ),
        "bound-forgotten": Mistake(
            message="Your noise does not grow with max_grad_norm. Who lets each patient "
            "move the sum twice as far needs twice the noise.",
            code=noisy_step(
                "(clipped.sum(axis=0) + noise) / (sampling_rate * n)",
                unit="noise_multiplier",
            ),
        ),
        "bound-doubled": Mistake(
            message="You doubled the bound. That is for replacing a patient; here one "
            "comes or goes, and moves the sum by max_grad_norm at most.",
            code=noisy_step(
                "(clipped.sum(axis=0) + 2 * noise) / (sampling_rate * n)"
            ),
        ),
        "no-fresh-noise": Mistake(
            message="Your noise is the same on every call. Whoever knows your seed can "
            "take it off again: draw it from rng.",
            code=noisy_step(
                "(clipped.sum(axis=0) + noise) / (sampling_rate * n)",
                rng="np.random.default_rng(0)",
            ),
        ),
        "noise-per-patient": Mistake(
            message="You gave every patient noise of their own. The sum then has more "
            "than the promise needs, and an empty batch has none. One draw, on the sum.",
            code="""
import numpy as np

def private_gradient(
    gradients, max_grad_norm, noise_multiplier, sampling_rate, n, rng
):
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * max_grad_norm / np.maximum(lengths, max_grad_norm)
    noise = noise_multiplier * max_grad_norm * rng.normal(size=gradients.shape)
    return (clipped + noise).sum(axis=0) / (sampling_rate * n)
""",
        ),
        "noise-after-dividing": Mistake(
            message="You added the sum's noise to the mean. It is as many times too "
            "wide as patients are expected.",
            code=noisy_step(
                "clipped.sum(axis=0) / (sampling_rate * n) + noise"
            ),
        ),
        "noise-on-the-drawn-size": Mistake(
            message="The gradients are divided by the expected number, but the noise by "
            "the drawn one: its spread tells how many were there.",
            code=noisy_step(
                "clipped.sum(axis=0) / (sampling_rate * n) + noise / len(gradients)"
            ),
        ),
        "silent-when-empty": Mistake(
            message="You release zeros when nobody was drawn. That is never what a full "
            "batch gives, so it says: nobody was here. Release the noise.",
            code="""
import numpy as np

def private_gradient(
    gradients, max_grad_norm, noise_multiplier, sampling_rate, n, rng
):
    if len(gradients) == 0:
        return np.zeros(gradients.shape[1])
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * max_grad_norm / np.maximum(lengths, max_grad_norm)
    noise = noise_multiplier * max_grad_norm * rng.normal(size=gradients.shape[1])
    return (clipped.sum(axis=0) + noise) / (sampling_rate * n)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def private_gradient(
    gradients, max_grad_norm, noise_multiplier, sampling_rate, n, rng
):
    scale = noise_multiplier * max_grad_norm
    total = rng.normal(0, scale, size=gradients.shape[1])
    for g in gradients:
        total += g * min(1, max_grad_norm / (np.linalg.norm(g) + 1e-300))
    return total / (sampling_rate * n)
""",
    ),
)

# dp-35


def steps_of(rng, *, noise: float, runs=400, d=50) -> dict:
    """Weights after one step of DP-SGD from one start and one batch, many times."""
    step = {
        "learning_rate": float(rng.uniform(0.01, 0.5)),
        "batch_size": int(rng.integers(8, 200)),
        "max_grad_norm": float(rng.uniform(0.2, 3)),
    }
    scale = step["learning_rate"] * step["max_grad_norm"] / step["batch_size"]
    fixed = rng.normal(size=d)  # first weights, less the step without noise
    return {
        "weights": fixed + scale * noise * rng.normal(size=(runs, d)),
        **step,
    }


def near(got: float, right: float) -> bool:
    """Within 5 %: 20,000 draws give σ to half a percent, so ten standard errors."""
    return abs(got - right) <= 0.05 * right + 1e-6


def noise_on_the_gradient(answer, rng):
    """a step with noise on the clipped sum"""
    noise = float(rng.uniform(0.6, 3))
    case = steps_of(rng, noise=noise)
    got = number(answer(**case))
    if not near(got, noise):
        for name, mistake in dp_35.mistakes.items():
            mistaken(close(got, defined(dp_35, mistake.code)(**case)), name)
    expect(near(got, noise), f"σ was {shown(noise)}, you found {shown(got)}")


def noise_on_the_loss(answer, rng):
    """a step whose noise was added to the loss"""
    got = number(answer(**steps_of(rng, noise=0.0)))
    expect(near(got, 0.0), f"all runs ended alike, you found {shown(got)}")


def noise_of_other_sizes(answer, rng):
    """little noise, much noise, few weights and many"""
    for noise, runs, d in ((0.05, 300, 80), (20.0, 2_000, 10)):
        case = steps_of(rng, noise=noise, runs=runs, d=d)
        got = number(answer(**case))
        expect(near(got, noise), f"σ was {noise}, you found {shown(got)}")


dp_35 = Exercise(
    id="dp-35",
    title="Did the noise arrive?",
    answer="noise_multiplier_seen",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "What is the same in all runs, and what differs? Take the spread of one weight "
        "over the runs.",
        "The standard deviation of each column is ησC/B. Put the columns together, then "
        "solve for σ.",
        "`np.sqrt(weights.var(axis=0).mean()) * batch_size / (learning_rate * "
        "max_grad_norm)`.",
    ),
    public=(noise_on_the_gradient, noise_on_the_loss),
    hidden=(noise_of_other_sizes,),
    mistakes={
        "all-in-one-heap": Mistake(
            message="You took the spread of all numbers together. The weights differ "
            "from each other even without noise: take each over the runs.",
            code="""
def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    return weights.std() * batch_size / (learning_rate * max_grad_norm)
""",
        ),
        "around-zero": Mistake(
            message="You measured how far the weights are from 0. The start and the "
            "gradient are in that too: measure from the mean of the runs.",
            code="""
import numpy as np

def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    deviation = np.sqrt((weights**2).mean())
    return deviation * batch_size / (learning_rate * max_grad_norm)
""",
        ),
        "along-the-weights": Mistake(
            message="You took the spread over the weights of one run. It would be there "
            "without any noise; the noise is what differs between runs.",
            code="""
def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    deviation = weights.std(axis=1).mean()
    return deviation * batch_size / (learning_rate * max_grad_norm)
""",
        ),
        "learning-rate-forgotten": Mistake(
            message="The step moved the weights by the learning rate times the "
            "gradient, and the noise with them. Divide it out.",
            code="""
import numpy as np

def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    deviation = np.sqrt(weights.var(axis=0, ddof=1).mean())
    return deviation * batch_size / max_grad_norm
""",
        ),
        "mean-not-sum": Mistake(
            message="σ is meant for the sum of the gradients; the weights saw the mean. "
            "What was divided by must be multiplied back.",
            code="""
import numpy as np

def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    deviation = np.sqrt(weights.var(axis=0, ddof=1).mean())
    return deviation / (learning_rate * max_grad_norm)
""",
        ),
        "bound-left-in": Mistake(
            message="You found the noise on the sum, σC. A noise multiplier counts it "
            "in units of the clipping bound.",
            code="""
import numpy as np

def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    deviation = np.sqrt(weights.var(axis=0, ddof=1).mean())
    return deviation * batch_size / learning_rate
""",
        ),
    },
    also_right=(
        """
import numpy as np

def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    apart = weights[1::2] - weights[: len(weights) // 2 * 2 : 2]  # pairs of runs
    deviation = np.sqrt((apart**2).mean() / 2)
    return deviation * batch_size / (learning_rate * max_grad_norm)
""",
        """
import numpy as np

def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    deviation = weights.std(axis=0).mean()
    return deviation * batch_size / (learning_rate * max_grad_norm)
""",
    ),
)

# dp-36

ANSWERS = 20_000
# The median of so many is off by 1.2533 / sqrt(20 000) standard deviations of the
# noise. Six of these are allowed: 2e-9 a case.
ALLOWED = 6 * math.sqrt(math.pi / 2 / ANSWERS)


def asked(prediction: float, stddev: float, rng) -> dict:
    noisy = prediction + stddev * rng.normal(size=ANSWERS)
    return {"answers": np.clip(noisy, -1, 1), "stddev": stddev}


def found(answer, prediction: float, stddev: float, rng) -> None:
    case = asked(prediction, stddev, rng)
    got = number(answer(**case))
    right = abs(got - prediction) <= ALLOWED * stddev
    if not right:
        for name, mistake in dp_36.mistakes.items():
            wrong = defined(dp_36, mistake.code)
            mistaken(close(got, wrong(**case)), name)
    expect(
        right,
        f"p was {prediction:g} at stddev {stddev:g}, you found {shown(got)}",
    )


def likely_class(answer, rng):
    """p = 0.9 behind noise of standard deviation 1"""
    found(answer, 0.9, 1.0, rng)


def unlikely_class(answer, rng):
    """p = 0.3 behind noise of standard deviation 1"""
    found(answer, 0.3, 1.0, rng)


def any_class(answer, rng):
    """other predictions, with less noise"""
    for stddev in (0.3, 0.6, 1.0):
        found(answer, float(rng.uniform(0.02, 0.98)), stddev, rng)


dp_36 = Exercise(
    id="dp-36",
    title="What the clip does not hide",
    answer="hidden_prediction",
    difficulty=2,
    minutes=8,
    points=1,
    hints=(
        "What does the clip do to the mean of the answers? Is there a middle that it "
        "leaves alone?",
        "Half of the noise is above 0. So how many of the noisy predictions are above "
        "p, before the clip and after it?",
        "The median of the answers.",
    ),
    public=(likely_class, unlikely_class),
    hidden=(any_class,),
    mistakes={
        "mean": Mistake(
            message="You took the mean. The clip cuts more on one side than on the "
            "other, so the mean is pulled towards 0, however many answers you have.",
            code="""
def hidden_prediction(answers, stddev):
    return answers.mean()
""",
        ),
        "edges-dropped": Mistake(
            message="You left out the answers at -1 and 1. They fell there because of "
            "where p is: without them you look at the wrong rest.",
            code="""
def hidden_prediction(answers, stddev):
    return answers[abs(answers) < 1].mean()
""",
        ),
        "one-answer": Mistake(
            message="One answer is off by the noise. You hold thousands.",
            code="""
def hidden_prediction(answers, stddev):
    return answers[0]
""",
        ),
        "cut-to-probabilities": Mistake(
            message="You cut the answers to [0, 1] before averaging, because p is a "
            "probability. p is; the noisy answers are not, and cutting biases the mean.",
            code="""
def hidden_prediction(answers, stddev):
    return answers.clip(0, 1).mean()
""",
        ),
    },
    also_right=(
        """
from scipy.optimize import brentq
from scipy.stats import norm

def hidden_prediction(answers, stddev):
    def clipped_mean(p):  # what the mean of the answers comes to
        low, high = (-1 - p) / stddev, (1 - p) / stddev
        inside = p * (norm.cdf(high) - norm.cdf(low))
        inside -= stddev * (norm.pdf(high) - norm.pdf(low))
        return inside + norm.sf(high) - norm.cdf(low)

    return brentq(lambda p: clipped_mean(p) - answers.mean(), -0.5, 1.5)
""",
    ),
)
