"""A run of a class federation, as its journal tells it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class ClassRun:
    """``events`` of a ``privlab.fl.journal.Journal``, finished or still growing.

    ``ValueError`` where no run has begun.
    """

    events: tuple[dict, ...]

    def __post_init__(self):
        if not self._all("start"):
            raise ValueError("events must hold a 'start': no run has begun")

    @property
    def settings(self) -> dict:
        """How the (latest) run was started."""
        return self._all("start")[-1]

    @property
    def rounds(self) -> np.ndarray:
        """The finished rounds, 0 for the model before training."""
        return np.array([event["round"] for event in self._all("round")], dtype=int)

    @property
    def accuracies(self) -> np.ndarray:
        """The global model's share of right answers on the server's test digits.

        NaN under encryption: the server cannot test what it cannot read.
        """
        rounds = self._all("round")
        return np.array([event.get("accuracy", np.nan) for event in rounds])

    @property
    def answered(self) -> list[int]:
        """How many nodes answered in each exchange that is over."""
        return [len(event["nodes"]) for event in self._all("answered")]

    @property
    def missing(self) -> list[int]:
        """How many did not."""
        return [len(event["missing"]) for event in self._all("answered")]

    @property
    def finished(self) -> bool:
        return self.events[-1]["event"] == "end"

    @property
    def summary(self) -> str:
        done = self.rounds[-1] if len(self.rounds) else 0
        said = f"Round {done} of {self.settings['rounds']} is done"
        if len(self.accuracies) and np.isfinite(self.accuracies[-1]):
            said += f"; {self.accuracies[-1]:.0%} of the test digits are right"
        if self.answered:
            said += f"; {self.answered[-1]} nodes answered last"
        return said + (self.trouble and f"; {self.trouble}") + "."

    @property
    def lines(self) -> list[str]:
        """What happened, a line each, oldest first."""
        return [_line(event) for event in self.events if event["event"] != "asked"]

    @property
    def trouble(self) -> str:
        """What the server's guard did, counted; empty if nothing."""
        amounts = {name: len(self._all(name)) for name in ("rejected", "shortened")}
        return ", ".join(
            f"{amount} {name}" for name, amount in amounts.items() if amount
        )

    def _all(self, name: str) -> list[dict]:
        return [event for event in self.events if event["event"] == name]


def _line(event: dict) -> str:
    """One event in words."""
    name = event["event"]
    if name == "start":
        done, rounds = event["done"], event["rounds"]
        return f"a run begins: rounds {done + 1} to {rounds}, {event['aggregation']}"
    if name == "round":
        right = event.get("accuracy")
        how = "encrypted" if right is None else f"{right:.0%} right"
        return f"round {event['round']}: {how}"
    if name == "answered":
        line = f"{len(event['nodes'])} nodes answered in {event['seconds']} s"
        missing = ", ".join(event["missing"])
        return line + (f", missing: {missing}" if missing else "")
    if name == "end":
        return "the run is over"
    return f"round {event['round']}: {event['node']} {name}, {event['reason']}"
