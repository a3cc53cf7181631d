"""Disguised words: the promise of a channel, and guesses that are the likeliest."""

import math
from itertools import product

import numpy as np
import pytest

from privlab.dp.local import KaryRandomizedResponse
from privlab.lm import prompts

TEXTS = ["Ada has gout", "Ben has gout", "Ben has asthma, call 555-0123", "call Ada"]
LANGUAGE = prompts.Language.of(TEXTS)
SIZE = len(LANGUAGE.words)


def channels(epsilon):
    return [
        prompts.any_word(SIZE, epsilon=epsilon),
        prompts.near_word(LANGUAGE.distances(), epsilon=epsilon),
    ]


def test_words_stand_without_signs_and_numbers_are_one_word():
    assert prompts.words_of("Ben: 555-0123, thanks!") == ["Ben", "#", "thanks"]


def test_the_language_is_counted():
    assert LANGUAGE.words == ("#", "Ada", "Ben", "asthma", "call", "gout", "has")
    assert LANGUAGE.follows.sum(axis=1) == pytest.approx(np.ones(SIZE + 1))
    assert LANGUAGE.frequencies.sum() == pytest.approx(1)
    first = LANGUAGE.follows[-1] * (4 + 0.01 * SIZE)
    assert first == pytest.approx([0.01, 1.01, 2.01, 0.01, 1.01, 0.01, 0.01])


def test_distances_are_a_metric_and_words_that_replace_each_other_are_near():
    d = LANGUAGE.distances()
    assert d == pytest.approx(d.T)
    assert np.diag(d) == pytest.approx(np.zeros(SIZE), abs=1e-9)
    assert d.max() == pytest.approx(1)
    assert (d[:, None, :] <= d[:, :, None] + d[None, :, :] + 1e-9).all()
    gout, asthma, ben = LANGUAGE.numbers("gout asthma Ben")
    assert d[gout, asthma] < d[gout, ben]


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 5.0, 40.0])
def test_no_channel_spends_more_than_it_says(epsilon):
    any_word, near_word = channels(epsilon)
    assert any_word.epsilon == pytest.approx(epsilon)
    assert near_word.epsilon <= epsilon * (1 + 1e-9)


@pytest.mark.parametrize("epsilon", [0.5, 3.0])
def test_near_words_keep_to_the_metric_promise(epsilon):
    d = LANGUAGE.distances()
    logs = np.log(prompts.near_word(d, epsilon=epsilon).chances)
    ratios = np.abs(logs[:, None, :] - logs[None, :, :]).max(axis=2)
    assert (ratios <= epsilon * d + 1e-9).all()


@pytest.mark.parametrize("epsilon", [0.5, 3.0])
def test_any_word_is_k_ary_randomised_response(epsilon):
    peer = KaryRandomizedResponse(epsilon=epsilon, size=SIZE)
    chances = prompts.any_word(SIZE, epsilon=epsilon).chances
    assert chances.diagonal() == pytest.approx(np.full(SIZE, peer.support))
    assert chances[0, 1] == pytest.approx(peer.false_support)


def test_what_is_sent_follows_the_chances():
    rng, n = np.random.default_rng(), 20_000
    for channel in channels(2.0):
        sent = channel.release(np.full(n, 3), rng=rng)
        shares = np.bincount(sent, minlength=SIZE) / n
        # six standard deviations of each of seven shares
        spread = 6 * np.sqrt(channel.chances[3] / n)
        assert (np.abs(shares - channel.chances[3]) < spread).all()


def test_the_guessed_word_has_the_highest_posterior():
    for channel in channels(1.0):
        sent = np.random.default_rng().integers(SIZE, size=(2, 3))
        guess = prompts.guess_words(channel, LANGUAGE.frequencies, sent)
        for i in range(3):
            own = [
                LANGUAGE.frequencies[w] * math.prod(channel.chances[w, sent[:, i]])
                for w in range(SIZE)
            ]
            assert own[guess[i]] == pytest.approx(max(own))


def test_the_guessed_sentence_is_the_likeliest_of_all():
    for channel in channels(2.0):
        sent = np.random.default_rng().integers(SIZE, size=(2, 3))

        def chance(path, channel=channel, sent=sent):
            steps = zip((SIZE, *path[:-1]), path, sent.T, strict=True)
            return math.prod(
                LANGUAGE.follows[before, word] * math.prod(channel.chances[word, seen])
                for before, word, seen in steps
            )

        best = max(map(chance, product(range(SIZE), repeat=3)))
        guess = prompts.guess_sentence(channel, LANGUAGE.follows, sent)
        assert chance(tuple(guess)) == pytest.approx(best)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="strange"):
        LANGUAGE.numbers("Ada is strange")
    with pytest.raises(ValueError, match="text=''"):
        LANGUAGE.numbers("")
    with pytest.raises(ValueError, match="hold 1 words"):
        prompts.Language.of(["Ada Ada"])
    with pytest.raises(ValueError, match="epsilon=0"):
        prompts.near_word(LANGUAGE.distances(), epsilon=0)
    with pytest.raises(ValueError, match="size=1"):
        prompts.any_word(1, epsilon=1)
    with pytest.raises(ValueError, match="each row must add to 1"):
        prompts.Channel(chances=np.ones((2, 2)))
    with pytest.raises(ValueError, match="messages, words"):
        prompts.guess_words(channels(1.0)[0], LANGUAGE.frequencies, np.arange(3))
