"""Which way to train and serve meets a case? Read off a measured table."""

import math
from dataclasses import dataclass

from privlab.experiments.six_ways import Measured, Table, six_ways

MEMBERS, RECORDS, QUERY, MODEL = "members", "records", "query", "model"
TRUST_SERVER, TRUST_RULES, TRUST_NOBODY = "server", "its rules", "nobody"
TRUST = (TRUST_SERVER, TRUST_RULES, TRUST_NOBODY)
NEEDS = ("accuracy", "latency", MEMBERS, RECORDS, QUERY, MODEL)
SECRETS = {
    "who was in": frozenset({MEMBERS}),
    "records": frozenset({RECORDS}),
    "records, who was in": frozenset({RECORDS, MEMBERS}),
    "query": frozenset({QUERY}),
    "query, who was in": frozenset({QUERY, MEMBERS}),
    "query, model": frozenset({QUERY, MODEL}),
    "records, model": frozenset({RECORDS, MODEL}),
    "nothing": frozenset(),
}
LATENCIES = {"1 ms": 1e-3, "1 s": 1.0, "any": math.inf}
ASKED = 1000  # queries, for which the bytes are added up


@dataclass(frozen=True, kw_only=True)
class Case:
    """What somebody needs.

    ``trusted``: the server with everything; the server to keep the rules, while it
    looks; or nobody. ``secrets`` are some of MEMBERS (from readers of the model),
    RECORDS and QUERY (from the server), MODEL (its numbers, from clients). A query may
    take ``seconds`` at most, and ``floor`` is the least accuracy, in [0, 1].
    """

    trusted: str
    secrets: frozenset[str]
    seconds: float
    floor: float

    def __post_init__(self):
        if self.trusted not in TRUST:
            raise ValueError(f"trusted={self.trusted!r} must be one of {TRUST}")
        unknown = set(self.secrets) - set(NEEDS[2:])
        if unknown:
            raise ValueError(f"secrets={unknown} must be among {NEEDS[2:]}")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a way meets one need, and the measurement that says so."""

    met: bool
    told: str


def verdicts(row: Measured, case: Case) -> dict[str, Verdict]:
    """One way held against every need that the case has.

    An attack that fails is no promise: who was in, and records from a server that may
    break the rules, need a finite ε, too.
    """
    told = {
        "accuracy": Verdict(met=row.accuracy >= case.floor, told=f"{row.accuracy:.0%}"),
        "latency": _latency(row.query_seconds, case.seconds),
        MEMBERS: _members(row, case.trusted),
        RECORDS: _records(row, case.trusted),
        QUERY: Verdict(
            met=case.trusted == TRUST_SERVER or row.query == 0,
            told=f"reads {row.query:.0%}",
        ),
        MODEL: Verdict(
            met=not row.model_out, told="clients have it" if row.model_out else "kept"
        ),
    }
    asked = {"accuracy", "latency"} | case.secrets
    return {need: verdict for need, verdict in told.items() if need in asked}


def _latency(seconds: float, allowed: float) -> Verdict:
    """In orders of magnitude: a clock tells no more."""
    met = seconds <= allowed
    return Verdict(met=met, told="in time" if met else "too slow")


def _members(row: Measured, trusted: str) -> Verdict:
    """Noise that a server should add counts only if the server is trusted to."""
    if trusted == TRUST_NOBODY and math.isinf(row.epsilon_server):
        return Verdict(met=False, told="no noise by clients")
    epsilon = row.epsilon_world
    return Verdict(met=math.isfinite(epsilon), told=_epsilon(epsilon))


def _records(row: Measured, trusted: str) -> Verdict:
    if trusted == TRUST_SERVER:
        return Verdict(met=True, told="server trusted")
    if trusted == TRUST_RULES:
        return Verdict(met=row.record == 0, told=f"reads {row.record:.0%}")
    met = row.two_sums == 0 and math.isfinite(row.epsilon_server)
    told = f"{row.two_sums:.0%}, {_epsilon(row.epsilon_server)}"
    return Verdict(met=met, told=told)


def _epsilon(epsilon: float) -> str:
    return f"ε = {epsilon:.2g}" if math.isfinite(epsilon) else "ε = ∞"


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """The chosen ``way`` or None; every way's verdicts, and the bytes it moves."""

    table: Table
    case: Case
    way: str | None
    verdicts: dict[str, dict[str, Verdict]]
    traffic: dict[str, int]

    @property
    def reasons(self) -> tuple[str, ...]:
        """For the chosen way what it meets; else what each way fails."""
        if self.way:
            met = self.verdicts[self.way].items()
            return tuple(f"{need}: {verdict.told}" for need, verdict in met)
        return tuple(
            f"{way} fails {', '.join(self.failed(way))}" for way in self.verdicts
        )

    def failed(self, way: str) -> list[str]:
        each = self.verdicts[way].items()
        return [f"{need} ({v.told})" for need, v in each if not v.met]

    @property
    def meets(self) -> list[str]:
        """All ways that meet the case, the fewest bytes first."""
        fit = [way for way in self.verdicts if not self.failed(way)]
        return sorted(fit, key=self.traffic.get)

    @property
    def summary(self) -> str:
        if self.way is None:
            return f"Nothing here meets this, because {'; '.join(self.reasons)}."
        others = len(self.meets) - 1
        why = f"{self.way}, because {', '.join(self.reasons)}"
        if not others:
            return f"{why}; nothing else here meets this."
        return f"{why}; of {others + 1} that meet this none moves fewer bytes."


def recommend(table: Table, case: Case) -> Recommendation:
    """Of the ways that meet every need the one that moves the fewest bytes.

    A pure function of the measurements; bytes are those of training and of ``ASKED``
    queries.
    """
    judged = {row.way: verdicts(row, case) for row in table.rows}
    traffic = {r.way: r.training_bytes + ASKED * r.query_bytes for r in table.rows}
    fit = [way for way, each in judged.items() if all(v.met for v in each.values())]
    return Recommendation(
        table=table,
        case=case,
        way=min(fit, key=traffic.get, default=None),
        verdicts=judged,
        traffic=traffic,
    )


def chosen(
    *,
    task: str,
    epsilon: float,
    trusted: str,
    secret: str,
    latency: str,
    floor: float,
    seed: int,
) -> Recommendation:
    """``recommend`` with one of ``SECRETS`` and of ``LATENCIES``; ``floor`` in %."""
    case = Case(
        trusted=trusted,
        secrets=SECRETS[secret],
        seconds=LATENCIES[latency],
        floor=floor / 100,
    )
    return recommend(six_ways(task=task, epsilon=epsilon, seed=seed), case)
