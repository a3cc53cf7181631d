"""Checks, hints and named mistakes of the exercises 03_4."""

import math

import numpy as np

from privlab.course.checking import compare
from privlab.course.exercise import Exercise, Mistake
from privlab.experiments.hospital_privacy import multiplier

# tr-01


def right_advantage(members, others):
    pairs = [np.sign(o - m) for m in members for o in others]
    return float(np.mean(pairs))


def some_losses(rng, members: int, others: int) -> dict:
    """Losses on a coarse grid, so that many are equal."""
    return {
        "members": rng.integers(0, 6, members) / 4,
        "others": rng.integers(1, 8, others) / 4,
    }


def losses_of_a_few(answer, rng):
    """few people, some with equal losses"""
    fixed = {
        "members": np.array([0.0, 0.5, 0.5]),
        "others": np.array([0.5, 1, 0, 2]),
    }
    compare(answer, tr_01, right_advantage, [fixed, some_losses(rng, 8, 5)])


def losses_of_any(answer, rng):
    """any numbers of people, the adversary right, wrong, or guessing"""
    cases = [
        some_losses(rng, int(m), int(n))
        for m, n in rng.integers(1, 40, (10, 2))
    ]
    turned = [{"members": c["others"], "others": c["members"]} for c in cases]
    compare(answer, tr_01, right_advantage, cases + turned)


tr_01 = Exercise(
    id="tr-01",
    title="An advantage over guessing",
    answer="advantage",
    difficulty=1,
    minutes=6,
    points=1,
    hints=(
        "How many pairs are there, and when is the adversary right about one?",
        "`np.subtract.outer(others, members)` has an entry for each pair. What does its "
        "sign say?",
        "The mean of `np.sign(np.subtract.outer(others, members))`.",
    ),
    public=(losses_of_a_few,),
    hidden=(losses_of_any,),
    mistakes={
        "turned-round": Mistake(
            message="Your sign is the wrong way round: a small loss says that somebody "
            "was in.",
            code="""
import numpy as np

def advantage(members, others):
    return float(np.sign(np.subtract.outer(members, others)).mean())
""",
        ),
        "share-right": Mistake(
            message="That is the share told rightly. A guess would have 0.5: take the "
            "share told wrongly away.",
            code="""
import numpy as np

def advantage(members, others):
    return float((np.subtract.outer(others, members) > 0).mean())
""",
        ),
        "auc": Mistake(
            message="That is the AUC, in which a guess has 0.5 and a tie counts half. "
            "The advantage of a guess is 0.",
            code="""
import numpy as np

def advantage(members, others):
    return float((1 + np.sign(np.subtract.outer(others, members)).mean()) / 2)
""",
        ),
        "ties-wrong": Mistake(
            message="You count equal losses as wrong. They are neither.",
            code="""
import numpy as np

def advantage(members, others):
    return float(2 * (np.subtract.outer(others, members) > 0).mean() - 1)
""",
        ),
    },
    also_right=(
        """
import numpy as np

def advantage(members, others):
    told = [float(m < o) - float(m > o) for m in members for o in others]
    return sum(told) / len(told)
""",
    ),
)

# tr-02

EPSILONS = (0.5, 1.0, 2.0, 4.0, 8.0)
PLAN = """
import math
from privlab.experiments.hospital_privacy import multiplier

def noise_plan(people, clients, honest, server_trusted, masks, largest_noise):
    factors = {{2: {own}}}
    if masks:
        factors[1] = {shares}
    if {server}:
        factors[0] = 1.0
    for epsilon in {order}:
        for place in sorted(factors):
            if multiplier(epsilon) * factors[place] / {units} <= largest_noise:
                return place, epsilon
    return -1, 0.0
"""
FITTING = {
    "own": "math.sqrt(clients)",
    "shares": "math.sqrt(clients / honest)",
    "server": "server_trusted",
    "order": "(0.5, 1.0, 2.0, 4.0, 8.0)",
    "units": "people",
}


def plan_with(**change) -> str:
    return PLAN.format(**FITTING | change)


def right_plan(people, clients, honest, server_trusted, masks, largest_noise):
    def fits(place, epsilon):
        variance = {0: 1, 1: clients / honest, 2: clients}[place]
        return (
            multiplier(epsilon) * math.sqrt(variance) / people <= largest_noise
        )

    possible = [
        p for p, able in enumerate((server_trusted, masks, True)) if able
    ]
    found = [(e, p) for e in EPSILONS for p in possible if fits(p, e)]
    return (found[0][1], found[0][0]) if found else (-1, 0.0)


def federation(people, clients, honest, trusted, masks, noise) -> dict:
    return {
        "people": people,
        "clients": clients,
        "honest": honest,
        "server_trusted": trusted,
        "masks": masks,
        "largest_noise": noise,
    }


FEDERATIONS = (
    federation(320, 20, 16, False, True, 0.07),
    federation(320, 20, 16, True, True, 0.06),
    federation(320, 20, 16, False, False, 0.07),
    federation(320, 20, 10, False, True, 0.07),
    federation(5000, 100, 60, False, False, 0.02),
    federation(50, 20, 16, False, False, 0.01),
    federation(10**5, 400, 100, True, False, 1e-3),
)


def seven_federations(answer, rng):
    """seven federations, with and without masks and a trusted server; one too small"""
    compare(answer, tr_02, right_plan, list(FEDERATIONS))


def any_federation(answer, rng):
    """federations of any size"""
    cases = []
    for _ in range(40):
        clients = int(rng.integers(2, 200))
        honest = int(rng.integers(1, clients + 1))
        people = int(clients * rng.integers(1, 60))
        trusted, masks = (bool(each) for each in rng.random(2) < 0.5)
        noise = float(np.exp(rng.uniform(-6, -1)))
        cases.append(federation(people, clients, honest, trusted, masks, noise))
    compare(answer, tr_02, right_plan, cases)


tr_02 = Exercise(
    id="tr-02",
    title="Where to add the noise (a decision)",
    answer="noise_plan",
    difficulty=3,
    minutes=15,
    points=3,
    hints=(
        "Make a list of the places that are possible, and for each the factor by which "
        "its noise in the sum exceeds z.",
        "k independent noises of deviation s add up to s times the root of k. So the "
        "factors are 1, sqrt(clients / honest) and sqrt(clients).",
        "For each ε from the smallest, for each possible place from 0: it fits if "
        "multiplier(ε) * factor / people <= largest_noise. Return the first that fits.",
    ),
    public=(seven_federations,),
    hidden=(any_federation,),
    mistakes={
        "server-anyway": Mistake(
            message="You let the server add the noise where nobody trusts it. It would "
            "see everything before.",
            code=plan_with(server="True"),
        ),
        "shares-exact": Mistake(
            message="Your shares add up to z. But each is made so that `honest` clients "
            "are enough, and all `clients` add one.",
            code=plan_with(shares="1.0"),
        ),
        "own-once": Mistake(
            message="In place 2 every client adds noise of deviation z, and all of it is "
            "in the sum.",
            code=plan_with(own="1.0"),
        ),
        "deviations-added": Mistake(
            message="You added up deviations. Of independent noises the variances add "
            "up, so k of them have the root of k times the deviation.",
            code=plan_with(own="clients", shares="clients / math.sqrt(honest)"),
        ),
        "noise-of-the-sum": Mistake(
            message="You held the noise of the sum against `largest_noise`. The mean is "
            "the sum over `people`.",
            code=plan_with(units="1"),
        ),
        "largest-epsilon": Mistake(
            message="You took the largest ε that fits, the weakest promise. Take the "
            "smallest.",
            code=plan_with(order="(8.0, 4.0, 2.0, 1.0, 0.5)"),
        ),
    },
    also_right=(
        plan_with(own="clients**0.5", shares="(clients / honest) ** 0.5"),
    ),
)

# tr-03


def right_rounds(records, columns, clients, parameters):
    return math.floor(records * columns / (2 * clients * parameters) + 1e-12)


def traffic(records, columns, clients, parameters) -> dict:
    return {
        "records": records,
        "columns": columns,
        "clients": clients,
        "parameters": parameters,
    }


def four_data_sets(answer, rng):
    """the lesson's tumours, and larger data sets, one that comes out even"""
    cases = [
        traffic(325, 31, 20, 496),
        traffic(10**6, 785, 100, 7850),
        traffic(4000, 100, 10, 1000),
        traffic(50_000, 64, 30, 650),
    ]
    compare(answer, tr_03, right_rounds, cases)


def any_data_set(answer, rng):
    """data sets, federations and models of any size"""
    cases = [
        traffic(
            *(int(rng.integers(1, most)) for most in (10**5, 1000, 100, 5000))
        )
        for _ in range(30)
    ]
    compare(answer, tr_03, right_rounds, cases)


ROUNDS = """
def rounds_no_dearer(records, columns, clients, parameters):
    return {formula}
"""


def rounds_by(formula: str) -> str:
    return ROUNDS.format(formula=formula)


tr_03 = Exercise(
    id="tr-03",
    title="When federated learning saves bytes",
    answer="rounds_no_dearer",
    difficulty=1,
    minutes=6,
    points=1,
    hints=(
        "How many numbers are sent in one round, by all clients, both ways?",
        "A round is 2 * clients * parameters numbers; the records are records * columns. "
        "How often does the one fit into the other?",
        "Divide, and round down: `//` does both.",
    ),
    public=(four_data_sets,),
    hidden=(any_data_set,),
    mistakes={
        "one-way": Mistake(
            message="You counted one direction. The model goes to the client, and the "
            "update comes back.",
            code=rounds_by("(records * columns) // (clients * parameters)"),
        ),
        "one-client": Mistake(
            message="You counted one client. Every client takes part in every round.",
            code=rounds_by("(records * columns) // (2 * parameters)"),
        ),
        "rounded-up": Mistake(
            message="You rounded up: the last of these rounds moves more than the "
            "records.",
            code=rounds_by(
                "-(-records * columns // (2 * clients * parameters))"
            ),
        ),
        "fewer": Mistake(
            message="Where the bytes come out equal that round still counts: *no more* "
            "bytes, not fewer.",
            code=rounds_by(
                "(records * columns - 1) // (2 * clients * parameters)"
            ),
        ),
    },
    also_right=(
        rounds_by(
            "int((8 * records * columns) // (16 * clients * parameters))"
        ),
    ),
)

# tr-04

SERVING = """
def serving(query_secret, model_secret, queries, features, parameters, keys_bytes,
            sealed_bytes, sealed_seconds, most_seconds, most_bytes):
    sent = {{}}
    if {open}:
        sent[0] = 8 * (features + 1) * queries
    if {sealed}:
        sent[1] = {sealed_sent}
    if {home}:
        sent[2] = {home_sent}
    fitting = [way for way in sorted(sent) if {fits}]
    return {best}
"""
SERVED = {
    "open": "not query_secret",
    "sealed": "sealed_seconds <= most_seconds",
    "sealed_sent": "keys_bytes + sealed_bytes * queries",
    "home": "not model_secret",
    "home_sent": "8 * parameters",
    "fits": "sent[way] <= most_bytes",
    "best": "min(fitting, key=sent.get, default=-1)",
}


def served_with(**change) -> str:
    return SERVING.format(**SERVED | change)


def right_serving(
    query_secret,
    model_secret,
    queries,
    features,
    parameters,
    keys_bytes,
    sealed_bytes,
    sealed_seconds,
    most_seconds,
    most_bytes,
):
    sent = np.array(
        [
            8 * (features + 1) * queries,
            keys_bytes + sealed_bytes * queries,
            8 * parameters,
        ],
        dtype=float,
    )
    sent[[query_secret, sealed_seconds > most_seconds, model_secret]] = np.inf
    sent[sent > most_bytes] = np.inf
    return int(sent.argmin()) if np.isfinite(sent).any() else -1


def service(
    query_secret, model_secret, queries, parameters, seconds, most
) -> dict:
    return {
        "query_secret": query_secret,
        "model_secret": model_secret,
        "queries": queries,
        "features": 30,
        "parameters": parameters,
        "keys_bytes": 6_500_000,
        "sealed_bytes": 132_000,
        "sealed_seconds": 0.04,
        "most_seconds": seconds,
        "most_bytes": most,
    }


SERVICES = (
    service(False, False, 3, 500, 1.0, 10**8),
    service(False, False, 100, 500, 1.0, 10**8),
    service(True, False, 10, 10**6, 1.0, 10**8),
    service(True, False, 10, 10**7, 1.0, 10**8),
    service(True, False, 1000, 10**7, 1.0, 10**9),
    service(True, False, 10, 500_000, 1.0, 10**8),
    service(True, True, 10, 500, 1.0, 10**8),
    service(True, True, 10, 500, 0.001, 10**8),
    service(True, True, 1000, 500, 1.0, 10**8),
    service(False, True, 10, 500, 0.001, 10**8),
    service(False, False, 20, 620, 1.0, 10**8),  # open and home are equal
    service(False, False, 20, 610, 1.0, 10**8),  # the answers decide
    service(True, False, 10, 500, 1.0, 4000),  # exactly most_bytes
    service(True, True, 100, 500, 0.04, 10**8),  # exactly most_seconds, each
    service(False, False, 3, 25, 1.0, 10**8),  # small even if sent each time
    service(True, False, 1, 10**6, 1.0, 10**8),  # bytes, not numbers
    service(True, False, 10, 1_100_000, 1.0, 10**8),
)


def ten_services(answer, rng):
    """ten services: secrets, haste, few and many queries, small and large models"""
    compare(answer, tr_04, right_serving, list(SERVICES))


def any_service(answer, rng):
    """services of any kind"""
    cases = []
    for _ in range(60):
        query, model = (bool(each) for each in rng.random(2) < 0.5)
        queries = int(np.exp(rng.uniform(0, 8)))
        parameters = int(np.exp(rng.uniform(4, 17)))
        most = int(np.exp(rng.uniform(9, 20)))
        seconds = float(rng.choice([0.01, 0.1, 1]))
        cases.append(service(query, model, queries, parameters, seconds, most))
    compare(answer, tr_04, right_serving, cases)


tr_04 = Exercise(
    id="tr-04",
    title="Open, sealed, or at home (a decision)",
    answer="serving",
    difficulty=2,
    minutes=12,
    points=2,
    hints=(
        "Which of the three ways does each secret rule out? And which one is slow?",
        "Write the bytes of each way that is left. Which of them are paid once, which "
        "with every query?",
        "0: 8 * (features + 1) * queries; 1: keys_bytes + sealed_bytes * queries; 2: "
        "8 * parameters. Drop those ruled out or above most_bytes, take the smallest.",
    ),
    public=(ten_services,),
    hidden=(any_service,),
    mistakes={
        "keys-forgotten": Mistake(
            message="You left out the public keys. They are sent once, and weigh as much "
            "as many queries.",
            code=served_with(sealed_sent="sealed_bytes * queries"),
        ),
        "keys-each-time": Mistake(
            message="You send the keys with every query. Once is enough.",
            code=served_with(
                sealed_sent="(keys_bytes + sealed_bytes) * queries"
            ),
        ),
        "model-each-time": Mistake(
            message="You send the model with every query. The client keeps it.",
            code=served_with(home_sent="8 * parameters * queries"),
        ),
        "model-given-away": Mistake(
            message="You hand out a model that must be kept.",
            code=served_with(home="True"),
        ),
        "never-slow": Mistake(
            message="You did not look at the clock: encryption may be too slow.",
            code=served_with(sealed="True"),
        ),
        "always-something": Mistake(
            message="You chose a way that sends more than `most_bytes`. If none is "
            "possible, say -1.",
            code=served_with(fits="True"),
        ),
    },
    also_right=(
        served_with(
            best="sorted(fitting, key=lambda w: (sent[w], w))[0] if fitting else -1"
        ),
    ),
)

EXERCISES = (tr_01, tr_02, tr_03, tr_04)
