"""Parts of the scoreboard to look at: one attack, or two defences side by side."""

from dataclasses import dataclass

from privlab.experiments.scoreboard import (
    Cell,
    Price,
    Scoreboard,
    scoreboard,
)

STOPPED = 0.1  # what is left of an attack that we call stopped


@dataclass(frozen=True, kw_only=True)
class OneAttack:
    """What one attack gains against each defence, and what each costs."""

    attack: str
    cells: dict[str, Cell]
    prices: dict[str, Price]

    @property
    def measured(self) -> dict[str, Cell]:
        return {name: cell for name, cell in self.cells.items() if cell.applies}

    @property
    def summary(self) -> str:
        each = (
            f"{name} {round(cell.mean, 2) + 0.0:.2f}"
            for name, cell in self.measured.items()
        )
        return f"{self.attack.capitalize()}: the attack gains {', '.join(each)}."


def one_attack(*, attack: str) -> OneAttack:
    """A row of the shipped scoreboard."""
    board = scoreboard()
    return OneAttack(attack=attack, cells=board.cells[attack], prices=board.prices)


@dataclass(frozen=True, kw_only=True)
class TwoDefences:
    """Two columns of the scoreboard, by attack, where both were measured."""

    first: str
    second: str
    cells: dict[str, tuple[Cell, Cell]]
    prices: tuple[Price, Price]

    def stopped(self, which: int) -> list[str]:
        """The attacks that gain less than ``STOPPED`` against the first or second."""
        pairs = self.cells.items()
        return [name for name, pair in pairs if pair[which].mean < STOPPED]

    @property
    def summary(self) -> str:
        first, second = (
            f"{name!r} leaves {len(self.cells) - len(self.stopped(i))} of "
            f"{len(self.cells)} attacks above {STOPPED:g}"
            for i, name in enumerate((self.first, self.second))
        )
        return f"{first}, {second}."


def two_defences(*, first: str, second: str) -> TwoDefences:
    """Two columns of the shipped scoreboard."""
    board = scoreboard()
    pairs = {
        attack: (row[first], row[second])
        for attack, row in board.cells.items()
        if row[first].applies and row[second].applies
    }
    prices = board.prices[first], board.prices[second]
    return TwoDefences(first=first, second=second, cells=pairs, prices=prices)


def stops(board: Scoreboard, defence: str, attacks: tuple[str, ...]) -> list[str]:
    """Those of ``attacks`` that were measured and gain less than ``STOPPED``."""
    own = {attack: board.cells[attack][defence] for attack in attacks}
    return [a for a, cell in own.items() if cell.applies and cell.mean < STOPPED]
