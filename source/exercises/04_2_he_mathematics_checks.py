"""Checks, hints and named mistakes of the exercises 04_2."""

import math

import numpy as np

from privlab.course.checking import close, compare, defined, shown
from privlab.course.exercise import Exercise, Mistake, Wrong, expect, mistaken
from privlab.he.paillier import Ciphertext, PrivateKey


# he-11

# Products of two such primes stay below 2^26: their squares are exact as floats too.
PRIMES = (1009, 2003, 3001, 4001, 5003, 6007, 7001, 8009)


def customer(rng):
    """A key, and how a customer's numbers arrive under it."""
    p, q = (int(prime) for prime in rng.choice(PRIMES, 2, replace=False))
    key = PrivateKey(p=p, q=q)

    def arrive(numbers):
        return [key.public.encrypt(x, rng=rng).value for x in numbers]

    return key, arrive


def right_score(answer, numbers, weights, rng) -> None:
    """Hold the score's decryption against the sum, or name the mistake."""
    key, arrive = customer(rng)
    n = key.public.n
    case = {"ciphertexts": arrive(numbers), "weights": weights, "n": n}
    got, score = answer(**case), None
    one = isinstance(got, int | float) and not isinstance(got, bool)
    if (
        one
        and 0 < got < n**2
        and got == int(got)
        and math.gcd(int(got), n) == 1
    ):
        score = key.decrypt(Ciphertext(value=int(got), key=key.public))
    right = sum(w * x for w, x in zip(weights, numbers, strict=True)) % n
    if score == right:
        return
    for name, mistake in he_11.mistakes.items():
        mistaken(one and got == defined(he_11, mistake.code)(**case), name)
    expect(
        not isinstance(got, float),
        "c ** w with a negative w is a decimal number; pow(c, w, n**2) takes the inverse "
        "modulo n²",
    )
    expect(
        score is not None,
        f"one ciphertext modulo n² is needed, you gave {shown(got)}",
    )
    raise Wrong(f"decrypted, your score is {score}; it should be {right}")


def scores_with_late_payments(answer, rng):
    """income class 7, 3 late payments, weights 20 and -15"""
    right_score(answer, [7, 3], [20, -15], rng)


def any_score(answer, rng):
    """any numbers and weights, negative totals too"""
    for count in (1, 4, 9):
        x, w = rng.integers(0, 1000, count), rng.integers(-99, 99, count)
        right_score(answer, x.tolist(), w.tolist(), rng)


he_11 = Exercise(
    id="he-11",
    title="A score that the bank computes and cannot read",
    answer="encrypted_score",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Which operation on a ciphertext multiplies the number inside by a public one? "
        "Which operation on two ciphertexts adds the numbers inside?",
        "Raise each ciphertext to its weight, multiply all of them, modulo n².",
        "Start with 1 and repeat `score = score * pow(c, w, n**2) % n**2`; Python's "
        "`pow` with a modulus takes negative exponents.",
    ),
    public=(scores_with_late_payments,),
    hidden=(any_score,),
    mistakes={
        "times-the-weight": Mistake(
            message="You multiplied each ciphertext by its weight. That changes the "
            "number inside in a way nobody controls; a power multiplies it.",
            code="""
import math

def encrypted_score(ciphertexts, weights, n):
    return math.prod(c * w for c, w in zip(ciphertexts, weights)) % n**2
""",
        ),
        "added": Mistake(
            message="You added ciphertexts. Inside, Paillier adds when ciphertexts "
            "are multiplied.",
            code="""
def encrypted_score(ciphertexts, weights, n):
    return sum(pow(c, w, n**2) for c, w in zip(ciphertexts, weights)) % n**2
""",
        ),
        "modulo-n": Mistake(
            message="You reduced modulo n. The numbers inside count modulo n, the "
            "ciphertexts modulo n²; modulo n only the r is left.",
            code="""
def encrypted_score(ciphertexts, weights, n):
    score = 1
    for c, w in zip(ciphertexts, weights):
        score = score * pow(c, w, n) % n
    return score
""",
        ),
        "sign-lost": Mistake(
            message="You took the size of the weights and lost their sign. A negative "
            "exponent, or the weight modulo n, subtracts.",
            code="""
def encrypted_score(ciphertexts, weights, n):
    score = 1
    for c, w in zip(ciphertexts, weights):
        score = score * pow(c, abs(w), n**2) % n**2
    return score
""",
        ),
    },
    also_right=(
        """
import math

def encrypted_score(ciphertexts, weights, n):
    powers = [pow(c, w % n, n * n) for c, w in zip(ciphertexts, weights)]
    return math.prod(powers) % (n * n)
""",
    ),
)

# he-12

LETTERS = b"abcdefghijklmnopqrstuvwxyz "


def right_positions(first, second, crib):
    both = np.frombuffer(first, np.uint8) ^ np.frombuffer(second, np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(both, len(crib))
    other = windows ^ np.frombuffer(crib, np.uint8)
    fits = np.isin(other, np.frombuffer(LETTERS, np.uint8)).all(axis=1)
    return np.flatnonzero(fits).tolist()


def intercepted(first: bytes, second: bytes, rng):
    """Both messages under one random pad."""
    pad = rng.integers(0, 256, len(first), dtype=np.uint8)
    return [
        (np.frombuffer(text, np.uint8) ^ pad).tobytes()
        for text in (first, second)
    ]


def cribs_in_two_sentences(answer, rng):
    """two sentences; cribs from the start, the middle and the end, long and short"""
    first, second = intercepted(
        b"the harvest will be late this year",
        b"send the model before noon to rome",
        rng,
    )
    cases = [
        {"first": first, "second": second, "crib": crib}
        for crib in (b"the har", b"will be", b"is year", b"th", b"e", b"l")
    ]
    compare(answer, he_12, right_positions, cases)


def cribs_anywhere(answer, rng):
    """any messages, short cribs, and cribs as long as the message"""
    for length, size in ((60, 3), (200, 5), (12, 12)):
        texts = rng.choice(list(LETTERS), (2, length)).astype(np.uint8)
        first, second = (text.tobytes() for text in texts)
        start = int(rng.integers(length - size + 1))
        crib = first[start : start + size]
        first, second = intercepted(first, second, rng)
        case = {"first": first, "second": second, "crib": crib}
        compare(answer, he_12, right_positions, [case])


CRIB = """
def crib_positions(first, second, crib):
    allowed = {allowed}
    both = [a ^ b for a, b in zip({pair})]
    return [
        i
        for i in range(len(both) - len(crib) + {more})
        if all({mix} in allowed for x, c in zip(both[i:], crib))
    ]
"""
RIGHT = {
    "allowed": 'b"abcdefghijklmnopqrstuvwxyz "',
    "pair": "first, second",
    "more": "1",
    "mix": "x ^ c",
}

he_12 = Exercise(
    id="he-12",
    title="Reading a pad that was used twice",
    answer="crib_positions",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "What is left of the pad when you XOR the two ciphertexts?",
        "The XOR of the messages is left. XOR the crib into a piece of it: if the "
        "guess is right, the piece of the second message appears.",
        "For every start from 0 to len(first) - len(crib), both included, test "
        "whether first[start + i] ^ second[start + i] ^ crib[i] is a letter or a "
        "space for every i.",
    ),
    public=(cribs_in_two_sentences,),
    hidden=(cribs_anywhere,),
    mistakes={
        "one-ciphertext": Mistake(
            message="You XORed the crib with the first ciphertext only. That gives a "
            "piece of the pad, which is random. The pad cancels when you take both.",
            code=CRIB.format(**{**RIGHT, "pair": "first, bytes(len(first))"}),
        ),
        "last-place": Mistake(
            message="You stopped one position early: the crib may stand at the end.",
            code=CRIB.format(**{**RIGHT, "more": "0"}),
        ),
        "over-the-end": Mistake(
            message="At the end your crib hangs over; only a whole crib counts.",
            code=CRIB.format(**{**RIGHT, "more": "len(crib)"}),
        ),
        "spaces": Mistake(
            message="You allowed letters only. The messages have spaces too.",
            code=CRIB.format(
                **{**RIGHT, "allowed": RIGHT["allowed"][:-2] + '"'}
            ),
        ),
        "no-crib": Mistake(
            message="You looked for letters in the XOR of the two ciphertexts. It is "
            "the XOR of two messages; bring in the crib to see one of them.",
            code=CRIB.format(**{**RIGHT, "mix": "x"}),
        ),
    },
    also_right=(
        """
import numpy as np

def crib_positions(first, second, crib):
    a, b, c = (np.frombuffer(text, np.uint8) for text in (first, second, crib))
    found = []
    for i in range(len(a) - len(c) + 1):
        text = (a ^ b)[i : i + len(c)] ^ c
        if (((text > 96) & (text < 123)) | (text == 32)).all():
            found.append(i)
    return np.array(found)
""",
    ),
)

# he-13


def right_mean(masked, masks, arrived, bits):
    total = int(((masked - masks) * arrived).sum()) % 2**bits
    total -= 2**bits * (total >= 2 ** (bits - 1))
    return total / 10 / arrived.sum()


def homes(tenths, arrived, bits, masks) -> dict:
    """What the two servers hold."""
    masked = (np.asarray(tenths) + masks) % 2**bits * arrived
    return {
        "masked": masked,
        "masks": masks,
        "arrived": arrived,
        "bits": bits,
    }


def cold_and_warm_days(answer, rng):
    """five homes on a cold and on a warm day, and one that dropped out"""
    # Masks so near to the end that every value runs round.
    cold = [-35, -41, -38, -29, -30], rng.integers(0, 29, 5)
    warm = [212, 220, 198, 205, 231], 2**16 - rng.integers(1, 198, 5)
    cases = [
        homes(tenths, here, 16, masks)
        for tenths, masks in (cold, warm)
        for here in (np.ones(5, bool), np.arange(5) != 2)
    ]
    compare(answer, he_13, right_mean, cases)


def any_town(answer, rng):
    """any town, few homes and many, up to the limits of the modulus"""
    for count, bits in ((1, 12), (40, 15), (700, 24)):
        most = 2 ** (bits - 1) // count
        tenths = rng.integers(-most, most, count)
        arrived = rng.random(count) < 0.8
        arrived[0] = True
        masks = rng.integers(0, 2**bits, count)
        case = homes(tenths, arrived, bits, masks)
        compare(answer, he_13, right_mean, [case])
    for tenths in (-2048, 2047):
        case = homes([tenths], np.array([True]), 12, rng.integers(0, 2**12, 1))
        compare(answer, he_13, right_mean, [case])


TOTAL = """
def mean_temperature(masked, masks, arrived, bits):
    total = int(masked.sum()) - int({masks}.sum())
    {reduce}
    return total / {people}
"""
SIGNED = "total = (total + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)"
GOOD = {
    "masks": "masks[arrived]",
    "reduce": SIGNED,
    "people": "(10 * arrived.sum())",
}

he_13 = Exercise(
    id="he-13",
    title="A mean under masks, and who dropped out",
    answer="mean_temperature",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Three things to get right: which masks to take away, what the modulus does "
        "to the difference, and what a negative sum looks like.",
        "Subtract only the masks of the homes that arrived, reduce modulo 2^bits, "
        "and take 2^bits away from residues in the upper half.",
        "`(total + half) % (2 * half) - half` with half = 2^(bits - 1), then divide "
        "by 10 and by the number of homes that arrived.",
    ),
    public=(cold_and_warm_days,),
    hidden=(any_town,),
    mistakes={
        "unsigned": Mistake(
            message="On a cold day your mean is huge: a negative sum comes out as a "
            "residue in the upper half. Count that half down from 2^bits.",
            code=TOTAL.format(**{**GOOD, "reduce": "total %= 2**bits"}),
        ),
        "all-masks": Mistake(
            message="You took away the mask of a home whose value never came. It hides "
            "the total as well as it would have hidden the value.",
            code=TOTAL.format(**{**GOOD, "masks": "masks"}),
        ),
        "no-modulus": Mistake(
            message="You subtracted the totals and forgot the modulus: every value "
            "that ran round 2^bits is missing in your sum.",
            code=TOTAL.format(**{**GOOD, "reduce": "pass"}),
        ),
        "divided-by-all": Mistake(
            message="You divided by all homes, also by those that did not arrive.",
            code=TOTAL.format(**{**GOOD, "people": "(10 * len(arrived))"}),
        ),
        "tenths": Mistake(
            message="Your mean is in tenths of a degree.",
            code=TOTAL.format(**{**GOOD, "people": "arrived.sum()"}),
        ),
    },
    also_right=(
        """
import numpy as np

def mean_temperature(masked, masks, arrived, bits):
    each = (masked - masks)[arrived] % 2**bits
    total = np.mod(each.sum(), 2**bits)
    if total >= 2 ** (bits - 1):
        total -= 2**bits
    return total / np.count_nonzero(arrived) / 10
""",
    ),
)

# he-14


def right_additions(q, messages, bound, weight):
    return math.ceil(q / (2 * messages) / (bound * abs(weight))) - 1


def additions_at_16_bits(answer, rng):
    """q = 65536, 16 messages, noise up to 100, weights 1, -3 and 8"""
    cases = [
        {"q": 65536, "messages": 16, "bound": 100, "weight": weight}
        for weight in (1, -3, 8)
    ]
    cases.append({"q": 65536, "messages": 16, "bound": 64, "weight": 2})
    compare(answer, he_14, right_additions, cases)


def additions_anywhere(answer, rng):
    """any modulus, noise and weight; also none at all"""
    cases = [{"q": 1024, "messages": 32, "bound": 100, "weight": -5}]
    for _ in range(30):
        messages, bound = (
            2 ** int(rng.integers(1, 6)),
            int(rng.integers(1, 300)),
        )
        case = {"q": 2 ** int(rng.integers(10, 22)), "messages": messages}
        case |= {"bound": bound, "weight": int(rng.choice([-5, -1, 1, 2, 7]))}
        cases.append(case)
    compare(answer, he_14, right_additions, cases)


def additions(expression: str) -> str:
    return f"""
import math

def safe_additions(q, messages, bound, weight):
    return {expression}
"""


he_14 = Exercise(
    id="he-14",
    title="How many ciphertexts may be added?",
    answer="safe_additions",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "How far may the phase be from its place, to either side, before rounding "
        "picks a neighbour?",
        "k ciphertexts have noise of at most k · |weight| · bound. It must stay below "
        "q / (2 · messages).",
        "The largest whole k with k · |weight| · bound ≤ q / (2 · messages) - 1, by "
        "whole-number division.",
    ),
    public=(additions_at_16_bits,),
    hidden=(additions_anywhere,),
    mistakes={
        "whole-step": Mistake(
            message="You allowed noise of a whole step. Beyond half a step the "
            "neighbour is nearer.",
            code=additions("(q // messages - 1) // (abs(weight) * bound)"),
        ),
        "half-circle": Mistake(
            message="You allowed noise of half the circle. With several messages on "
            "the circle, half a step between them is all there is.",
            code=additions("(q // 2 - 1) // (abs(weight) * bound)"),
        ),
        "weight-forgotten": Mistake(
            message="You forgot the weight: it multiplies the noise as it multiplies "
            "the message.",
            code=additions("(q // (2 * messages) - 1) // bound"),
        ),
        "sign-kept": Mistake(
            message="A negative weight makes noise of the same size: take its absolute "
            "value.",
            code=additions("(q // (2 * messages) - 1) // (weight * bound)"),
        ),
        "not-below": Mistake(
            message="One too many where the noise can reach exactly half a step: it "
            "must stay below.",
            code=additions("q // (2 * messages) // (abs(weight) * bound)"),
        ),
        "square-root": Mistake(
            message="You let the noise grow like the square root of the number. That "
            "is typical noise; to be sure, reckon with noises of one sign.",
            code=additions(
                "math.floor(((q // (2 * messages) - 1) / (weight * bound)) ** 2)"
            ),
        ),
    },
    also_right=(
        additions(
            "max(k for k in range(q) if k * abs(weight) * bound < q / messages / 2)"
        ),
    ),
)

# he-15


def right_reading(value, scale, primes):
    drift = 1.0
    for prime in primes[::-1]:
        drift = drift**2 * scale / prime
    return value ** (2 ** len(primes)) * drift


def three_squarings(answer, rng):
    """1.0 and 0.9 at 21 bits, three primes, and no prime at all"""
    primes = [1_196_033, 1_589_249, 1_769_473]
    cases = [
        {"value": value, "scale": 2**21, "primes": list(chain)}
        for value in (1.0, 0.9)
        for chain in (primes, primes[::-1], primes[:1], [])
    ]
    compare(answer, he_15, right_reading, cases)


def any_chain(answer, rng):
    """any scale and chain of primes"""
    for _ in range(20):
        bits, count = int(rng.integers(20, 41)), int(rng.integers(1, 6))
        primes = (2**bits * rng.uniform(0.6, 1, count)).astype(int).tolist()
        case = {"value": float(rng.uniform(0.7, 1.1)), "scale": 2**bits}
        compare(answer, he_15, right_reading, [{**case, "primes": primes}])


READING = """
def nominal_reading(value, scale, primes):
    now = scale
    for prime in {order}:
        value, now = value**2, {step}
    return {reading}
"""
SOUND = {
    "order": "primes[::-1]",
    "step": "now**2 / prime",
    "reading": "value * now / scale",
}

he_15 = Exercise(
    id="he-15",
    title="What a careless decoder shows",
    answer="nominal_reading",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Two things happen to the number and to the scale at each step. Keep both as "
        "variables and follow them.",
        "Squaring: value² and scale². Rescaling: the scale is divided by the last "
        "prime, the value stays. The polynomial holds value · scale.",
        "Loop over the primes from the last to the first with `now = now**2 / prime`; "
        "the reading is the final value times now / scale.",
    ),
    public=(three_squarings,),
    hidden=(any_chain,),
    mistakes={
        "fresh-factor": Mistake(
            message="You multiplied the scale by the scale of the beginning, as for a "
            "fresh factor. Here the ciphertext is multiplied by itself, drift and all.",
            code=READING.format(**{**SOUND, "step": "now * scale / prime"}),
        ),
        "first-prime-first": Mistake(
            message="You dropped the first prime first. The last one goes first, and "
            "since its drift is squared most often, the order matters.",
            code=READING.format(**{**SOUND, "order": "primes"}),
        ),
        "upside-down": Mistake(
            message="Your reading errs the other way: the library divides by too "
            "small a scale, so the number comes out too large.",
            code=READING.format(**{**SOUND, "reading": "value * scale / now"}),
        ),
        "exact": Mistake(
            message="That is the true value, which an exact scale would give. The "
            "library divides by the scale of the beginning.",
            code=READING.format(**{**SOUND, "reading": "value"}),
        ),
        "not-divided": Mistake(
            message="That is what the polynomial holds. The library divides it by the "
            "scale of the beginning.",
            code=READING.format(**{**SOUND, "reading": "value * now"}),
        ),
    },
    also_right=(
        """
import math

def nominal_reading(value, scale, primes):
    drift = math.prod((scale / q) ** (2**i) for i, q in enumerate(primes))
    return drift * value ** (2 ** len(primes))
""",
    ),
)

# he-16

SLOTS = 2048


def plan_of(answer, count: int) -> list[int]:
    got = answer(count=count)
    whole = isinstance(got, list | tuple | np.ndarray) and all(
        isinstance(step, int | float | np.number) and step == np.rint(step)
        for step in got
    )
    expect(whole, f"a list of whole numbers is needed, you gave {shown(got)}")
    return [int(step) for step in got]


def adds_up(steps: list[int], count: int, rng) -> bool:
    """Whether the plan gives the sum of ``count`` random numbers in slot 0."""
    x = np.zeros(SLOTS)
    x[:count] = rng.uniform(1, 2, count)
    wanted = x.sum()
    for step in steps:
        x = x + np.roll(x, -step)
    return close(float(x[0]), wanted)


def sums_of_given_counts(answer, rng):
    """2, 8, 5 and 442 numbers"""
    plans = {count: plan_of(answer, count) for count in (2, 8, 5, 442)}
    for name, mistake in he_16.mistakes.items():
        wrong = defined(he_16, mistake.code)
        mistaken(all(wrong(c) == plan for c, plan in plans.items()), name)
    for count, steps in plans.items():
        right_sum(steps, count, rng)


def right_sum(steps, count, rng):
    expect(
        len(steps) < 2 * SLOTS and adds_up(steps, count, rng),
        f"for {count} numbers your steps {shown(steps)} do not give the sum in slot 0",
    )
    fewest = (count - 1).bit_length()
    expect(
        len(steps) <= fewest,
        f"for {count} numbers you rotate {len(steps)} times; {fewest} are enough",
    )


def sums_of_any_count(answer, rng):
    """any number of numbers, a single one too"""
    for count in (1, 3, 16, 17, *rng.integers(2, 700, 5).tolist()):
        right_sum(plan_of(answer, count), count, rng)


def plan(expression: str) -> str:
    return f"""
import math

def rotation_plan(count):
    return {expression}
"""


he_16 = Exercise(
    id="he-16",
    title="Adding up slots with few rotations",
    answer="rotation_plan",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "After x + rotate(x, 1) slot 0 holds two numbers, and slot 2 holds two others. "
        "Which rotation brings these four together?",
        "Double the step each time: every slot holds the sum of 1, 2, 4, 8, … "
        "neighbours. When is that enough for count?",
        "Steps 1, 2, 4, … as long as the step is smaller than count.",
    ),
    public=(sums_of_given_counts,),
    hidden=(sums_of_any_count,),
    mistakes={
        "one-by-one": Mistake(
            message="You rotate by 1, 2, 3, … But x changes at every step: it already "
            "holds sums, and you count numbers more than once.",
            code=plan("list(range(1, count))"),
        ),
        "always-one": Mistake(
            message="You rotate by 1 every time. The second time you add sums of "
            "neighbours that overlap; the number between is counted twice.",
            code=plan("[1] * (count - 1)"),
        ),
        "rounded-down": Mistake(
            message="You stop too early when count is no power of two: 1, 2 collects "
            "four numbers, so the fifth is missing. Zeros do no harm; go further.",
            code=plan("[2**k for k in range(int(math.log2(count)))]"),
        ),
        "one-too-many": Mistake(
            message="One rotation too many where count is a power of two: 1, 2, 4 "
            "already collects eight numbers.",
            code=plan("[2**k for k in range(count.bit_length())]"),
        ),
    },
    also_right=(
        plan("[2**k for k in reversed(range(math.ceil(math.log2(count))))]"),
    ),
)
