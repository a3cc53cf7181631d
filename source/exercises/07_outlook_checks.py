"""Checks, hints and named mistakes of the exercises 07."""

import math
from fractions import Fraction
from hashlib import sha256

import numpy as np

from privlab.course.checking import compare, shown
from privlab.course.exercise import Exercise, Mistake, expect
from privlab.he.security import MOST_BITS, MOST_BITS_QUANTUM

# ou-01


def right_period(readings, size, modulus, base):
    nearest = [
        Fraction(c, size).limit_denominator(modulus - 1) for c in readings
    ]
    found = math.lcm(*(each.denominator for each in nearest))
    return found if pow(base, found, modulus) == 1 else 0


def runs(modulus: int, base: int, multiples: list[int]) -> dict:
    """Readings nearest to these multiples of Q / r."""
    size, r = 1 << (modulus**2 - 1).bit_length(), 1
    while pow(base, r, modulus) != 1:
        r += 1
    readings = [round(j * size / r) for j in multiples]
    return {
        "readings": readings,
        "size": size,
        "modulus": modulus,
        "base": base,
    }


def periods_of_six_machines(answer, rng):
    """lucky and unlucky readings, shared factors, and too few of them"""
    compare(
        answer,
        ou_01,
        right_period,
        [
            runs(21, 2, [1]),
            runs(77, 2, [6, 10]),
            runs(77, 2, [10, 1]),
            runs(221, 2, [9, 6]),
            runs(77, 2, [15, 10]),
            runs(55, 2, [12, 15, 10]),
            runs(77, 2, [1, 10]),
        ],
    )


def periods_of_any_machine(answer, rng):
    """other moduli, bases and numbers of runs"""
    cases = []
    for _ in range(25):
        modulus = int(rng.choice([15, 33, 35, 91, 119, 143, 187, 247, 323]))
        base = int(rng.choice([2, 4, 5, 6, 8, 9, 10]))
        if math.gcd(base, modulus) == 1:
            multiples = rng.integers(0, 40, int(rng.integers(1, 4))).tolist()
            cases.append(runs(modulus, base, multiples))
    cases.append(runs(187, 2, [8, 10]))
    compare(answer, ou_01, right_period, cases)


PERIOD = """
import math
from fractions import Fraction

def period(readings, size, modulus, base):
    nearest = [Fraction(c, size).limit_denominator({most}) for c in readings]
    found = {together}(*[{each}])
    {last}
"""
PARTS = {
    "most": "modulus - 1",
    "together": "math.lcm",
    "each": "f.denominator for f in nearest",
    "last": "return found if pow(base, found, modulus) == 1 else 0",
}


def period_with(**change) -> str:
    return PERIOD.format(**PARTS | change)


ou_01 = Exercise(
    id="ou-01",
    title="One period from several runs",
    answer="period",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "Begin with one reading: Fraction(c, size).limit_denominator(...) has an "
        "attribute `denominator`. Which is the largest denominator allowed?",
        "math.lcm(*numbers) is the least common multiple of a list. Collect the "
        "denominators of all readings first.",
        "found = math.lcm(*denominators); return found if pow(base, found, modulus) "
        "== 1 else 0.",
    ),
    public=(periods_of_six_machines,),
    hidden=(periods_of_any_machine,),
    mistakes={
        "first-only": Mistake(
            message="You used the first reading alone. If its j shares a factor with r "
            "it shows a divisor; the others add what is missing.",
            code=period_with(together="max", each="nearest[0].denominator, 0"),
        ),
        "product": Mistake(
            message="You multiplied the denominators. They share factors: the product "
            "is a multiple of the period. Take the least common multiple.",
            code=period_with(
                together="math.prod", each="[f.denominator for f in nearest]"
            ),
        ),
        "largest": Mistake(
            message="You give the denominator of one reading: the largest, or one that "
            "passed the test. Two divisors of r make a larger one together: their least "
            "common multiple.",
            code=period_with(
                together="max", each="[f.denominator for f in nearest]"
            ),
        ),
        "not-tested": Mistake(
            message="You did not test the result. Too few readings give a divisor of "
            "the period: then `base` to that power is not 1, and 0 is asked for.",
            code=period_with(last="return found"),
        ),
    },
)

# ou-02


def right_degree(levels, prime_bits, sent, shelf, machine):
    needed = (levels + 2) * prime_bits
    late = sent + shelf >= machine
    for degree, (classical, *_) in MOST_BITS.items():
        if needed <= (MOST_BITS_QUANTUM[degree] if late else classical):
            return degree
    return 0


def job(levels, prime_bits, sent, shelf, machine) -> dict:
    return {
        "levels": levels,
        "prime_bits": prime_bits,
        "sent": sent,
        "shelf": shelf,
        "machine": machine,
    }


def degrees_for_eight_jobs(answer, rng):
    """the example, a close call in the year itself, long shelves, no ring at all"""
    compare(
        answer,
        ou_02,
        right_degree,
        [
            job(3, 42, 2026, 5, 2040),
            job(3, 42, 2026, 14, 2040),
            job(3, 42, 2026, 13, 2040),
            job(8, 43, 2030, 50, 2045),
            job(1, 35, 2026, 30, 2035),
            job(20, 40, 2026, 1, 2035),
            job(30, 40, 2026, 20, 2035),
            job(3, 42, 2041, 0, 2040),
            job(0, 27, 2026, 1, 2040),
        ],
    )


def degrees_for_any_job(answer, rng):
    """circuits and years of any kind"""
    cases = []
    for _ in range(60):
        levels, bits = int(rng.integers(0, 22)), int(rng.integers(20, 61))
        sent, shelf = int(rng.integers(2026, 2040)), int(rng.integers(0, 60))
        cases.append(
            job(levels, bits, sent, shelf, int(rng.integers(2030, 2070)))
        )
    compare(answer, ou_02, right_degree, cases)


DEGREE = """
from privlab.he.security import MOST_BITS, MOST_BITS_QUANTUM

def ring_degree(levels, prime_bits, sent, shelf, machine):
    needed = {needed}
    for degree in MOST_BITS:
        most = MOST_BITS_QUANTUM[degree] if {late} else MOST_BITS[degree][0]
        if needed <= most:
            return degree
    return 0
"""
WHOLE = {
    "needed": "(levels + 2) * prime_bits",
    "late": "sent + shelf >= machine",
}


def degree_with(**change) -> str:
    return DEGREE.format(**WHOLE | change)


ou_02 = Exercise(
    id="ou-02",
    title="A ring for data that must stay secret (a decision)",
    answer="ring_degree",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Two questions: how many bits has the modulus, and until which year must the "
        "data stay secret?",
        "The data are secret until sent + shelf. If that is the machine's year or "
        "later, the quantum table decides, else the classical one.",
        "Go through `MOST_BITS` from the smallest degree and return the first whose "
        "limit is at least (levels + 2) * prime_bits; after the loop return 0.",
    ),
    public=(degrees_for_eight_jobs,),
    hidden=(degrees_for_any_job,),
    mistakes={
        "classical-always": Mistake(
            message="You used the classical limit for all data. What must be secret "
            "when the machine comes needs the quantum one.",
            code=degree_with(late="False"),
        ),
        "quantum-always": Mistake(
            message="You used the quantum limit for all data. Data that no longer "
            "matter when the machine comes can have the smaller, quicker ring.",
            code=degree_with(late="True"),
        ),
        "year-of-sending": Mistake(
            message="You compared the year of sending with the machine's. The message "
            "can be recorded and kept: the shelf life counts.",
            code=degree_with(late="sent >= machine"),
        ),
        "one-prime-short": Mistake(
            message="You counted one prime too few. Beside one for each level there are "
            "two: one holds the result, one is the special prime.",
            code=degree_with(needed="(levels + 1) * prime_bits"),
        ),
        "limit-refused": Mistake(
            message="A modulus of exactly the longest allowed length is allowed.",
            code=degree_with(needed="(levels + 2) * prime_bits + 1"),
        ),
        "two-primes-short": Mistake(
            message="You counted a prime for each level and forgot the other two: one "
            "holds the result, one is the special prime.",
            code=degree_with(needed="levels * prime_bits"),
        ),
        "the-year-itself": Mistake(
            message="Data that must still be secret in the machine's very year need "
            "the quantum limit as well.",
            code=degree_with(late="sent + shelf > machine"),
        ),
    },
)

# ou-03


def right_first_bad(payloads, hashes):
    before = bytes(32)
    for i, (payload, told) in enumerate(zip(payloads, hashes, strict=True)):
        if sha256(before + payload).digest() != told:
            return i
        before = told
    return len(payloads)


def chain(payloads: list[bytes], start: bytes = bytes(32)) -> list[bytes]:
    hashes, before = [], start
    for payload in payloads:
        before = sha256(before + payload).digest()
        hashes.append(before)
    return hashes


def backwards(payloads: list[bytes]) -> list[bytes]:
    """Hashes that were chained with the payload first."""
    hashes, before = [], bytes(32)
    for payload in payloads:
        before = sha256(payload + before).digest()
        hashes.append(before)
    return hashes


def honest(rng, entries: int) -> dict:
    payloads = [
        bytes(rng.bytes(int(rng.integers(1, 20)))) for _ in range(entries)
    ]
    return {"payloads": payloads, "hashes": chain(payloads)}


def edited(rng, entries: int, *places: int, kind: str = "payloads") -> dict:
    log = honest(rng, entries)
    for at in places:
        log[kind][at] = bytes(rng.bytes(32))
    return log


def breaks_of_nine_chains(answer, rng):
    """honest, edited, hashed anew, and chains that were made by other rules"""
    anew = edited(rng, 6, 3)
    anew["hashes"] = chain(anew["payloads"])
    cases = [
        honest(rng, 5),
        edited(rng, 6, 0),
        edited(rng, 6, 2, 4),
        edited(rng, 6, 5),
        edited(rng, 6, 3, kind="hashes"),
        anew,
    ]
    plain = honest(rng, 4)["payloads"]
    others = (
        [sha256(payload).digest() for payload in plain],
        backwards(plain),
        chain(plain, start=b""),
    )
    cases += [{"payloads": plain, "hashes": hashes} for hashes in others]
    compare(answer, ou_03, right_first_bad, cases)


def breaks_of_any_chain(answer, rng):
    """chains of any length, with no edits or several, an empty one as well"""
    cases = [{"payloads": [], "hashes": []}]
    for _ in range(30):
        n = int(rng.integers(1, 12))
        places = rng.integers(0, n, int(rng.integers(0, 3))).tolist()
        kind = str(rng.choice(["payloads", "hashes"]))
        cases.append(edited(rng, n, *places, kind=kind))
    compare(answer, ou_03, right_first_bad, cases)


CHAIN = """
from hashlib import sha256

def first_bad(payloads, hashes):
    bad, before = [], {start}
    for i in range(len(payloads)):
        if sha256({text}).digest() != hashes[i]:
            bad.append(i)
        before = {following}
    {last}
"""
LINKS = {
    "start": "bytes(32)",
    "text": "before + payloads[i]",
    "following": "hashes[i]",
    "last": "return bad[0] if bad else len(payloads)",
}


def chain_with(**change) -> str:
    return CHAIN.format(**LINKS | change)


ou_03 = Exercise(
    id="ou-03",
    title="Where the chain breaks",
    answer="first_bad",
    difficulty=1,
    minutes=8,
    points=1,
    hints=(
        "Keep the hash shown before in a variable. What is it before the first entry?",
        "For each entry compare sha256(before + payload).digest() with the hash "
        "shown; then go on with the hash shown.",
        "Return i at the first entry that differs. If the loop ends, return "
        "len(payloads).",
    ),
    public=(breaks_of_nine_chains,),
    hidden=(breaks_of_any_chain,),
    mistakes={
        "not-chained": Mistake(
            message="You hashed the payload alone. What makes it a chain is that the "
            "hash before is hashed along.",
            code=chain_with(text="payloads[i]"),
        ),
        "wrong-order": Mistake(
            message="You put the payload first. The hash before comes first, then the "
            "payload.",
            code=chain_with(text="payloads[i] + before"),
        ),
        "empty-start": Mistake(
            message="Before the first entry stand 32 zero bytes, not nothing.",
            code=chain_with(start="b''"),
        ),
        "last-one": Mistake(
            message="You gave the last entry that is wrong. Trust ends at the first.",
            code=chain_with(last="return bad[-1] if bad else len(payloads)"),
        ),
        "counted-from-one": Mistake(
            message="You count the entries from 1. The index of the first is 0.",
            code=chain_with(last="return bad[0] + 1 if bad else len(payloads)"),
        ),
        "last-hash-first": Mistake(
            message="For the first entry you took hashes[-1]: in Python that is the "
            "last one. Before the first entry stand 32 zero bytes.",
            code=chain_with(start="hashes[-1] if hashes else b''"),
        ),
        "none-is-minus-one": Mistake(
            message="For a chain without a break the number of entries is asked for.",
            code=chain_with(last="return bad[0] if bad else -1"),
        ),
    },
    also_right=(chain_with(following="sha256(before + payloads[i]).digest()"),),
)

# ou-04


def right_foretold(asked, clients, seconds, new_asked, new_clients):
    columns = np.column_stack([asked, clients]) / seconds[:, None]
    law = np.linalg.lstsq(columns, np.ones(len(seconds)), rcond=None)[0]
    return float(law @ [new_asked, new_clients])


def timed(rng, sizes, share) -> dict:
    """Federations with 20 % of error on their times."""
    clients = np.array(sizes, dtype=float)
    asked = np.ceil(np.minimum(clients, 20 + share * clients))
    true = 2e-3 * asked + 5e-5 * clients
    return {
        "asked": asked,
        "clients": clients,
        "seconds": true * rng.uniform(0.8, 1.2, len(sizes)),
        "new_asked": 300.0,
        "new_clients": 1e6,
    }


def seconds_for_two_tables(answer, rng):
    """ten to ten thousand clients, and five other federations"""
    cases = [
        timed(rng, [10, 100, 1_000, 10_000], 0.01),
        timed(rng, [20, 50, 700, 3_000, 40_000], 0.05),
    ]
    foretelling(answer, cases)


def seconds_for_any_table(answer, rng):
    """other sizes and shares"""
    cases = []
    for _ in range(20):
        n = int(rng.integers(3, 9))
        # with one share for all, a and b could not be told apart
        share = rng.permutation(np.geomspace(0.002, 0.9, n))
        cases.append(timed(rng, rng.integers(1_000, 50_000, n), share))
    foretelling(answer, cases)


def foretelling(answer, cases: list[dict]) -> None:
    """Solved otherwise, the same law may differ in its last digits."""
    rounded = [answer(**case) for case in cases]
    right = [right_foretold(**case) for case in cases]
    fits = [
        isinstance(got, int | float)
        and not isinstance(got, bool)
        and math.isclose(got, true, rel_tol=1e-6)
        for got, true in zip(rounded, right, strict=True)
        if not (isinstance(got, int) and abs(got) > 1e300)
    ]
    if len(fits) == len(cases) and all(fits):
        return
    compare(answer, ou_04, right_foretold, cases)
    expect(False, f"for the first table you gave {shown(rounded[0])}")


LAW = """
import numpy as np

def foretold(asked, clients, seconds, new_asked, new_clients):
    columns = np.column_stack([{columns}]){divided}
    law = np.linalg.lstsq(columns, {target}, rcond=None)[0]
    return float(law @ [{new}])
"""
FIT = {
    "columns": "asked, clients",
    "divided": " / seconds[:, None]",
    "target": "np.ones(len(seconds))",
    "new": "new_asked, new_clients",
}


def law_with(**change) -> str:
    return LAW.format(**FIT | change)


ou_04 = Exercise(
    id="ou-04",
    title="A round with a million clients",
    answer="foretold",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "np.linalg.lstsq(A, t, rcond=None)[0] is the vector v with the least sum of "
        "squares of A v - t. Which A and t make that sum the relative errors?",
        "law_i / seconds_i - 1: divide the row (asked_i, clients_i) by seconds_i; the "
        "target is 1 everywhere.",
        "columns = np.column_stack([asked, clients]) / seconds[:, None], the target "
        "np.ones(len(seconds)); then the law times (new_asked, new_clients).",
    ),
    public=(seconds_for_two_tables,),
    hidden=(seconds_for_any_table,),
    mistakes={
        "absolute-errors": Mistake(
            message="You minimised errors in seconds: the slowest run decides alone. "
            "Relative errors are asked for.",
            code=law_with(divided="", target="seconds"),
        ),
        "clients-forgotten": Mistake(
            message="You fitted the clients asked only. Those in the list cost, too, "
            "and a million of them cost a lot.",
            code=law_with(columns="asked", new="new_asked"),
        ),
        "constant-added": Mistake(
            message="You fitted a constant as well. The law has none.",
            code=law_with(
                columns="asked, clients, np.ones(len(asked))",
                new="new_asked, new_clients, 1",
            ),
        ),
    },
    also_right=(
        """
import numpy as np

def foretold(asked, clients, seconds, new_asked, new_clients):
    x, y = np.array(asked) / seconds, np.array(clients) / seconds
    a, b, c = (x * x).sum(), (x * y).sum(), (y * y).sum()
    d = a * c - b * b
    first = (c * x.sum() - b * y.sum()) / d
    second = (a * y.sum() - b * x.sum()) / d
    return float(first * new_asked + second * new_clients)
""",
    ),
)
