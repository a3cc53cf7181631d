"""What lesson 5.4 says of synthetic text, with five seeds instead of its one."""

import pytest

from privlab.experiments.clinic_model import clinic
from privlab.experiments.synthetic_text import WRITERS, synthetic

SEEDS = range(100, 105)


@pytest.mark.parametrize("seed", SEEDS)
def test_open_text_recites_and_private_text_teaches(seed):
    told, kept = (synthetic(writer=writer, seed=seed) for writer in WRITERS)
    assert told.doors[2] >= 1
    assert kept.codes.sum() == 0
    assert kept.taught < kept.before / 3
    assert kept.taught > 1.3 * told.taught
    assert told.taught > kept.real
    assert told.doors[0] == 0
    fresh = clinic(seed=seed).fresh
    assert kept.own < kept.taught < clinic(seed=seed).base.perplexity(fresh)
