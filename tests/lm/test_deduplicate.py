"""Near copies by shared pieces: the Jaccard index and what it removes."""

import numpy as np
import pytest

from privlab.lm.deduplicate import similarities, without_near_copies

TEXTS = [
    "the red lab opens with 1234, Mei",
    "bring tea from Arden",
    "the red lab opens with 1234, Ada",
    "bring tea from Arden",
]


def pieces(text, size):
    return {text[i : i + size] for i in range(len(text) - size + 1)}


@pytest.mark.parametrize("size", [1, 3, 4])
def test_similarity_is_the_jaccard_index_of_the_pieces(size):
    sets = [pieces(text.lower(), size) for text in TEXTS]
    expected = [[len(a & b) / len(a | b) for b in sets] for a in sets]
    assert similarities(TEXTS, size=size) == pytest.approx(np.array(expected))


def test_of_near_copies_the_first_is_kept():
    assert without_near_copies(TEXTS, threshold=0.7) == TEXTS[:2]
    assert without_near_copies(TEXTS, threshold=0.99) == TEXTS[:3]


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9])
def test_no_two_kept_texts_are_as_similar_as_the_threshold(threshold):
    rng = np.random.default_rng()
    texts = ["".join(rng.choice(list("ab"), size=8)) for _ in range(60)]
    kept = similarities(without_near_copies(texts, threshold=threshold))
    np.fill_diagonal(kept, 0)
    assert kept.max() < threshold


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="texts must be one or more"):
        similarities([])
    with pytest.raises(ValueError, match="size=4"):
        similarities(["abc"])
    with pytest.raises(ValueError, match="threshold=1"):
        without_near_copies(TEXTS, threshold=1)
