"""A small store that answers questions with its own records, as chat assistants do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from privlab.core import checks

# Three characters in a row, hashed to a place: a record's vector depends on nothing
# but its own text. Weights learned from all records (idf) would let one person's
# record move everybody's score, and break the sensitivity of ``Store.votes``.
_PIECES = HashingVectorizer(
    analyzer="char_wb", ngram_range=(3, 3), n_features=2**14, alternate_sign=False
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Store:
    """``texts`` (n,) with their ``owners`` (n,), found by cosine similarity.

    ``ValueError`` for an empty store, or owners that are not one for each text.
    """

    texts: tuple[str, ...]
    owners: tuple[str, ...]

    def __post_init__(self):
        if not self.texts or len(self.texts) != len(self.owners):
            raise ValueError(
                f"texts and owners must be as many, and some; they are "
                f"{len(self.texts)} and {len(self.owners)}"
            )

    @cached_property
    def _rows(self):
        return _PIECES.transform(self.texts)

    def scores(self, question: str) -> np.ndarray:
        """The cosine (n,) between the question's pieces and each record's."""
        return (self._rows @ _PIECES.transform([question]).T).toarray()[:, 0]

    def nearest(self, question: str, *, k: int) -> np.ndarray:
        """The places (k,) of the best records, best first; ``ValueError`` if k > n."""
        if checks.whole("k", k) > len(self.texts):
            raise ValueError(
                f"k={k} must be <= {len(self.texts)}, the records there are"
            )
        return np.argsort(-self.scores(question), kind="stable")[:k]

    def answer(self, question: str, *, k: int) -> tuple[str, ...]:
        """The k best records, word for word, whoever asks."""
        return tuple(self.texts[i] for i in self.nearest(question, k=k))

    def answer_then_filter(
        self, question: str, *, k: int, owner: str
    ) -> tuple[str, ...]:
        """Those of the k best that are the asker's own: there may be fewer than k.

        How many are missing depends on the records of others.
        """
        self._known(owner)
        places = self.nearest(question, k=k)
        return tuple(self.texts[i] for i in places if self.owners[i] == owner)

    def of(self, owner: str) -> "Store":
        """The store that holds this owner's records only: filter first, then rank."""
        self._known(owner)
        pairs = zip(self.texts, self.owners, strict=True)
        texts = tuple(text for text, own in pairs if own == owner)
        return Store(texts=texts, owners=(owner,) * len(texts))

    def with_record(self, text: str, owner: str) -> "Store":
        """The store with one record more, at the end."""
        return Store(texts=(*self.texts, text), owners=(*self.owners, owner))

    def votes(self, question: str, answers: Sequence[str], *, near: int) -> np.ndarray:
        """How many of the ``near`` best records contain each of the ``answers``.

        ``answers`` is a public list. One record more pushes one out, so no count moves
        by more than 1: sensitivity 1 when a record is added, removed or replaced.
        """
        texts = self.answer(question, k=near)
        return np.array([sum(a in text for text in texts) for a in answers])

    def _known(self, owner: str) -> None:
        if owner not in self.owners:
            raise ValueError(f"owner={owner!r} has no record in this store")


def peeled(
    scores: np.ndarray, *, k: int, choose: Callable[[np.ndarray], int]
) -> list[int]:
    """k places, ``choose`` d one after the other among those that are left.

    If ``choose`` is epsilon-DP, as the exponential mechanism is, all k together are
    k epsilon-DP by basic composition (Dwork & Roth 2014, Theorem 3.16).
    """
    left = list(range(len(scores)))
    if checks.whole("k", k) > len(left):
        raise ValueError(f"k={k} must be <= {len(left)}, the scores there are")
    return [left.pop(choose(np.asarray(scores)[left])) for _ in range(k)]
