"""What lesson 6.3 says of chance, with five seeds; and the laws it stands on."""

import math

import numpy as np
import pytest

from privlab.core.ratings import MOST
from privlab.experiments.encrypted_scores import (
    GRID,
    key_pair,
    newcomer,
    scorer,
    sealed_scores,
)
from privlab.experiments.guessed_age import LIST, STARS, audience, guessed_age, seen
from privlab.experiments.named_viewers import (
    BOTH,
    SLACK,
    named_viewers,
    overheard,
    platform,
)
from privlab.experiments.named_viewers import (
    LIST as FILMS_ONLY,
)
from privlab.experiments.named_viewers import (
    STARS as STARS_ONLY,
)
from privlab.experiments.private_factors import (
    TOP,
    age_from_ratings,
    factor_price,
    held_out,
    item_means,
    learned,
    rmse,
    shown,
    two_attacks,
)
from privlab.experiments.stolen_scores import stolen_films, stolen_under_encryption
from privlab.experiments.watched_counts import (
    ASK_ONE,
    CURATOR,
    EVERY,
    PADDED,
    WAYS,
    by_asking_one,
    count_prices,
    expected_error,
    popularity,
)

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)

# A record without a name


@seeds
def test_four_rough_films_name_nine_in_ten(seed):
    full = named_viewers(published=BOTH, known=4, seed=seed)
    assert full.right > 0.9
    assert full.false < 0.05


@seeds
def test_removing_columns_helps_against_little_knowledge_only(seed):
    little = named_viewers(published=FILMS_ONLY, known=2, seed=seed)
    much = named_viewers(published=FILMS_ONLY, known=8, seed=seed)
    assert little.right < 0.2
    assert much.right > 0.8


def test_what_is_overheard_is_rough_and_partly_wrong():
    ratings, rng = platform(0), np.random.default_rng(0)
    user = 5
    heard = overheard(ratings, user, known=8, wrong=0, rng=rng)
    assert ratings.watched[user, heard.films].all()
    assert np.abs(ratings.table[user, heard.films] - heard.stars).max() <= 1
    assert np.abs(ratings.days[user, heard.films] - heard.days).max() <= SLACK
    with pytest.raises(ValueError, match="published='names'"):
        named_viewers(published="names", known=3, seed=0)
    assert named_viewers(published=STARS_ONLY, known=2, wrong=9, seed=0).wrong == 2


# What likes tell


def test_likes_tell_the_age_group():
    five, whole, unrated = (
        np.mean([guessed_age(what=w, films=n, seed=s).result.auc for s in SEEDS])
        for w, n in ((STARS, 5), (STARS, 30), (LIST, 30))
    )
    assert five > 0.65
    assert whole > five + 0.03
    assert unrated > 0.73
    assert np.mean([age_from_ratings(seed=s) for s in SEEDS]) > 0.75


def test_only_the_chosen_films_are_seen():
    data = audience(0)
    nothing = np.zeros_like(data.ratings.watched)
    assert not seen(data, STARS, nothing).any()
    assert guessed_age(what=STARS, films=30, seed=0).result.auc == pytest.approx(
        age_from_ratings(seed=0)
    )
    with pytest.raises(ValueError, match="what='diary'"):
        seen(data, "diary", nothing)


# Scored under the viewer's key


@pytest.mark.parametrize("seed", range(2))
def test_sealed_scores_are_the_open_ones_within_a_small_error(seed):
    result = sealed_scores(seed=seed)
    np.testing.assert_allclose(result.open, scorer(seed).scores(newcomer(seed)))
    assert result.error < 0.002
    if result.margin > 2 * result.error:
        assert (result.best(result.open) == result.best(result.sealed)).all()
    assert not result.watched[result.best(result.open)].any()
    assert not key_pair().public.context.has_secret_key()


@seeds
def test_the_operator_is_symmetric_of_low_rank_and_on_a_grid(seed):
    model = scorer(seed)
    assert (model.characters * GRID == np.rint(model.characters * GRID)).all()
    np.testing.assert_allclose(model.operator, model.operator.T, atol=1e-12)
    assert np.linalg.matrix_rank(model.operator) == 3
    assert 0 < np.linalg.eigvalsh(model.operator).max() < 1


@seeds
def test_three_exact_answers_are_the_model_and_noise_only_delays(seed):
    assert stolen_films(questions=3, noise=0.0, seed=seed).off < 1e-6
    assert stolen_films(questions=2, noise=0.0, seed=seed).off > 0.3
    few, many = (
        stolen_films(questions=count, noise=0.1, seed=seed) for count in (10, 60)
    )
    assert many.off < few.off
    assert many.off < 0.15
    assert many.kept < 0.97


def test_the_model_is_stolen_through_the_encryption():
    assert stolen_under_encryption(seed=0).off < 0.01


# Counting


@seeds
def test_asking_one_is_best_and_the_curator_better(seed):
    prices = count_prices(epsilon=1, seed=seed)
    end = {way: errors[-1] for way, errors in prices.measured.items()}
    assert 4 * end[ASK_ONE] < min(end[PADDED], end[EVERY])
    assert end[CURATOR] < 60
    asked = prices.measured[ASK_ONE]
    assert 2.4 < asked[-1] / asked[0] < 4.2


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("epsilon", [1.0, 6.0])
def test_every_way_is_unbiased_with_the_error_of_theory(way, epsilon):
    """120 surveys of one film that a third of 60 viewers watched."""
    rng = np.random.default_rng(0)
    watched = np.zeros((600, 40), dtype=bool)
    for film in range(40):
        watched[film * 5 + np.arange(200), film] = True  # at most 40 films a viewer
    watched[watched.cumsum(axis=1) > MOST] = False
    off = np.array([WAYS[way](watched, epsilon, rng=rng) for _ in range(60)])
    off = off - watched.sum(axis=0)
    share = watched.mean()
    theory = expected_error(way, epsilon=epsilon, users=600, films=40, share=share)
    # films share viewers, so take the 60 surveys as independent only
    assert abs(off.mean()) < 5 * theory / math.sqrt(60)
    assert np.sqrt((off**2).mean()) == pytest.approx(theory, rel=0.15)


def test_everybody_is_asked_about_one_film_and_films_are_asked_evenly():
    watched = np.ones((300, 60), dtype=bool)
    got = by_asking_one(watched, 30.0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(got, 300, atol=1e-6)


def test_an_unknown_way_is_named():
    with pytest.raises(ValueError, match="way='guess'"):
        popularity(way="guess", epsilon=1, users=300, seed=0)


# A recommender with a promise


@seeds
def test_a_thousand_viewers_can_afford_it_and_250_cannot(seed):
    crowd, small = (factor_price(users=n, seed=seed) for n in (1_000, 250))
    assert crowd.twin < crowd.means - 0.2
    assert crowd.at(8) < (crowd.twin + crowd.means) / 2
    assert crowd.at(1) < crowd.means
    assert small.at(1) > small.means + 0.1


@pytest.mark.parametrize("first", [0, 5, 10])
def test_the_promise_stops_one_attack_of_two(first):
    attacks = two_attacks(seeds=range(first, first + 5))
    member = {e: runs.mean() for e, runs in attacks.member.items()}
    older = {e: runs.mean() for e, runs in attacks.older.items()}
    assert member[math.inf] > 0.7
    assert member[1.0] < 0.6
    assert older[math.inf] > 0.7
    assert abs(older[1.0] - older[math.inf]) < 0.05


def test_nothing_that_is_tested_on_was_learned_from():
    ratings = audience(0).ratings
    known, asked = held_out(ratings, seed=0)
    assert len(known) + len(asked) == len(ratings)
    assert not (known.watched & asked.watched).any()
    assert rmse(item_means(asked), known, asked) < rmse(item_means(known), known, asked)


def test_ten_unwatched_films_are_shown_to_each():
    ratings = audience(0).ratings
    mask = shown(learned(ratings, epsilon=8.0, seed=0), ratings)
    assert (mask.sum(axis=1) == TOP).all()
    assert not (mask & ratings.watched).any()
