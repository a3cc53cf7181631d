"""Checks, hints and named mistakes of the exercises 03_2."""

import numpy as np

from privlab.course.checking import close, compare, shown
from privlab.course.exercise import Exercise, Mistake, expect, mistaken

# he-01


def right_levels(power):
    return int(power).bit_length()


def right_for_small_powers(answer, rng):
    """c x, c x², c x³, ... up to c x⁹"""
    compare(answer, he_01, right_levels, [{"power": k} for k in range(1, 10)])


def right_for_all_powers(answer, rng):
    """powers up to a thousand"""
    powers = [*range(1, 70), *(int(k) for k in rng.integers(70, 1030, size=20))]
    powers += [255, 256, 1023, 1024]
    compare(answer, he_01, right_levels, [{"power": k} for k in powers])


he_01 = Exercise(
    id="he-01",
    title="How deep is one term of a polynomial?",
    answer="levels_for_term",
    difficulty=2,
    minutes=10,
    points=1,
    hints=(
        "Count factors, not multiplications. How many factors has c · x · x · x, and "
        "how many can two levels of products join?",
        "d levels join at most 2^d factors. The term has k + 1 of them: c is one.",
        "The smallest d with 2^d >= k + 1. Python's `int.bit_length` counts just that.",
    ),
    public=(right_for_small_powers,),
    hidden=(right_for_all_powers,),
    mistakes={
        "one-after-the-other": Mistake(
            message="You multiply one x after the other: that is a chain as long as the "
            "power. Products that do not wait for each other share a level.",
            code="""
def levels_for_term(power):
    return power
""",
        ),
        "coefficient-last": Mistake(
            message="You make x^k first and multiply by c at the end. For x³ this wastes "
            "a level: (c x)(x x) needs two. Where is there room for c?",
            code="""
def levels_for_term(power):
    return (power - 1).bit_length() + 1
""",
        ),
        "coefficient-free": Mistake(
            message="That is the depth of x^k alone. A product with a plain number takes "
            "a level as well: c x needs one.",
            code="""
def levels_for_term(power):
    return (power - 1).bit_length()
""",
        ),
    },
    also_right=(
        """
def levels_for_term(power):
    levels = 0
    while 2**levels < power + 1:
        levels += 1
    return levels
""",
    ),
)

# he-02


def right_squares(value, scale_bits, primes):
    for prime in primes:
        value = value**2 / (prime / 2**scale_bits)
    return value


def toy_cases(rng):
    return [
        {"value": 1.5, "scale_bits": 4, "primes": [17]},
        {"value": 1.0, "scale_bits": 4, "primes": [13, 19]},
        {"value": 0.9, "scale_bits": 5, "primes": [29, 31, 37]},
    ]


def right_for_toy_primes(answer, rng):
    """small primes near a small scale"""
    compare(answer, he_02, right_squares, toy_cases(rng))


def right_for_real_primes(answer, rng):
    """scales of 21 to 40 bits, up to five squarings"""
    cases = []
    for _ in range(20):
        bits, count = int(rng.integers(21, 41)), int(rng.integers(1, 6))
        primes = [int(2**bits * r) for r in rng.uniform(0.8, 1.1, count)]
        value = float(rng.uniform(0.5, 1.2))
        cases.append({"value": value, "scale_bits": bits, "primes": primes})
    compare(answer, he_02, right_squares, cases)


he_02 = Exercise(
    id="he-02",
    title="The drift of repeated squaring",
    answer="squared_by_the_engine",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Follow the number that is kept, v · s, through one squaring and one division "
        "by the prime. What do you read when you divide by s?",
        "One step turns v into v² · s / q. The next step starts from that, not from v².",
        "A loop over the primes: `value = value * value * 2**scale_bits / prime`.",
    ),
    public=(right_for_toy_primes,),
    hidden=(right_for_real_primes,),
    mistakes={
        "no-drift": Mistake(
            message="You squared as if the scale were right afterwards. Dividing by the "
            "prime leaves s²/q, and TenSEAL calls it s.",
            code="""
def squared_by_the_engine(value, scale_bits, primes):
    return value ** (2 ** len(primes))
""",
        ),
        "counted-once": Mistake(
            message="You let each prime's error count once. The next squaring squares the "
            "error of the last one too.",
            code="""
def squared_by_the_engine(value, scale_bits, primes):
    result = value ** (2 ** len(primes))
    for prime in primes:
        result = result * 2**scale_bits / prime
    return result
""",
        ),
        "upside-down": Mistake(
            message="Your drift is upside down: a prime larger than the scale makes the "
            "kept number too small, so what decrypts is too small.",
            code="""
def squared_by_the_engine(value, scale_bits, primes):
    for prime in primes:
        value = value * value * prime / 2**scale_bits
    return value
""",
        ),
        "not-squared": Mistake(
            message="You multiply by the first number each time. Here the result itself "
            "is squared.",
            code="""
def squared_by_the_engine(value, scale_bits, primes):
    result = value
    for prime in primes:
        result = result * value * 2**scale_bits / prime
    return result
""",
        ),
    },
    also_right=(
        """
import numpy as np

def squared_by_the_engine(value, scale_bits, primes):
    count = len(primes)
    drifts = [2.0**scale_bits / q for q in primes]
    powers = [2 ** (count - 1 - i) for i in range(count)]
    return value ** (2**count) * np.prod([d**p for d, p in zip(drifts, powers)])
""",
    ),
)

# he-03


def right_slots(table, slots):
    batches = -(-len(table) // slots)
    result = np.zeros((batches, table.shape[1], slots))
    for i, row in enumerate(table):
        result[i // slots, :, i % slots] = row
    return result


def right_for_one_batch(answer, rng):
    """three patients with two measurements, four slots"""
    table = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    compare(answer, he_03, right_slots, [{"table": table, "slots": 4}])


def right_for_two_batches(answer, rng):
    """seven patients with three measurements, four slots"""
    table = np.arange(1.0, 22.0).reshape(7, 3)
    compare(answer, he_03, right_slots, [{"table": table, "slots": 4}])


def right_for_any_table(answer, rng):
    """any number of patients, full batches included"""
    for n, d, slots in (
        (8, 3, 4),
        (1, 1, 1),
        (1, 5, 8),
        (9, 2, 4),
        (33, 4, 16),
    ):
        table = rng.normal(size=(n, d))
        compare(answer, he_03, right_slots, [{"table": table, "slots": slots}])


he_03 = Exercise(
    id="he-03",
    title="Patients into slots",
    answer="packed",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Draw the case of three patients, two measurements and four slots: two "
        "ciphertexts, each with three numbers and a zero.",
        "First fill the table up to a whole number of batches with rows of zeros. Then cut "
        "it into batches. Then turn each batch on its side.",
        "`full.reshape(batches, slots, d).transpose(0, 2, 1)`, where `full` is the table "
        "with zero rows below.",
    ),
    public=(right_for_one_batch, right_for_two_batches),
    hidden=(right_for_any_table,),
    mistakes={
        "a-patient-a-ciphertext": Mistake(
            message="You gave each patient a ciphertext, with the measurements in its "
            "slots. It is the other way round: a measurement a ciphertext, a patient a "
            "slot.",
            code="""
import numpy as np

def packed(table, slots):
    n, d = table.shape
    result = np.zeros((1, n, slots))
    result[0, :, :d] = table
    return result
""",
        ),
        "reshaped-only": Mistake(
            message="You cut the rows without turning them: a ciphertext now mixes "
            "different measurements. Reshaping never moves a number past another; a "
            "transpose does.",
            code="""
import numpy as np

def packed(table, slots):
    n, d = table.shape
    batches = -(-n // slots)
    full = np.zeros((batches * slots, d))
    full[:n] = table
    return full.reshape(batches, d, slots)
""",
        ),
        "last-patient-repeated": Mistake(
            message="You filled the empty slots with copies of the last patient. Every sum "
            "over the slots would count that patient again. Fill with zeros.",
            code="""
import numpy as np

def packed(table, slots):
    n, d = table.shape
    batches = -(-n // slots)
    full = np.pad(table, ((0, batches * slots - n), (0, 0)), mode="edge")
    return full.reshape(batches, slots, d).transpose(0, 2, 1)
""",
        ),
        "not-filled": Mistake(
            message="The empty slots are missing: every ciphertext has all its slots, "
            "whether you use them or not. Fill the last batch up with zeros.",
            code="""
def packed(table, slots):
    return table.T[None, :, :]
""",
        ),
    },
    also_right=(
        """
import numpy as np

def packed(table, slots):
    batches = []
    for start in range(0, len(table), slots):
        columns = table[start:start + slots].T
        missing = slots - columns.shape[1]
        batches.append(np.pad(columns, ((0, 0), (0, missing))))
    return np.array(batches)
""",
    ),
)

# he-04


def steps_of(answer, rows, slots) -> list[int]:
    """The learner's steps, if they are whole numbers from 0 to slots - 1."""
    got = answer(rows=rows, slots=slots)
    said = (
        f"for rows={rows}, slots={slots} a list of steps is needed, you gave "
    )
    try:
        steps = np.asarray(got)
    except ValueError:
        steps = np.array(None)
    flat = steps.ndim == 1 and (steps.dtype.kind in "iuf" or not steps.size)
    expect(flat and len(steps) <= slots, said + shown(got))
    whole = all(0 <= s < slots and s == int(s) for s in steps.tolist())
    expect(whole, said + shown(got))
    return [int(s) for s in steps]


def folded(values, steps):
    for step in steps:
        values = values + np.roll(values, -step)
    return values


def sums_blocks(answer, rows, slots, rng):
    steps = steps_of(answer, rows, slots)
    blocks = rng.normal(size=(slots // rows, rows))
    after = folded(blocks.ravel(), steps).reshape(blocks.shape)
    right = blocks.sum(axis=1)
    if not close(after[:, 0], right):
        mistaken(sorted(steps) == list(range(1, rows)), "each-distance")
        mistaken(steps == [1] * (rows - 1), "one-by-one")
        mistaken(close(after[:, -1], right), "to-the-right")
        everything = np.full(len(right), right.sum())
        mistaken(
            slots > rows and close(after[:, 0], everything), "blocks-mixed"
        )
    expect(
        close(after[:, 0], right),
        f"for rows={rows}, slots={slots} the steps {shown(steps)} do not leave each "
        "block's sum in its first slot",
    )
    fewest = rows.bit_length() - 1
    expect(
        len(steps) == fewest,
        f"for rows={rows}, slots={slots} you rotate {len(steps)} times; it can be done "
        f"in {fewest}",
    )


def right_for_blocks_of_four(answer, rng):
    """two blocks of four in eight slots"""
    sums_blocks(answer, 4, 8, rng)


def right_for_one_block(answer, rng):
    """one block that fills all sixteen slots"""
    sums_blocks(answer, 16, 16, rng)


def right_for_all_blocks(answer, rng):
    """blocks of every size, of one slot too"""
    for rows, slots in (
        (1, 8),
        (2, 8),
        (8, 64),
        (64, 256),
        (512, 4096),
        (2, 2),
    ):
        sums_blocks(answer, rows, slots, rng)


he_04 = Exercise(
    id="he-04",
    title="Sums across the slots, by folding",
    answer="rotation_steps",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Take one block of four: a, b, c, d. One step should leave a + c in the first "
        "slot and b + d in the second.",
        "Then one step of 1 adds those two. Each step halves what is left to add.",
        "`rows // 2`, `rows // 4`, ... down to 1, and nothing for `rows == 1`.",
    ),
    public=(right_for_blocks_of_four, right_for_one_block),
    hidden=(right_for_all_blocks,),
    mistakes={
        "one-by-one": Mistake(
            message="You rotate by 1 again and again. But v already holds sums after the "
            "first step, so they are added to each other: some slots count several times.",
            code="""
def rotation_steps(rows, slots):
    return [1] * (rows - 1)
""",
        ),
        "each-distance": Mistake(
            message="You rotate by every distance once. v changes after each step, so the "
            "later ones add sums, not single slots, and count many of them twice.",
            code="""
def rotation_steps(rows, slots):
    return list(range(1, rows))
""",
        ),
        "blocks-mixed": Mistake(
            message="Your steps go on until all slots are summed: every block's first slot "
            "holds the total of all blocks. Stop at the length of a block.",
            code="""
def rotation_steps(rows, slots):
    steps = []
    while slots > 1:
        slots //= 2
        steps.append(slots)
    return steps
""",
        ),
        "to-the-right": Mistake(
            message="You rotate to the right: the sums end up in the last slot of each "
            "block. A step k moves everything k places to the left.",
            code="""
def rotation_steps(rows, slots):
    steps = []
    while rows > 1:
        rows //= 2
        steps.append(slots - rows)
    return steps
""",
        ),
    },
    also_right=(
        """
def rotation_steps(rows, slots):
    return [2**k for k in range(rows.bit_length() - 1)]
""",
    ),
)

# he-05


def right_coefficients(a, b):
    return b ** (1 / 3), a / b ** (1 / 3)


def right_for_the_lessons_cubic(answer, rng):
    """0.197 z - 0.004 z³"""
    compare(answer, he_05, right_coefficients, [{"a": 0.197, "b": 0.004}])


def right_for_any_cubic(answer, rng):
    """any positive a and b"""
    for a, b in rng.uniform(0.0005, 3, size=(20, 2)):
        case = {"a": float(a), "b": float(b)}
        compare(answer, he_05, right_coefficients, [case])


he_05 = Exercise(
    id="he-05",
    title="A coefficient that costs nothing",
    answer="free_coefficients",
    difficulty=2,
    minutes=10,
    points=1,
    hints=(
        "Put u = f z into u (slope - u²) and multiply out. Compare with a z - b z³.",
        "The cubes must agree: f³ = b. Which power of b is f?",
        "f is the cube root of b (`np.cbrt`), and slope · f = a.",
    ),
    public=(right_for_the_lessons_cubic,),
    hidden=(right_for_any_cubic,),
    mistakes={
        "slope-unchanged": Mistake(
            message="Your slope is a itself. But u already carries the factor, so "
            "u · slope is factor times too much or too little.",
            code="""
def free_coefficients(a, b):
    return b ** (1 / 3), a
""",
        ),
        "slope-multiplied": Mistake(
            message="Your slope is a times the factor. u = factor · z has the factor in it "
            "already: to get a z the slope must take it out.",
            code="""
def free_coefficients(a, b):
    return b ** (1 / 3), a * b ** (1 / 3)
""",
        ),
        "square-root": Mistake(
            message="Your factor is the square root of b. It appears in u and twice more "
            "in u²: three times in all.",
            code="""
def free_coefficients(a, b):
    return b**0.5, a / b**0.5
""",
        ),
        "not-a-root": Mistake(
            message="Your factor is b. It stands in u · u², so that it is cubed.",
            code="""
def free_coefficients(a, b):
    return b, a / b
""",
        ),
    },
    also_right=(
        """
import math

def free_coefficients(a, b):
    factor = math.exp(math.log(b) / 3)
    return [factor, a / factor]
""",
    ),
)
