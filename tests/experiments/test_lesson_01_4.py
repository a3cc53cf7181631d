"""What lesson 1.4 says of chance, with five seeds instead of its one."""

import numpy as np
import pytest

from privlab.experiments.chat_model import (
    CAP,
    EACH,
    EPOCHS,
    REPEATS,
    chat,
    sizes,
    study,
)
from privlab.experiments.known_lines import (
    deduplicated,
    members,
    unprompted,
    without_copies,
)
from privlab.experiments.own_secret import (
    ANOTHER,
    SENTENCE,
    as_canary,
    exposure,
    own_secret,
)
from privlab.experiments.recitation import (
    KINDS,
    TEMPERATURES,
    extracted,
    knows,
    ranked,
    recited,
    written,
)
from privlab.lm import extract

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


@pytest.fixture(scope="module")
def studies():
    return [study(width=64, seed=seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def copies(studies):
    """Mean exposure (5 seeds, 5 epochs, 5 numbers of copies)."""
    return np.array([each.by_repeats for each in studies])


# The chat


def test_the_chat_holds_each_code_as_often_as_it_says():
    data = chat(seed=0)
    assert [data.lines.count(c.text) for c in data.canaries] == data.repeats.tolist()
    assert len(data.lines) == 300 + EACH * sum(REPEATS)
    assert not set(data.unseen) & set(data.lines)
    assert data.first(0) is data.canaries[0]


# Copies, epochs, size


def test_a_code_with_one_copy_is_exposed_and_the_control_is_not(copies):
    final = copies[:, -1]
    assert (final[:, 1] > 10).all()
    assert (final[:, 2:] > 11).all()
    # 20 codes never planted: exponential of mean 1.44, the mean's deviation 0.32
    assert abs(final[:, 0].mean() - 1 / np.log(2)) < 5 * 0.32


def test_more_copies_are_learned_sooner(copies):
    mean = copies.mean(axis=0)
    tenth = mean[EPOCHS.index(10)]
    assert list(tenth) == sorted(tenth)
    assert tenth[4] > tenth[1] + 4


def test_a_code_is_learned_while_the_model_still_improves(studies, copies):
    tenth, last = EPOCHS.index(10), EPOCHS.index(20)
    assert all(each.fresh[last] < each.fresh[tenth] for each in studies)
    assert (copies[:, tenth, 1] < 9).all()
    assert (copies[:, last, 1] > 10).all()


def test_late_readings_teach_more_than_early_ones(copies):
    early, late = copies[:, EPOCHS.index(2), 4], copies[:, EPOCHS.index(15), 1]
    assert (late > early).all()
    assert (late - early).mean() > 3


def test_a_larger_model_remembers_more_and_is_better(studies):
    for seed, large in enumerate(studies):
        small = study(width=16, seed=seed)
        assert large.by_repeats[-1, 1] > small.by_repeats[-1, 1] + 5
        assert large.fresh[-1] < small.fresh[-1]
        assert small.by_repeats[-1, 4] > 12


def test_sizes_are_those_of_the_studies(studies):
    result = sizes(seed=0)
    assert result.mean[2] == pytest.approx(studies[0].by_repeats[-1])
    assert result.fresh[2] == studies[0].fresh[-1]
    assert result.mean[0, 1] < result.mean[1, 1] < result.mean[2, 1]
    assert result.weights.tolist() == sorted(result.weights)


@seeds
def test_deduplication_helps_and_forwarding_undoes_it(seed):
    as_it_is, removed, forwarded = deduplicated(seed=seed).exposures.values()
    assert removed.mean() < as_it_is.mean() - 4
    assert forwarded.mean() > as_it_is.mean() - 2


def test_copies_are_removed_and_order_stays():
    assert without_copies(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]


# Extraction


@seeds
def test_most_planted_codes_come_out_and_no_other(seed):
    found = extracted(seed=seed)
    planted = found.repeats > 0
    assert found.greedy[planted].sum() > 8
    assert found.beam[planted].sum() >= max(14, found.greedy.sum())
    assert not found.beam[~planted].any()
    assert found.first[planted].sum() > 8
    assert not found.greedy[~planted].any()
    assert not found.first[~planted].any()


def test_heat_hides_what_is_recited_and_helps_what_is_not(studies):
    for each in studies:
        data = each.chat
        chances = np.array(
            [extract.tempered(each.model, c, (0.02, 0.5, 2.0)) for c in data.canaries]
        )
        right, planted = knows(each.model, data), data.repeats > 0
        cold, _, hot = chances[right & planted].mean(axis=0)
        assert hot < 0.3 < 0.9 < cold
        cold, mild, _ = chances[~right & planted].sum(axis=0)
        assert mild > cold


def test_samples_come_as_often_as_their_exact_chance():
    shown = written(door="8 times", temperature=1.5, seed=0)
    chance = np.interp(1.5, TEMPERATURES, shown.chances)
    # 200 draws: six standard deviations
    assert abs(shown.right - 200 * chance) < 6 * np.sqrt(200 * chance * (1 - chance))
    assert "planted 8 times" in shown.summary


def test_the_rank_is_that_of_the_exposure(studies):
    shown = ranked(door="once", epoch="20", seed=0)
    assert shown.exposure == pytest.approx(CAP - np.log2(shown.rank))
    first = int(np.argmax(studies[0].chat.repeats == 1))
    assert studies[0].exposures[-1, first] == pytest.approx(shown.exposure)


@seeds
def test_unprompted_lines_hold_true_codes_and_invented_cards(seed):
    found = unprompted(seed=seed)
    assert len(found.true_codes) >= 6
    assert min(found.eidetic) <= 2
    assert found.true_cards == 0


def test_invented_cards_know_no_luhn():
    found = [unprompted(seed=seed) for seed in SEEDS]
    cards, valid = (sum(getattr(f, k) for f in found) for k in ("cards", "valid_cards"))
    # as random digits: a tenth, six standard deviations
    assert abs(valid - cards / 10) < 6 * np.sqrt(cards * 0.09)


@seeds
def test_some_recited_questions_are_luck(seed):
    shares = recited(seed=seed)
    assert 0.02 < shares.unseen["a question"] < shares.learned["a question"]
    for kind in ("a card number", "a phone number"):
        assert shares.learned[kind] < 0.05
    assert shares.learned["a card number"] == 0
    assert set(KINDS) < set(shares.learned)


@seeds
def test_membership_of_a_card_shows_although_it_is_not_recited(seed):
    loss, worst, ratio = members(kind="a card number", seed=seed).auc.values()
    assert loss[-1] > 0.8
    assert worst[-1] > 0.8
    assert loss[-1] > loss[0] + 0.15
    assert ratio[-1] < loss[-1]


# The reader's own


def test_one_line_read_five_times_exposes_a_secret():
    runs = [
        own_secret(sentence=SENTENCE, copies=1, epochs=5, seed=seed) for seed in SEEDS
    ]
    assert np.mean([run.before for run in runs]) < 4
    assert min(run.after for run in runs) > 9
    assert runs[0].cap == pytest.approx(CAP)


def test_any_script_and_any_secret_may_be_typed(studies):
    run = own_secret(sentence=ANOTHER, copies=4, epochs=4, seed=0)
    assert run.after > run.before + 5
    assert ANOTHER in run.summary
    letters = own_secret(sentence="my password is $tr0ng", copies=2, epochs=1, seed=0)
    assert letters.cap > 30
    assert 0 <= letters.after <= letters.cap
    for sentence in ("secret", "x" * 60 + " 1", " 1234"):
        with pytest.raises(ValueError, match="sentence="):
            as_canary(sentence, studies[0].model)


def test_sampled_exposure_agrees_with_the_exact_one(studies):
    model, rng = studies[0].model, np.random.default_rng(0)
    short = as_canary("the diary opens with 271", model)
    longer = as_canary("the diary opens with 27182", model)
    exact = extract.canary_exposure(model, longer)
    assert exposure(model, longer, rng=rng) == pytest.approx(exact, abs=1)
    assert exposure(model, short, rng=rng) == extract.canary_exposure(model, short)
