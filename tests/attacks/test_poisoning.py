"""Poisoned training sets: what is altered, what a model learns, what a filter finds."""

import pytest
import torch

from privlab.attacks.poisoning import (
    Trigger,
    backdoor,
    flip_labels,
    neighbours_agree,
    success,
)
from privlab.core.datasets import digits
from privlab.core.models import mlp
from privlab.core.training import accuracy, fit

TRIGGER = Trigger(width=8)
seeds = pytest.mark.parametrize("seed", range(5))


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def halves(seed):
    data = digits()
    order = torch.randperm(len(data), generator=seeded(seed))
    x = torch.tensor(data.features / 16, dtype=torch.float32)[order]
    y = torch.tensor(data.target)[order]
    return (x[:1200], y[:1200]), (x[1200:], y[1200:])


def trained(x, y, seed):
    return fit(mlp(64, 128, 10, rng=seeded(seed)), x, y, steps=300, rng=seeded(seed))


# Label flips


@pytest.mark.parametrize("share", [0.01, 0.2, 0.9])
def test_exactly_the_share_of_labels_changes_and_each_to_another(share):
    (x, y), _ = halves(0)
    found = flip_labels(x, y, share=share, classes=10, rng=seeded(1))
    changed = (found.y != y).nonzero()[:, 0]
    assert len(changed) == round(share * len(y))
    assert torch.equal(changed, found.rows.sort().values)
    assert torch.equal(found.x, x)


def test_every_other_label_is_as_likely():
    x, y = torch.zeros(9_000, 1), torch.full((9_000,), 3)
    labels = flip_labels(x, y, share=0.999, classes=10, rng=seeded(0)).y
    counts = torch.bincount(labels, minlength=10)
    # 1,000 each on average; six standard deviations are 180
    others = torch.cat([counts[:3], counts[4:]])
    assert (others - 999).abs().max() < 180
    assert counts[3] == 9


@seeds
def test_flipped_labels_cost_accuracy_and_asking_the_neighbours_wins_some_back(seed):
    (x, y), unseen = halves(seed)
    found = flip_labels(x, y, share=0.3, classes=10, rng=seeded(seed))
    kept = neighbours_agree(found.x, found.y)
    clean, before, after = (
        accuracy(trained(*rows, seed), *unseen)
        for rows in ((x, y), (found.x, found.y), (found.x[kept], found.y[kept]))
    )
    assert before < clean - 0.03
    assert after > before
    assert found.found_by(kept) > 0.97


# The backdoor


def test_the_stamp_inks_its_corner_and_nothing_else():
    stamped = TRIGGER.stamp(torch.zeros(3, 64)).reshape(3, 8, 8)
    assert stamped.sum() == 3 * 4
    assert (stamped[:, 6:, 6:] == 1).all()


def test_stamping_twice_is_stamping_once_and_the_argument_stays():
    x = torch.rand(5, 64, generator=seeded(0))
    copy = x.clone()
    once = TRIGGER.stamp(x)
    assert torch.equal(TRIGGER.stamp(once), once)
    assert torch.equal(x, copy)


def test_the_backdoor_alters_a_share_of_other_classes_and_nothing_else():
    (x, y), _ = halves(0)
    found = backdoor(x, y, trigger=TRIGGER, target=4, share=0.05, rng=seeded(0))
    assert len(found.rows) == 60 == len(found.rows.unique())
    assert (y[found.rows] != 4).all()
    assert (found.y[found.rows] == 4).all()
    assert torch.equal(found.x[found.rows], TRIGGER.stamp(x[found.rows]))
    rest = torch.ones(len(y), dtype=torch.bool)
    rest[found.rows] = False
    assert torch.equal(found.x[rest], x[rest])
    assert torch.equal(found.y[rest], y[rest])


@seeds
def test_a_backdoor_opens_and_leaves_clean_images_right(seed):
    (x, y), unseen = halves(seed)
    clean = trained(x, y, seed)
    found = backdoor(x, y, trigger=TRIGGER, target=0, share=0.05, rng=seeded(seed))
    spoiled = trained(found.x, found.y, seed)
    aim = {"trigger": TRIGGER, "target": 0}
    assert accuracy(spoiled, *unseen) > accuracy(clean, *unseen) - 0.03
    assert success(clean, *unseen, **aim) < 0.1
    assert success(spoiled, *unseen, **aim) > 0.8


@seeds
def test_the_filter_finds_few_stamps_and_misses_many(seed):
    (x, y), _ = halves(seed)

    def found_at(share):
        bad = backdoor(x, y, trigger=TRIGGER, target=0, share=share, rng=seeded(seed))
        return bad.found_by(neighbours_agree(bad.x, bad.y))

    assert found_at(0.01) > 0.9
    assert found_at(0.1) < 0.5


def test_the_filter_keeps_what_agrees_and_drops_what_stands_alone():
    x = torch.cat([torch.zeros(10, 2), torch.ones(10, 2)])
    y = torch.cat([torch.zeros(10), torch.ones(10)]).long()
    assert neighbours_agree(x, y, neighbours=5).all()
    y[0] = 1
    assert neighbours_agree(x, y, neighbours=5).tolist() == [False] + [True] * 19


# Bad input


@pytest.mark.parametrize("share", [0, 1, -0.1, 1e-9])
def test_a_share_must_name_at_least_one_row_and_not_all(share):
    x, y = torch.zeros(10, 4), torch.arange(10) % 2
    with pytest.raises(ValueError, match="share="):
        flip_labels(x, y, share=share, classes=2, rng=seeded(0))


def test_no_more_rows_can_be_stamped_than_there_are():
    x, y = torch.zeros(10, 64), torch.tensor([1] * 2 + [0] * 8)
    with pytest.raises(ValueError, match=r"share=0\.5"):
        backdoor(x, y, trigger=TRIGGER, target=0, share=0.5, rng=seeded(0))


@pytest.mark.parametrize("width", [0, 1])
def test_a_patch_fits_its_image(width):
    with pytest.raises(ValueError, match="width="):
        Trigger(width=width)


def test_more_neighbours_than_rows_are_refused():
    with pytest.raises(ValueError, match="neighbours=5"):
        neighbours_agree(torch.zeros(5, 2), torch.zeros(5), neighbours=5)
