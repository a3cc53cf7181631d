"""From text to numbers and back: one number per character, of any script."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

END = "\n"  # begins and ends every line; its number is 0
NO_TARGET = -100  # what cross_entropy leaves out


@dataclass(frozen=True, kw_only=True)
class Characters:
    """The characters a model knows: number i stands for ``known[i]``, 0 for ``END``.

    ``Characters.of(texts)`` collects them. ``ValueError`` for any other character:
    nothing is silently replaced.
    """

    known: str

    def __post_init__(self):
        if self.known[:1] != END or len(set(self.known)) != len(self.known):
            raise ValueError("known must begin with a line end and repeat nothing")

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Characters":
        """All characters of ``texts``, in the order of Unicode."""
        found = set().union(*texts)
        if not found - {END}:
            raise ValueError("texts must not be empty: a model needs something to read")
        return cls(known=END + "".join(sorted(found - {END})))

    def __len__(self) -> int:
        return len(self.known)

    def encode(self, text: str) -> list[int]:
        """The number of each character."""
        numbers = [self.known.find(character) for character in text]
        if -1 in numbers:
            unknown = text[numbers.index(-1)]
            raise ValueError(
                f"character {unknown!r} of {text!r} is unknown: it was in none of the "
                "texts from which the characters were collected"
            )
        return numbers

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of character numbers, up to the first ``END``."""
        return "".join(self.known[i] for i in numbers).split(END)[0]

    def examples(self, texts: Sequence[str], context: int) -> tuple[Tensor, Tensor]:
        """What a model reads and must foretell, x and y, both (n, longest + 1).

        Line i is ``END c_1 ... c_m`` in x and ``c_1 ... c_m END`` in y; behind it x has
        0 and y ``NO_TARGET``. One line is one example: for DP, one person's record.
        ``ValueError`` where ``END`` and a line do not fit the ``context``.
        """
        if not texts:
            raise ValueError("texts is empty: at least one line is needed")
        longest = max(texts, key=len)
        if len(longest) >= context:
            raise ValueError(
                f"the text {longest!r} of {len(longest)} characters does not fit "
                f"context={context}: at most {context - 1}"
            )
        x = torch.zeros(len(texts), len(longest) + 1, dtype=torch.long)
        y = torch.full_like(x, NO_TARGET)
        for row, text in enumerate(texts):
            numbers = torch.tensor(self.encode(text), dtype=torch.long)
            x[row, 1 : len(text) + 1] = y[row, : len(text)] = numbers
            y[row, len(text)] = 0
        return x, y
