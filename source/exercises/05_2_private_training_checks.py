"""Checks, hints and named mistakes of the exercises 05_2."""

import math

import numpy as np
from scipy import stats

from privlab.course.checking import close, compare, defined, follows, shown
from privlab.course.exercise import Exercise, Mistake, Wrong, expect, mistaken
from privlab.dp.accounting import rdp_epsilon


# dp-41


def right_steps(noise_multiplier, sampling_rate, epsilon, delta):
    low, high = 0, 2048  # fits, and does not
    setting = {"noise_multiplier": noise_multiplier, "delta": delta}
    while high - low > 1:
        middle = (low + high) // 2
        spent = rdp_epsilon(
            sampling_rate=sampling_rate, steps=middle, **setting
        )
        low, high = (middle, high) if spent <= epsilon else (low, middle)
    return low


def setting(noise_multiplier, sampling_rate, epsilon, delta=1e-5) -> dict:
    return {
        "noise_multiplier": noise_multiplier,
        "sampling_rate": sampling_rate,
        "epsilon": epsilon,
        "delta": delta,
    }


def steps_that_fit(answer, rng):
    """a noise multiplier of 2, a tenth of the people in a batch, epsilon 3"""
    compare(answer, dp_41, right_steps, [setting(2.0, 0.1, 3.0)])


def just_enough(answer, rng):
    """a budget that fifty steps use up to the last bit, and one for many steps"""
    run = {"noise_multiplier": 2.0, "sampling_rate": 0.1, "delta": 1e-5}
    fifty = setting(2.0, 0.1, rdp_epsilon(**run, steps=50))
    compare(answer, dp_41, right_steps, [fifty, setting(40.0, 1.0, 5.0)])


def not_even_one(answer, rng):
    """a budget too small for a single step"""
    compare(answer, dp_41, right_steps, [setting(0.6, 0.5, 0.4)])


def steps_of_other_runs(answer, rng):
    """other budgets, and everybody in each step"""
    cases = [
        setting(rng.uniform(15, 25), 1.0, rng.uniform(2, 4)),
        setting(rng.uniform(1.5, 2), 0.1, rng.uniform(2, 4), delta=1e-6),
    ]
    compare(answer, dp_41, right_steps, cases)


ASK = """
from privlab.dp.accounting import rdp_epsilon

def spent(noise_multiplier, sampling_rate, steps, delta):
    return rdp_epsilon(noise_multiplier=noise_multiplier, delta=delta,
                       sampling_rate=sampling_rate, steps=steps)

def search(fits):
    low, high = 0, 2048
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low

def most_steps(noise_multiplier, sampling_rate, epsilon, delta):
    one = spent(noise_multiplier, sampling_rate, 1, delta)
    def fits(steps):
        return spent(noise_multiplier, sampling_rate, steps, delta) <= epsilon
"""

dp_41 = Exercise(
    id="dp-41",
    title="How long may you train?",
    answer="most_steps",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "More steps never spend less. So the numbers of steps that fit are 0, 1, … up "
        "to some k, and none beyond it.",
        "Find a number that fits and one that does not (keep doubling). Then ask about "
        "the one in the middle, and keep the half in which the answer lies.",
        "Keep `enough` and `too_many`; while they differ by more than 1, set "
        "`middle = (enough + too_many) // 2`, ask rdp_epsilon, and replace one of them.",
    ),
    public=(steps_that_fit, not_even_one, just_enough),
    hidden=(steps_of_other_runs,),
    mistakes={
        "limit-refused": Mistake(
            message="You refuse the step that brings ε to the limit itself. At most ε may "
            "be spent, and that is at most.",
            code=ASK.replace("<= epsilon", "< epsilon")
            + "    return search(fits)\n",
        ),
        "basic-composition": Mistake(
            message="You divided the budget by the ε of one step. That is basic "
            "composition: safe, but the accountant allows many more steps.",
            code=ASK + "    return int(epsilon // one)\n",
        ),
        "square-law": Mistake(
            message="You took the ε of T steps for √T times that of one. That is how it "
            "grows, roughly, and a rough promise is none: ask the accountant.",
            code=ASK + "    return int((epsilon / one) ** 2)\n",
        ),
        "never-none": Mistake(
            message="You always allow one step. Here even one spends more than the "
            "budget: the answer is 0.",
            code=ASK + "    return max(1, search(fits))\n",
        ),
        "one-too-many": Mistake(
            message="You return the first number of steps that is too much. The last "
            "one that fits is one less.",
            code=ASK + "    return search(fits) + 1\n",
        ),
    },
    also_right=(ASK + "    return float(search(fits))\n",),
)


# dp-42


def right_sum(X, y, w, max_grad_norm):
    total = np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        gradient = (1 / (1 + math.exp(-float(x @ w))) - label) * x
        length = np.linalg.norm(gradient)
        total += gradient * min(1, max_grad_norm / max(length, 1e-300))
    return total


def people(n, d, rng, scale=1.0) -> dict:
    """People whose gradients are longer than the bound, and others."""
    return {
        "X": scale * rng.normal(size=(n, d)) * rng.exponential(size=(n, 1)),
        "y": rng.integers(2, size=n),
        "w": rng.normal(size=d) / d,
        "max_grad_norm": 0.5,
    }


def sum_over_eight(answer, rng):
    """eight people with three features"""
    compare(answer, dp_42, right_sum, [people(8, 3, rng) for _ in range(3)])


def nobody_or_zero(answer, rng):
    """nobody in the batch, and a person whose features are all 0"""
    zero = {**people(2, 3, rng), "X": np.zeros((2, 3))}
    compare(answer, dp_42, right_sum, [people(0, 3, rng), zero])


def sum_over_many(answer, rng):
    """a thousand people with long and short features"""
    compare(answer, dp_42, right_sum, [people(1000, 20, rng, scale=3.0)])


GRADIENTS = """
import numpy as np

def clipped_sum(X, y, w, max_grad_norm):
    gradients = (1 / (1 + np.exp(-X @ w)) - y)[:, None] * X
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    C = max_grad_norm
    short = gradients * np.minimum(1, C / np.maximum(lengths, 1e-300))
"""

dp_42 = Exercise(
    id="dp-42",
    title="Clipped gradients in closed form",
    answer="clipped_sum",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Differentiate the loss of one person by w · x first: what remains is "
        "p - y. By the chain rule the gradient by w is that number times x.",
        "Its length is |p - y| times the length of x. Who is longer than the bound is "
        "multiplied by bound / length, who is not stays: a factor of 1.",
        "With `error = p - y` and one factor per person, the sum is "
        "`(factors * error) @ X`. Take care not to divide by a length of 0.",
    ),
    public=(sum_over_eight, nobody_or_zero),
    hidden=(sum_over_many,),
    mistakes={
        "sum-clipped": Mistake(
            message="You clipped the sum. That bounds the step, not what one person "
            "changes in it: clip each person's gradient, then add.",
            code=GRADIENTS
            + "    total = gradients.sum(axis=0)\n"
            + "    return total * min(1, C / max(np.linalg.norm(total), 1e-300))\n",
        ),
        "all-stretched": Mistake(
            message="You brought every gradient to exactly the bound, and stretched the "
            "short ones. Clipping only shortens: the factor is 1 at most.",
            code=GRADIENTS
            + "    return (gradients * C / np.maximum(lengths, 1e-300)).sum(axis=0)\n",
        ),
        "by-coordinate": Mistake(
            message="You clipped each coordinate by itself. A gradient at the bound in "
            "all of them is longer than max_grad_norm, and its direction changes.",
            code=GRADIENTS
            + "    return np.clip(gradients, -C, C).sum(axis=0)\n",
        ),
        "mean-not-sum": Mistake(
            message="You returned the mean. The number of people in the batch is a "
            "secret: DP-SGD divides the noisy sum, later, by the expected one.",
            code=GRADIENTS + "    return short.sum(axis=0) / max(len(X), 1)\n",
        ),
        "uphill": Mistake(
            message="Your gradient points the other way: it is (p - y) x, and a person "
            "with label 1 whose p is too small gets a negative factor.",
            code=GRADIENTS + "    return -short.sum(axis=0)\n",
        ),
        "not-clipped": Mistake(
            message="These are the whole gradients. Nobody is clipped, so one person "
            "can move the sum as far as they like.",
            code=GRADIENTS + "    return gradients.sum(axis=0)\n",
        ),
    },
    also_right=(GRADIENTS + "    return short.sum(axis=0)\n",),
)


# dp-43


def batch(drawn, rng, **changes) -> dict:
    run = {"n": 40, "sampling_rate": 0.2, "max_grad_norm": 2.0}
    run |= {"noise_multiplier": 3.0, **changes}
    rows = rng.normal(size=(drawn, 2))
    rows *= run["max_grad_norm"] / np.linalg.norm(rows, axis=1, keepdims=True)
    return {"clipped": rows, **run}


def public_mean(batch: dict) -> np.ndarray:
    total = batch["clipped"].sum(axis=0)
    return total / (batch["sampling_rate"] * batch["n"])


def without_noise(answer, batch: dict, rng) -> None:
    """Hold the answer against the mean, with a noise multiplier of 0."""
    quiet = {**batch, "noise_multiplier": 0.0}
    got = answer(**quiet, rng=rng)
    right = close(got, public_mean(quiet))
    for name in ("drawn-size", "not-divided", "whole-data"):
        wrong = defined(dp_43, dp_43.mistakes[name].code)(**quiet, rng=rng)
        mistaken(not right and close(got, wrong), name)
    expect(
        right,
        f"with a noise multiplier of 0 and {len(batch['clipped'])} people drawn you "
        f"gave {shown(got)}",
    )


def mean_is_over_the_expected_batch(answer, rng):
    """12 people drawn where 8 were expected, and no noise"""
    without_noise(answer, batch(12, rng), rng)


def noise_fits(answer, rng):
    """the noise on each coordinate"""
    noise = noise_of(answer, batch(12, rng), rng)
    expect(np.abs(noise).max() > 1e-9, "there is no noise in it")
    mistaken(np.ptp(noise, axis=0).max() < 1e-9, "no-fresh-noise")
    mistaken(close(noise[:, 0], noise[:, 1]), "one-draw")
    right = 3.0 * 2.0 / 8
    if all(is_normal(noise[:, k], right) for k in (0, 1)):
        again = [
            answer(**batch(0, rng), rng=np.random.default_rng(5))
            for _ in range(2)
        ]
        expect(close(*again), "the noise does not come from rng")
        return
    wrong = {
        "without-the-norm": 3.0 / 8,
        "noise-not-divided": 3.0 * 2.0,
        "noise-per-person": right * math.sqrt(12),
        "bound-doubled": 2 * right,
    }
    for name, scale in wrong.items():
        mistaken(follows(noise[:, 0], stats.norm(scale=scale)), name)
    raise Wrong(
        f"the noise on a coordinate has the standard deviation "
        f"{shown(float(noise.std()))}, and should be normal with {shown(right)}"
    )


def is_normal(noise: np.ndarray, scale: float) -> bool:
    """Also within 10 % of the deviation: of 2,000 draws that is six of its own."""
    right = abs(noise.std() / scale - 1) < 0.1
    return right and follows(noise, stats.norm(scale=scale))


def noise_of(answer, batch: dict, rng) -> np.ndarray:
    """What 2,000 calls add to the mean. The laws that follow fail at 1e-7 each."""
    given = answer.samples(2000, **batch, rng=rng)
    expect(given.shape == (2000, 2), "one number per column is needed")
    return given - public_mean(batch)


def empty_batch(answer, rng):
    """nobody drawn: noise alone"""
    without_noise(answer, batch(0, rng), rng)
    noise = noise_of(answer, batch(0, rng), rng)
    expect(
        is_normal(noise[:, 1], 3.0 * 2.0 / 8),
        "an empty batch gets the same noise",
    )


def noise_of_other_runs(answer, rng):
    """other bounds, rates and noise multipliers"""
    changes = {"n": 500, "sampling_rate": 0.01, "max_grad_norm": 0.5}
    run = batch(3, rng, **changes, noise_multiplier=0.7)
    without_noise(answer, run, rng)
    noise = noise_of(answer, run, rng)[:, 0]
    expect(is_normal(noise, 0.7 * 0.5 / 5), "the noise does not fit")


NOISY = """
import numpy as np

def noisy_gradient(clipped, n, sampling_rate, max_grad_norm, noise_multiplier, rng):
    total, size = clipped.sum(axis=0), sampling_rate * n
    scale = noise_multiplier * max_grad_norm
"""

dp_43 = Exercise(
    id="dp-43",
    title="Noise once, divided by what is public",
    answer="noisy_gradient",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "How far does one person move the sum? The noise multiplier is in units of that.",
        "Add up the rows. One draw of noise for each column, with the standard "
        "deviation noise_multiplier times max_grad_norm. Then divide.",
        "Divide sum and noise by `sampling_rate * n`, not by `len(clipped)`: the number "
        "drawn is not public.",
    ),
    public=(mean_is_over_the_expected_batch, noise_fits),
    hidden=(empty_batch, noise_of_other_runs),
    mistakes={
        "drawn-size": Mistake(
            message="You divided by the number drawn. It depends on who is in the data, "
            "and it may be 0. Divide by the expected number.",
            code=NOISY
            + "    noisy = total + rng.normal(scale=scale, size=total.shape)\n"
            + "    return noisy / max(len(clipped), 1)\n",
        ),
        "whole-data": Mistake(
            message="You divided by all n people. The sum is over a batch, which holds "
            "sampling_rate times n of them on average.",
            code=NOISY
            + "    noisy = total + rng.normal(scale=scale, size=total.shape)\n"
            + "    return noisy / n\n",
        ),
        "not-divided": Mistake(
            message="You return the noisy sum. The optimizer wants a mean: divide by "
            "the expected batch size.",
            code=NOISY
            + "    return total + rng.normal(scale=scale, size=total.shape)\n",
        ),
        "without-the-norm": Mistake(
            message="Your noise does not know max_grad_norm. A noise multiplier is in "
            "units of what one person can change.",
            code=NOISY
            + "    noise = rng.normal(scale=noise_multiplier, size=total.shape)\n"
            + "    return (total + noise) / size\n",
        ),
        "noise-not-divided": Mistake(
            message="You added to the mean the noise that belongs to the sum. It is "
            "safe, and far too much: divide both.",
            code=NOISY
            + "    noise = rng.normal(scale=scale, size=total.shape)\n"
            + "    return total / size + noise\n",
        ),
        "noise-per-person": Mistake(
            message="You noised each row. Once, on the sum, is enough; and the total of "
            "your noise tells how many were drawn.",
            code=NOISY
            + "    rows = clipped + rng.normal(scale=scale, size=clipped.shape)\n"
            + "    return rows.sum(axis=0) / size\n",
        ),
        "one-draw": Mistake(
            message="You added the same number to all columns. The differences between "
            "the columns come out without any noise.",
            code=NOISY
            + "    return (total + rng.normal(scale=scale)) / size\n",
        ),
        "bound-doubled": Mistake(
            message="You doubled the bound. That is for replacing a person; here one "
            "comes or goes, and moves the sum by max_grad_norm at most.",
            code=NOISY
            + "    noise = 2 * rng.normal(scale=scale, size=total.shape)\n"
            + "    return (total + noise) / size\n",
        ),
        "no-fresh-noise": Mistake(
            message="Your noise is the same on every call. Whoever knows your seed can "
            "take it off again: draw it from rng.",
            code=NOISY
            + "    rng = np.random.default_rng(0)\n"
            + "    noise = rng.normal(scale=scale, size=total.shape)\n"
            + "    return (total + noise) / size\n",
        ),
    },
    also_right=(
        NOISY
        + "    noise = rng.standard_normal(clipped.shape[1]) * scale / size\n"
        + "    return clipped.sum(0) / size + noise\n",
    ),
)


# dp-44


def right_average(weights, decay):
    average, together = np.zeros(weights.shape[1]), 0.0
    for row in weights:
        average = decay * average + (1 - decay) * row
        together = decay * together + (1 - decay)
    return average / together


def average_of_five(answer, rng):
    """five steps of two weights, and a single step"""
    cases = [
        {"weights": rng.normal(3, 1, size=(5, 2)), "decay": 0.8},
        {"weights": rng.normal(3, 1, size=(1, 2)), "decay": 0.9},
    ]
    compare(answer, dp_44, right_average, cases)


def average_of_any_run(answer, rng):
    """long runs, no memory, and weights that stand still"""
    cases = [
        {"weights": rng.normal(size=(300, 4)), "decay": rng.uniform(0.9, 0.99)},
        {"weights": rng.normal(size=(3, 1)), "decay": 0.0},
        {"weights": np.full((20, 2), 7.0), "decay": 0.5},
    ]
    compare(answer, dp_44, right_average, cases)


LOOP = """
import numpy as np

def steady(weights, decay):
    average = np.zeros(weights.shape[1])
    for row in weights:
        average = decay * average + (1 - decay) * row
"""

dp_44 = Exercise(
    id="dp-44",
    title="A steady average of shaking weights",
    answer="steady",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "Do it by hand for one step: a is (1 - β) w, and the corrected average must be "
        "w itself. What do you divide by?",
        "After T steps the shares are (1 - β), (1 - β) β, (1 - β) β², … from the last "
        "step backwards. Their sum is a geometric series.",
        "Loop over the rows with a = β a + (1 - β) row, and return "
        "a / (1 - β ** number of rows).",
    ),
    public=(average_of_five,),
    hidden=(average_of_any_run,),
    mistakes={
        "not-corrected": Mistake(
            message="The start at 0 is still in your average: it is too small, most of "
            "all after few steps. Divide by the sum of the shares.",
            code=LOOP + "    return average\n",
        ),
        "starts-at-the-first": Mistake(
            message="You started at the first weights instead of 0. Then they have a "
            "share far above their due.",
            code="""
def steady(weights, decay):
    average = weights[0]
    for row in weights[1:]:
        average = decay * average + (1 - decay) * row
    return average
""",
        ),
        "decay-swapped": Mistake(
            message="You gave the newest weights the share β and kept 1 - β of the "
            "past. A large decay is a long memory.",
            code="""
import numpy as np

def steady(weights, decay):
    average = np.zeros(weights.shape[1])
    for row in weights:
        average = (1 - decay) * average + decay * row
    return average / (1 - (1 - decay) ** len(weights))
""",
        ),
        "oldest-first": Mistake(
            message="Your largest share goes to the first step. The average should "
            "remember the last steps best: the model was worst at the start.",
            code="""
import numpy as np

def steady(weights, decay):
    shares = decay ** np.arange(len(weights))
    return shares @ weights / shares.sum()
""",
        ),
        "plain-mean": Mistake(
            message="You took the plain mean of all steps, the untrained first ones "
            "included. decay has no say in it.",
            code="""
def steady(weights, decay):
    return weights.mean(axis=0)
""",
        ),
    },
    also_right=(LOOP + "    return average / (1 - decay ** len(weights))\n",),
)


# dp-45


def right_norms(first, counts, expected, target, clip_rate):
    norms = [float(first)]
    for count in counts:
        excess = count / expected - target
        norms.append(norms[-1] * math.exp(-clip_rate * excess))
    return np.array(norms)


def log_of_counts(steps, rng) -> dict:
    return {
        "first": float(rng.uniform(0.1, 10)),
        "counts": rng.normal(60, 40, size=steps),
        "expected": 100,
        "target": float(rng.uniform(0.2, 0.6)),
        "clip_rate": 0.3,
    }


def norms_of_four_steps(answer, rng):
    """the log of four steps"""
    compare(answer, dp_45, right_norms, [log_of_counts(4, rng)])


def norms_of_any_log(answer, rng):
    """a long log, and one that has not begun"""
    cases = [log_of_counts(200, rng), log_of_counts(0, rng)]
    compare(answer, dp_45, right_norms, cases)


REPLAY = """
import math

def norms_in_force(first, counts, expected, target, clip_rate):
    norms = [first]
    for count in counts:
        C, excess = norms[-1], count / expected - target
        norms.append({})
    return norms
"""
RULE = REPLAY.replace("{}", "C * math.exp(-clip_rate * excess)")

dp_45 = Exercise(
    id="dp-45",
    title="Replay the clipping norm from the log",
    answer="norms_in_force",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "The norm of the first step is given. Which norm follows, if the noisy share "
        "that fits is exactly the target?",
        "Each norm is the one before it times exp(-clip_rate * (count / expected - "
        "target)).",
        "Start a list with `first`; for each count append the last entry times that "
        "factor. The list is one longer than counts.",
    ),
    public=(norms_of_four_steps,),
    hidden=(norms_of_any_log,),
    mistakes={
        "wrong-way": Mistake(
            message="Your norm grows when more fit than wanted. It must shrink then, or "
            "it runs away.",
            code=REPLAY.replace("{}", "C * math.exp(clip_rate * excess)"),
        ),
        "additive": Mistake(
            message="You subtract where the rule multiplies. A norm that starts ten "
            "thousand times too large would take for ever, and one near 0 turn negative.",
            code=REPLAY.replace("{}", "C - clip_rate * excess"),
        ),
        "linear-factor": Mistake(
            message="You used 1 - x where the rule has exp(-x). They agree for small "
            "moves only; with a lot of noise yours can turn negative.",
            code=REPLAY.replace("{}", "C * (1 - clip_rate * excess)"),
        ),
        "count-not-share": Mistake(
            message="You compared the count with the target. The target is a share: "
            "divide by the expected batch size first.",
            code=RULE.replace("count / expected", "count"),
        ),
        "next-left-out": Mistake(
            message="After the last count the norm moves once more: return one norm more "
            "than there are counts.",
            code=RULE.replace("return norms", "return norms[:-1]"),
        ),
        "one-late": Mistake(
            message="You left out the first norm: it is in force at step 1, before any "
            "count is known.",
            code=RULE.replace("return norms", "return norms[1:]"),
        ),
    },
    also_right=(REPLAY.replace("{}", "C / math.exp(clip_rate * excess)"),),
)


# dp-46


def right_epsilon(epsilon, chances):
    lie = 1 / (1 + math.exp(epsilon))
    pairs = list(enumerate(chances, start=1))
    none, none_if_one = (
        sum(chance * p**k for k, chance in pairs) for p in (1 - lie, lie)
    )
    return math.log(none / none_if_one)


def coins(epsilon, *chances) -> dict:
    return {"epsilon": epsilon, "chances": np.array(chances)}


def one_or_three(answer, rng):
    """one run or three, three a little more often"""
    compare(answer, dp_46, right_epsilon, [coins(1.0, 0.4, 0.0, 0.6)])


def fixed_and_random(answer, rng):
    """always one, always four, and a geometric number"""
    often = np.append(0.8 ** np.arange(60) * 0.2, 0.8**60)
    cases = [coins(0.7, 1.0), coins(0.3, 0, 0, 0, 1.0), coins(1.5, *often)]
    chances = rng.dirichlet(np.ones(8))
    cases.append(coins(float(rng.uniform(0.1, 3)), *chances))
    compare(answer, dp_46, right_epsilon, cases)


COINS = """
import numpy as np

def epsilon_of_best(epsilon, chances):
    truth = 1 / (1 + np.exp(-epsilon))
    runs = np.arange(1, len(chances) + 1)
    zero, zero_if_one = chances @ truth**runs, chances @ (1 - truth)**runs
"""

dp_46 = Exercise(
    id="dp-46",
    title="What the best of many runs gives away",
    answer="epsilon_of_best",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Start with exactly two runs. With which probability do both say 0 if the "
        "secret is 0? And if it is 1? What is the ratio?",
        "For a random number of runs, the probability of a published 0 is the sum of "
        "chance of k times (probability that one says 0) to the power k. Two worlds, "
        "two sums.",
        "ε is the largest absolute value of the logarithm of the ratio of the two "
        "worlds, over the outcomes 0 and 1. The probability of 1 is 1 minus that of 0.",
    ),
    public=(one_or_three,),
    hidden=(fixed_and_random,),
    mistakes={
        "longest-search": Mistake(
            message="You paid for the longest search there may be. That is safe, but not "
            "the exact ε: a published 0 does not tell how long the search was.",
            code=COINS + "    return epsilon * len(chances)\n",
        ),
        "expected-runs": Mistake(
            message="You multiplied ε by the expected number of runs. Average the "
            "probabilities over the number of runs, not the ε.",
            code=COINS + "    return epsilon * (chances @ runs)\n",
        ),
        "average-of-ratios": Mistake(
            message="You averaged the ratios of the two worlds. Nobody sees how many "
            "runs there were: average each world's probability, then divide.",
            code=COINS
            + "    return np.log(chances @ np.exp(runs * epsilon))\n",
        ),
        "only-the-winner": Mistake(
            message="You looked at a published 1 only. A published 0 says that all runs "
            "failed, and that tells more.",
            code=COINS + "    return np.log((1 - zero_if_one) / (1 - zero))\n",
        ),
        "one-run": Mistake(
            message="You charge for one run. Which of them was best is an answer about "
            "the secret too.",
            code=COINS + "    return epsilon\n",
        ),
    },
    also_right=(COINS + "    return float(np.log(zero / zero_if_one))\n",),
)
