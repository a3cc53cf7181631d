"""Checks, hints and named mistakes of the exercises 03_3."""

import numpy as np

from privlab.course.checking import compare, defined, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken

# fl-01


def right_counts(bias_change, rate, examples):
    return examples * (np.asarray(bias_change) / rate + 1 / len(bias_change))


def one_step(counts, rate) -> dict:
    """What the server gets from a client with so many examples of each label."""
    counts = np.asarray(counts)
    change = rate * (counts / counts.sum() - 1 / len(counts))
    return {
        "bias_change": change,
        "rate": rate,
        "examples": int(counts.sum()),
    }


def right_for_a_small_clinic(answer, rng):
    """four diagnoses, 12 patients"""
    compare(answer, fl_01, right_counts, [one_step([7, 0, 4, 1], 0.5)])


def right_for_any_clinic(answer, rng):
    """any number of diagnoses and of patients, any learning rate"""
    for _ in range(20):
        counts = rng.integers(0, 40, rng.integers(2, 30))
        counts[0] += 1
        case = one_step(counts, float(rng.uniform(0.001, 3)))
        compare(answer, fl_01, right_counts, [case])


fl_01 = Exercise(
    id="fl-01",
    title="Diagnoses counted in an update",
    answer="diagnoses_counted",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "With all weights 0, what does the model predict for every patient?",
        "It predicts 1/c for each of c diagnoses. Write down the mean gradient in the "
        "biases of n patients of whom n_y have the diagnosis y.",
        "The mean gradient is 1/c - n_y/n, and the change is minus `rate` times that. "
        "Solve for n_y.",
    ),
    public=(right_for_a_small_clinic,),
    hidden=(right_for_any_clinic,),
    mistakes={
        "cut-off": Mistake(
            message="Your counts are cut off, not rounded: rounding errors make a 1 into "
            "0.9999..., and `int` or `astype(int)` makes a 0 of that. Use `np.rint`.",
            code="""
import numpy as np

def diagnoses_counted(bias_change, rate, examples):
    return (examples * (bias_change / rate + 1 / len(bias_change))).astype(int)
""",
        ),
        "prediction-forgotten": Mistake(
            message="Your counts add up to 0. The gradient is the prediction minus the "
            "label, and the model predicts something even with weights 0.",
            code="""
def diagnoses_counted(bias_change, rate, examples):
    return examples * bias_change / rate
""",
        ),
        "uphill": Mistake(
            message="Your sign is that of the gradient. The step goes against it, so "
            "the biases of frequent diagnoses grow.",
            code="""
def diagnoses_counted(bias_change, rate, examples):
    return examples * (1 / len(bias_change) - bias_change / rate)
""",
        ),
        "rate-forgotten": Mistake(
            message="You read the change as if it were the gradient. It is the "
            "learning rate times as large.",
            code="""
def diagnoses_counted(bias_change, rate, examples):
    return examples * (bias_change + 1 / len(bias_change))
""",
        ),
        "shares": Mistake(
            message="Those are the shares of the diagnoses. You know how many patients "
            "there are: count them.",
            code="""
def diagnoses_counted(bias_change, rate, examples):
    return bias_change / rate + 1 / len(bias_change)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def diagnoses_counted(bias_change, rate, examples):
    gradient = -np.asarray(bias_change) / rate
    return np.rint(examples * (1 / len(gradient) - gradient)).astype(int)
""",
    ),
)

# fl-02


def layer(
    rng, *, rows: int, pixels: int, first: float, sign: int
) -> tuple[dict, np.ndarray]:
    """A layer before and after training on one record, rounded; and the record.

    Row 0 moved by ``first``, the last row not at all, one by 0.5, others by little.
    """
    record = rng.uniform(0.1, 1, pixels)
    moved = np.concatenate(
        [[first], rng.uniform(2e-6, 9e-6, rows - 3), [0.5, 0.0]]
    )
    moved *= rng.choice([-1, 1], rows)
    moved[0], moved[-2] = sign * first, sign * 0.5
    weights, biases = rng.normal(size=(rows, pixels)), rng.normal(size=rows)
    case = {
        "weights_before": weights.round(6),
        "biases_before": biases.round(6),
        "weights_after": (weights + moved[:, None] * record).round(6),
        "biases_after": (biases + moved).round(6),
    }
    return case, record


def near(got, right) -> bool:
    """Whether ``got`` is the record to within 0.01."""
    try:
        got = np.asarray(got)
    except ValueError:
        return False
    if got.dtype.kind not in "iuf" or got.shape != right.shape:
        return False
    return bool((np.abs(got - right) <= 0.01).all())  # NaN is not near


def rebuilds(answer, case, record) -> None:
    got = answer(**case)
    if near(got, record):
        return
    for name, mistake in fl_02.mistakes.items():
        with np.errstate(all="ignore"):
            wrong = defined(fl_02, mistake.code)(**case)
        mistaken(near(got, wrong), name)
    expect(
        False, f"for the record {shown(record[0])}, ... you gave {shown(got)}"
    )


def one_patient_comes_back(answer, rng):
    """a layer of 12 rows, 20 measurements"""
    for sign in (1, -1):
        rebuilds(answer, *layer(rng, rows=12, pixels=20, first=1e-5, sign=sign))


def any_patient_comes_back(answer, rng):
    """layers of any size, whichever row moved most"""
    for _ in range(10):
        rows, pixels = int(rng.integers(4, 40)), int(rng.integers(1, 50))
        case, record = layer(
            rng,
            rows=rows,
            pixels=pixels,
            first=1e-5,
            sign=int(rng.choice([-1, 1])),
        )
        order = rng.permutation(rows)
        rebuilds(
            answer, {name: part[order] for name, part in case.items()}, record
        )


fl_02 = Exercise(
    id="fl-02",
    title="The patient in the model",
    answer="patient_rebuilt",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "By what does row i of the weights move in one step, and its bias? What do all "
        "steps have in common?",
        "The change of row i divided by the change of bias i is the record, whatever "
        "the number of steps. Which row is the least hurt by rounding?",
        "Take the row where the bias moved most, up or down: "
        "`np.abs(biases_after - biases_before).argmax()`.",
    ),
    public=(one_patient_comes_back,),
    hidden=(any_patient_comes_back,),
    mistakes={
        "no-difference": Mistake(
            message="You divided the trained layer itself. It still holds the random "
            "weights it started from; the patient is in the change.",
            code="""
import numpy as np

def patient_rebuilt(weights_before, biases_before, weights_after, biases_after):
    row = np.abs(biases_after - biases_before).argmax()
    return weights_after[row] / biases_after[row]
""",
        ),
        "first-row": Mistake(
            message="You took the first row. It hardly moved, so rounding is as large as "
            "its change.",
            code="""
def patient_rebuilt(weights_before, biases_before, weights_after, biases_after):
    moved = biases_after - biases_before
    return (weights_after[0] - weights_before[0]) / moved[0]
""",
        ),
        "upwards-only": Mistake(
            message="You took the row whose bias rose most. A bias may also fall: "
            "compare the sizes of the changes, without their signs.",
            code="""
def patient_rebuilt(weights_before, biases_before, weights_after, biases_after):
    moved = biases_after - biases_before
    row = moved.argmax()
    return (weights_after[row] - weights_before[row]) / moved[row]
""",
        ),
        "plain-mean": Mistake(
            message="You averaged all rows that moved, each with the same weight. Most "
            "of them hold more rounding than patient.",
            code="""
def patient_rebuilt(weights_before, biases_before, weights_after, biases_after):
    moved = biases_after - biases_before
    rows = moved != 0
    change = weights_after[rows] - weights_before[rows]
    return (change / moved[rows, None]).mean(0)
""",
        ),
    },
    also_right=(
        """
def patient_rebuilt(weights_before, biases_before, weights_after, biases_after):
    moved = biases_after - biases_before
    change = weights_after - weights_before
    return moved @ change / (moved @ moved)
""",
    ),
)

# fl-03


def right_masked(values, client, pair_masks, modulus):
    pair_masks = np.asarray(pair_masks)
    mine = pair_masks[client]
    return (values + mine[client + 1 :].sum(0) - mine[:client].sum(0)) % modulus


def federation(rng, *, clients: int, numbers: int, modulus: int) -> list[dict]:
    """The cases of all clients; the diagonal of the masks means nothing."""
    masks = rng.integers(0, modulus, (clients, clients, numbers))
    for i in range(clients):
        masks[i, :i] = masks[:i, i]
    values = rng.integers(-99, 100, (clients, numbers))
    return [
        {
            "values": values[i],
            "client": i,
            "pair_masks": masks,
            "modulus": modulus,
        }
        for i in range(clients)
    ]


def right_for_four_clients(answer, rng):
    """four clients, modulo 1,000"""
    cases = federation(rng, clients=4, numbers=5, modulus=1000)
    compare(answer, fl_03, right_masked, cases)


def right_for_any_federation(answer, rng):
    """any number of clients, any modulus"""
    for clients in (1, 2, 3, 9):
        modulus = 2 ** int(rng.integers(8, 40))
        cases = federation(rng, clients=clients, numbers=7, modulus=modulus)
        compare(answer, fl_03, right_masked, cases)


fl_03 = Exercise(
    id="fl-03",
    title="Masks that cancel",
    answer="masked_values",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "For client 2 of 0, 1, 2, 3: which masks does it add, which does it subtract?",
        "`pair_masks[client]` are all masks of this client, in the order of the others. "
        "Cut it before and after `client`.",
        "`pair_masks[client][client + 1:].sum(0)` is added, "
        "`pair_masks[client][:client].sum(0)` is subtracted; then `% modulus`.",
    ),
    public=(right_for_four_clients,),
    hidden=(right_for_any_federation,),
    mistakes={
        "all-added": Mistake(
            message="You add every mask. The other client of the pair adds it as well, "
            "so in the sum it stands twice and hides the total for ever.",
            code="""
def masked_values(values, client, pair_masks, modulus):
    mine = pair_masks[client]
    return (values + mine[client + 1:].sum(0) + mine[:client].sum(0)) % modulus
""",
        ),
        "own-mask": Mistake(
            message="You used what stands at [client, client]. Nobody else has that "
            "mask, so it never cancels.",
            code="""
def masked_values(values, client, pair_masks, modulus):
    mine = pair_masks[client]
    return (values + mine[client:].sum(0) - mine[:client].sum(0)) % modulus
""",
        ),
        "no-modulus": Mistake(
            message="You send the sum itself. Take it modulo `modulus`, or its size "
            "tells something about the value under the masks.",
            code="""
def masked_values(values, client, pair_masks, modulus):
    mine = pair_masks[client]
    return values + mine[client + 1:].sum(0) - mine[:client].sum(0)
""",
        ),
        "turned-round": Mistake(
            message="You subtract the masks shared with later clients and add those "
            "shared with earlier ones. That would cancel if all did so; the rule here "
            "is the other way round.",
            code="""
def masked_values(values, client, pair_masks, modulus):
    mine = pair_masks[client]
    return (values - mine[client + 1:].sum(0) + mine[:client].sum(0)) % modulus
""",
        ),
    },
    also_right=(
        """
def masked_values(values, client, pair_masks, modulus):
    sent = [int(value) for value in values]
    for other in range(len(pair_masks)):
        sign = (other > client) - (other < client)
        for place in range(len(sent)):
            sent[place] += sign * int(pair_masks[client][other][place])
    return [number % modulus for number in sent]
""",
    ),
)

# fl-04


def right_biases(weights):
    return -np.maximum(weights, 0).sum(1)


def right_for_three_units(answer, rng):
    """three units, four pixels"""
    weights = np.array(
        [[0.5, -1.0, 2.0, 0.0], [1.0, 1.0, -0.25, 0.5], [-3.0, 0.75, -0.5, 1.5]]
    )
    compare(answer, fl_04, right_biases, [{"weights": weights}])


def right_for_any_layer(answer, rng):
    """layers of any size, units with no positive or no negative weight"""
    for _ in range(10):
        weights = rng.normal(size=rng.integers(2, 30, 2))
        weights[0], weights[1] = abs(weights[0]), -abs(weights[1])
        compare(answer, fl_04, right_biases, [{"weights": weights}])


fl_04 = Exercise(
    id="fl-04",
    title="A sum of one",
    answer="silencing_biases",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Which image with pixels from 0 to 1 makes `weights[i] @ x` as large as it can "
        "get?",
        "A pixel helps where its weight is positive. The best image is 1 there and 0 "
        "elsewhere. What does it give?",
        "The best image gives the sum of the positive weights. The bias must take just "
        "that away.",
    ),
    public=(right_for_three_units,),
    hidden=(right_for_any_layer,),
    mistakes={
        "white-image": Mistake(
            message="Your biases silence the image that is 1 everywhere. Negative "
            "weights held that one back; another image reaches further.",
            code="""
def silencing_biases(weights):
    return -weights.sum(1)
""",
        ),
        "too-low": Mistake(
            message="Your biases do silence every unit, but they are lower than they "
            "must be: no pixel is below 0, so negative weights never help.",
            code="""
def silencing_biases(weights):
    return -abs(weights).sum(1)
""",
        ),
        "one-pixel": Mistake(
            message="Your biases silence images with a single pixel. An image may have "
            "ink wherever a weight is positive.",
            code="""
def silencing_biases(weights):
    return -weights.max(1)
""",
        ),
    },
    also_right=(
        """
def silencing_biases(weights):
    return [-sum(float(w) for w in row if w > 0) for row in weights]
""",
    ),
)

# fl-05


def right_multiplier(noise_multiplier, rows):
    return noise_multiplier * np.sum(rows) / len(rows) / np.max(rows)


def right_for_five_clients(answer, rng):
    """five clients, z = 1.5"""
    case = {"noise_multiplier": 1.5, "rows": np.array([10, 30, 5, 40, 15])}
    compare(answer, fl_05, right_multiplier, [case])


def right_for_any_sizes(answer, rng):
    """equal and very unequal clients, any z"""
    for rows in (
        np.full(9, 7),
        np.array([997, 1, 1, 1]),
        rng.integers(1, 999, 30),
    ):
        case = {"noise_multiplier": float(rng.uniform(0.1, 9)), "rows": rows}
        compare(answer, fl_05, right_multiplier, [case])


fl_05 = Exercise(
    id="fl-05",
    title="The heaviest client",
    answer="true_multiplier",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "How far does client k move the weighted mean at most, if its update has the "
        "length S?",
        "By S times its weight. A promise holds for everybody, so take the largest "
        "weight.",
        "Divide the noise, `noise_multiplier` S / K, by S max(rows) / sum(rows). S "
        "cancels.",
    ),
    public=(right_for_five_clients,),
    hidden=(right_for_any_sizes,),
    mistakes={
        "equal-weights": Mistake(
            message="You took every client's weight as 1 / K. Then the noise is right, "
            "but the mean is weighted: a client with more rows moves it further.",
            code="""
def true_multiplier(noise_multiplier, rows):
    return noise_multiplier
""",
        ),
        "noise-of-the-sum": Mistake(
            message="You compared with noise of z S. This server divides the noise by "
            "the number of clients.",
            code="""
def true_multiplier(noise_multiplier, rows):
    return noise_multiplier * rows.sum() / rows.max()
""",
        ),
        "smallest-client": Mistake(
            message="That is the promise to the smallest client. A promise must hold "
            "for the one that moves the mean most.",
            code="""
def true_multiplier(noise_multiplier, rows):
    return noise_multiplier * rows.sum() / len(rows) / rows.min()
""",
        ),
        "upside-down": Mistake(
            message="Your multiplier grows with the largest client. The further one "
            "client can move the mean, the less the same noise hides it.",
            code="""
def true_multiplier(noise_multiplier, rows):
    return noise_multiplier * len(rows) * rows.max() / rows.sum()
""",
        ),
    },
    also_right=(
        """
def true_multiplier(noise_multiplier, rows):
    deviation = noise_multiplier / len(rows)
    return min(deviation / (row / sum(rows)) for row in rows)
""",
    ),
)

# fl-06


def right_share(clipping_norm, noise_multiplier, clients, lost, colluding):
    hidden = clients - lost - colluding
    return noise_multiplier * clipping_norm / np.sqrt(hidden)


def right_for_twenty_clients(answer, rng):
    """twenty clients, up to three lost, up to four colluding"""
    case = {"clipping_norm": 0.5, "noise_multiplier": 1.2}
    case |= {"clients": 20, "lost": 3, "colluding": 4}
    compare(answer, fl_06, right_share, [case])


def right_for_any_federation_of_shares(answer, rng):
    """any federation, also one with a single honest client"""
    for clients, lost, colluding in (
        (2, 0, 1),
        (7, 6, 0),
        (50, 5, 0),
        (90, 20, 30),
    ):
        case = {"clipping_norm": float(rng.uniform(0.1, 5))}
        case |= {
            "noise_multiplier": float(rng.uniform(0.1, 5)),
            "clients": clients,
        }
        case |= {"lost": lost, "colluding": colluding}
        compare(answer, fl_06, right_share, [case])


fl_06 = Exercise(
    id="fl-06",
    title="Shares of the noise",
    answer="share_deviation",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Whose shares are in the sum, and unknown to the server, in the worst case?",
        "Those of the honest clients that stay. Of independent noises, what adds up?",
        "Variances add up: k shares of deviation s make noise of s times the square "
        "root of k.",
    ),
    public=(right_for_twenty_clients,),
    hidden=(right_for_any_federation_of_shares,),
    mistakes={
        "nobody-lost": Mistake(
            message="You count the shares of all clients. With the first one that drops "
            "out, or talks, the noise is less than promised.",
            code="""
def share_deviation(clipping_norm, noise_multiplier, clients, lost, colluding):
    return noise_multiplier * clipping_norm / clients ** 0.5
""",
        ),
        "colluders-trusted": Mistake(
            message="You count the colluders' shares. They are in the sum, but the "
            "server knows them and takes them away again.",
            code="""
def share_deviation(clipping_norm, noise_multiplier, clients, lost, colluding):
    return noise_multiplier * clipping_norm / (clients - lost) ** 0.5
""",
        ),
        "deviations-added": Mistake(
            message="You let standard deviations add up. Independent noises partly "
            "cancel: it is the variances that add.",
            code="""
def share_deviation(clipping_norm, noise_multiplier, clients, lost, colluding):
    return noise_multiplier * clipping_norm / (clients - lost - colluding)
""",
        ),
        "all-of-it": Mistake(
            message="You let every client add the whole noise. That keeps the promise, "
            "with far more noise than it needs.",
            code="""
def share_deviation(clipping_norm, noise_multiplier, clients, lost, colluding):
    return noise_multiplier * clipping_norm
""",
        ),
    },
    also_right=(
        """
import math

def share_deviation(clipping_norm, noise_multiplier, clients, lost, colluding):
    variance = (noise_multiplier * clipping_norm) ** 2
    return math.sqrt(variance / (clients - lost - colluding))
""",
    ),
)
