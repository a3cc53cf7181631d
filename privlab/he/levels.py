"""The budget of multiplications: a circuit laid over a parameter set before it runs."""

from dataclasses import dataclass

from privlab.core import checks
from privlab.he.context import SETS, LevelsExhausted, Parameters


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """A computation as its planner sees it: ``steps`` of (what, multiplications deep).

    ``largest`` bounds every number that appears on the way.
    """

    name: str
    steps: tuple[tuple[str, int], ...]
    largest: float = 1.0

    def __post_init__(self):
        if not self.steps:
            raise ValueError(f"steps={self.steps!r} must not be empty")
        for what, depth in self.steps:
            checks.whole(what, depth, low=0)
        checks.positive("largest", self.largest)

    @property
    def depth(self) -> int:
        return sum(depth for _, depth in self.steps)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A circuit laid over a parameter set: the levels ``left`` after each step."""

    circuit: Circuit
    parameters: Parameters
    left: tuple[int, ...]

    @property
    def has_levels(self) -> bool:
        return self.left[-1] >= 0

    @property
    def has_room(self) -> bool:
        return self.circuit.largest < 2**self.parameters.integer_bits

    @property
    def fits(self) -> bool:
        return self.has_levels and self.has_room

    @property
    def summary(self) -> str:
        own, circuit = self.parameters, self.circuit
        if self.fits:
            return (
                f"{circuit.name} needs depth {circuit.depth}, {own.name!r} has "
                f"{own.levels}: it fits."
            )
        if self.has_levels:
            trouble = (
                f"{circuit.name} meets numbers up to {circuit.largest:g}, {own.name!r} "
                f"holds less than {2**own.integer_bits}"
            )
        else:
            trouble = (
                f"{circuit.name} needs depth {circuit.depth}, {own.name!r} has "
                f"{own.levels}"
            )
        return f"{trouble}; {_remedy(circuit)}."


@dataclass(frozen=True, kw_only=True)
class LevelBudget:
    """The multiplications that ``parameters`` allow, spent before anything runs."""

    parameters: Parameters

    def plan(self, circuit: Circuit) -> Plan:
        """The levels left after each step; negative where the budget is overdrawn."""
        left, rows = self.parameters.levels, []
        for _, depth in circuit.steps:
            left -= depth
            rows.append(left)
        return Plan(circuit=circuit, parameters=self.parameters, left=tuple(rows))

    def check(self, circuit: Circuit) -> Plan:
        """The plan, or ``LevelsExhausted`` / ``ValueError`` naming the set to take.

        The engine would say "scale out of bounds" in the middle of the work, and say
        nothing at all of numbers that are too large: they wrap around.
        """
        plan = self.plan(circuit)
        if not plan.has_levels:
            raise LevelsExhausted(plan.summary)
        if not plan.has_room:
            raise ValueError(plan.summary)
        return plan


def fitting(circuit: Circuit) -> Parameters | None:
    """The cheapest named set on which the circuit fits, or None."""
    plans = (LevelBudget(parameters=own).plan(circuit) for own in SETS)
    return next((plan.parameters for plan in plans if plan.fits), None)


def _remedy(circuit: Circuit) -> str:
    found = fitting(circuit)
    if found is None:
        return "no named set does: use a lower degree, or let the key holder refresh"
    return f"the next set that fits is {found.name!r} (degree {found.degree})"
