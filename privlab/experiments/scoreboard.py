"""Every attack against every defence: measured by ``python -m bench scoreboard``.

The numbers lie in ``data/scoreboard.json`` with the command, date, versions and seeds
that made them. ``scoreboard`` reads them; ``ATTACKS`` measures a cell anew.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np
from scipy.stats import t

from privlab.experiments import board_attacks as digits
from privlab.experiments import board_published, board_text
from privlab.experiments.board_attacks import (
    DP_1,
    DP_8,
    FL,
    HE,
    MASKS,
    MASKS_DP,
    NONE,
    ROUNDED,
    SCRUB,
)

COMMAND = "python -m bench scoreboard"
FILE = files("privlab.experiments") / "data" / "scoreboard.json"
SEEDS = (0, 1, 2, 3, 4)
FLOOR = 0.005  # no cell is finer: five equal values do not prove that none differs

DEFENCES = (NONE, ROUNDED, DP_8, DP_1, HE, FL, MASKS, MASKS_DP, SCRUB)
COUNTS, UPDATE = "two counts", "update rebuilt"
CARD, CODE = "recited card", "recited code"
CONFIDENTIALITY = (
    "membership, 1 % false alarms",
    "membership, area",
    "recorded label",
    COUNTS,
    UPDATE,
    CARD,
    CODE,
)
INTEGRITY = ("adversarial image", "poisoned training")
ATTACKS: dict[str, Callable[[str, int], float]] = {
    **digits.ATTACKS,
    COUNTS: board_published.two_counts,
    UPDATE: board_published.update,
    CARD: board_text.recited_card,
    CODE: board_text.recited_code,
}
HOLDS_DATA = "whoever trains holds the images themselves"
NO_WORDS = "images and counts have no words to scrub"
SAME_MODEL = "the model is that of the cell to its left: the sum is exact"
NO_NUMBERS = "the attack reads text, and text has no decimals"
OPENED = "the asker opens the answer: as without a defence"
USERS = "not measured here: lesson 5.3 promises to a user"
REASONS = (
    {(name, SCRUB): NO_WORDS for name in (*digits.ATTACKS, COUNTS, UPDATE)}
    | {(UPDATE, name): HOLDS_DATA for name in (NONE, ROUNDED, DP_8, DP_1, HE)}
    | {
        (name, which): reason
        for name in (CARD, CODE)
        for which, reason in {
            ROUNDED: NO_NUMBERS,
            HE: OPENED,
            MASKS: SAME_MODEL,
            MASKS_DP: USERS,
        }.items()
    }
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One attack against one defence: ``values``, one a seed, or a ``reason``.

    ``mean ± reach`` holds one more seed's value with 95 % probability (Student's t for
    a further draw, ``reach = t s sqrt(1 + 1/n)``), if the seeds are normal; ``low`` and
    ``high`` are its ends, between -1 and 1.
    """

    values: tuple[float, ...] = ()
    reason: str = ""

    @property
    def applies(self) -> bool:
        return bool(self.values)

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def reach(self) -> float:
        n = len(self.values)
        spread = max(np.std(self.values, ddof=1), FLOOR)
        return float(t.ppf(0.975, n - 1) * spread * np.sqrt(1 + 1 / n))

    @property
    def low(self) -> float:
        return max(self.mean - self.reach, -1.0)

    @property
    def high(self) -> float:
        return min(self.mean + self.reach, 1.0)

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies in the interval."""
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a defence costs: ``accuracy`` on digits, ``perplexity`` on text, one a seed.

    ``epsilon`` is the promise to one ``unit``, None where there is none; ``seconds``
    are times those without a defence, ``bytes`` of ``carries``.
    """

    accuracy: tuple[float, ...]
    perplexity: tuple[float, ...]
    epsilon: float | None
    unit: str
    seconds: float | None
    bytes: int
    carries: str

    @property
    def quality(self) -> str:
        """What is left of the use, in words."""
        parts = []
        if self.accuracy:
            parts.append(f"{np.mean(self.accuracy):.0%} right")
        if self.perplexity:
            parts.append(f"perplexity {np.mean(self.perplexity):.1f}")
        return ", ".join(parts)

    @property
    def promise(self) -> str:
        if self.epsilon is None:
            return "promises nothing"
        return f"ε = {self.epsilon:g} for {self.unit}"


@dataclass(frozen=True, kw_only=True)
class Scoreboard:
    """``cells[attack][defence]`` and ``prices[defence]``, and how they were made."""

    command: str
    date: str
    versions: dict[str, str]
    seeds: tuple[int, ...]
    cells: dict[str, dict[str, Cell]]
    prices: dict[str, Price]

    def cell(self, attack: str, defence: str) -> Cell:
        return self.cells[attack][defence]

    def age(self, today: date) -> int:
        """Days since the measurement."""
        return (today - date.fromisoformat(self.date)).days

    @property
    def summary(self) -> str:
        cells = [cell for row in self.cells.values() for cell in row.values()]
        measured = [cell for cell in cells if cell.applies]
        strong = sum(cell.mean >= 0.5 for cell in measured)
        return (
            f"{len(self.cells)} attacks against {len(self.prices)} defences, "
            f"{len(self.seeds)} seeds: {len(measured)} cells measured, in {strong} the "
            f"attack gains 0.5 or more; {len(cells) - len(measured)} were not measured."
        )


@cache
def scoreboard() -> Scoreboard:
    """The shipped numbers; ``FileNotFoundError`` if the command has never run."""
    return from_json(FILE.read_text("utf-8"))


def measurable(attack: str, defence: str) -> bool:
    return (attack, defence) not in REASONS


def to_json(board: Scoreboard) -> str:
    """The file's text, with keys in the order of the tables."""

    def cell(own: Cell) -> dict:
        if not own.applies:
            return {"does not apply": own.reason}
        numbers = {"mean": own.mean, "low": own.low, "high": own.high}
        rounded = {name: round(value, 4) for name, value in numbers.items()}
        return rounded | {"values": [round(value, 4) for value in own.values]}

    whole = {
        "command": board.command,
        "date": board.date,
        "versions": board.versions,
        "seeds": list(board.seeds),
        "cells": {
            attack: {name: cell(own) for name, own in row.items()}
            for attack, row in board.cells.items()
        },
        "prices": {name: vars(price) for name, price in board.prices.items()},
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Scoreboard:
    """The inverse of ``to_json``; intervals are computed from the values again."""
    whole = json.loads(text)

    def cell(own: dict) -> Cell:
        values, reason = own.get("values", ()), own.get("does not apply", "")
        return Cell(values=tuple(values), reason=reason)

    def price(own: dict) -> Price:
        several = {name: tuple(own[name]) for name in ("accuracy", "perplexity")}
        return Price(**own | several)

    return Scoreboard(
        command=whole["command"],
        date=whole["date"],
        versions=whole["versions"],
        seeds=tuple(whole["seeds"]),
        cells={
            attack: {name: cell(own) for name, own in row.items()}
            for attack, row in whole["cells"].items()
        },
        prices={name: price(own) for name, own in whole["prices"].items()},
    )
