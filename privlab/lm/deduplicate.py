"""Texts that are nearly the same: found by the pieces that they share."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from privlab.core import checks


def similarities(texts: Sequence[str], *, size: int = 4) -> np.ndarray:
    """The Jaccard index (n, n) of the texts' sets of ``size`` characters in a row.

    ``|A ∩ B| / |A ∪ B|``, the resemblance of Broder 1997; 1 for equal texts. Upper
    and lower case count as the same. Quadratic in n: for large collections one
    estimates it by MinHash (ibid.; Lee et al. 2022 use it on training text).
    ``ValueError`` without texts, or if one is shorter than ``size``.
    """
    checks.whole("size", size)
    if not texts or min(map(len, texts)) < size:
        raise ValueError(f"texts must be one or more, each of size={size} or longer")
    counter = CountVectorizer(analyzer="char", ngram_range=(size, size), binary=True)
    pieces = counter.fit_transform(texts).astype(float)
    shared = (pieces @ pieces.T).toarray()
    each = shared.diagonal()
    return shared / (each[:, None] + each[None, :] - shared)


def without_near_copies(
    texts: Sequence[str], *, threshold: float, size: int = 4
) -> list[str]:
    """The texts of which no earlier kept one is as similar as ``threshold``, in order.

    0 < threshold < 1; the lower, the more goes, and lines that only follow the same
    pattern go first.
    """
    checks.probability("threshold", threshold)
    alike = similarities(texts, size=size) >= threshold
    kept: list[int] = []
    for i in range(len(texts)):
        if not alike[i, kept].any():
            kept.append(i)
    return [texts[i] for i in kept]
