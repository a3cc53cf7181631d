"""Text in, bits out: probabilities add to one, training learns, writing is the law."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from scipy import stats

from privlab.lm.characters import NO_TARGET, Characters
from privlab.lm.language_model import (
    LanguageModel,
    extended,
    greedy,
    line_losses,
    new_model,
    sample,
    train,
)

TEXTS = ["abc", "acb", "ab", "中文", "中a"]


def generator(seed=14):
    return torch.Generator().manual_seed(seed)


def fresh(seed=14):
    rng = generator(seed)
    return new_model(TEXTS, context=8, layers=1, heads=2, width=16, rng=rng)


@pytest.fixture(scope="module")
def model():
    return train(fresh(), TEXTS, epochs=40, batch=2, rng=generator())


def test_characters_come_back_as_they_went_in():
    known = Characters.of(TEXTS)
    for text in TEXTS:
        assert known.decode(known.encode(text)) == text
    assert known.decode([*known.encode("ab"), 0, *known.encode("c")]) == "ab"
    assert len(known) == 6


def test_examples_are_shifted_by_one_and_padded():
    known = Characters.of(["ab"])
    x, y = known.examples(["ab", "b"], context=3)
    assert x.tolist() == [[0, 1, 2], [0, 2, 0]]
    assert y.tolist() == [[1, 2, 0], [2, 0, NO_TARGET]]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda m: Characters.of([]), "texts must not be empty"),
        (lambda m: Characters.of(["", "\n"]), "texts must not be empty"),
        (lambda m: m.bits([]), "texts is empty"),
        (lambda m: m.bits(["abz"]), "character 'z' of 'abz' is unknown"),
        (lambda m: m.bits(["abcabcab"]), "of 8 characters does not fit context=8"),
        (lambda m: greedy(m, ["abcabcab"], length=1), "9 tokens do not fit context=8"),
        (
            lambda m: sample(m, ["a"], length=2, temperature=0, rng=generator()),
            "temperature=0 must be > 0",
        ),
        (lambda m: train(m, TEXTS, epochs=0, rng=generator()), "epochs=0"),
    ],
)
def test_bad_input_is_named(model, act, message):
    with pytest.raises(ValueError, match=message):
        act(model)


def test_the_probabilities_of_all_lines_add_up_to_one(model):
    """Of all lines of 3 characters at most, and of all beginnings of 4."""
    letters = model.characters.known[1:]
    lines = ["".join(p) for n in range(4) for p in itertools.product(letters, repeat=n)]
    ended = sum(2 ** -model.bits(lines))
    beginnings = ["".join(p) for p in itertools.product(letters, repeat=4)]
    open_ended = sum(2 ** -row[:-1].sum() for row in model.token_bits(beginnings))
    assert ended + open_ended == pytest.approx(1, abs=1e-4)


def test_bits_perplexity_and_losses_say_the_same(model):
    tokens = model.token_bits(TEXTS)
    assert [len(row) for row in tokens] == [len(text) + 1 for text in TEXTS]
    assert model.bits(TEXTS) == pytest.approx([row.sum() for row in tokens])
    mean = np.concatenate(tokens).mean()
    assert model.perplexity(TEXTS) == pytest.approx(2**mean)
    x, y = model.characters.examples(TEXTS, 8)
    with torch.no_grad():
        losses = line_losses(model.network(x), y).numpy()
    assert losses / np.log(2) == pytest.approx([row.mean() for row in tokens], rel=1e-5)


def test_other_lines_in_the_batch_change_no_bits(model):
    many = model.bits(TEXTS * 120)  # more than are weighed together
    assert many == pytest.approx(np.tile(model.bits(TEXTS), 120), abs=1e-4)


def test_an_untrained_model_knows_nothing_and_a_trained_one_its_lines(model):
    assert fresh().perplexity(TEXTS) == pytest.approx(6, rel=0.05)
    assert model.perplexity(TEXTS) < 2.5
    best = 2 ** (-np.log2(1 / 5) * 5 / sum(len(t) + 1 for t in TEXTS))
    assert model.perplexity(TEXTS) > best  # five equally likely lines


def test_training_is_repeatable_and_reports_its_epochs():
    seen = []
    twins = [
        train(fresh(), TEXTS, epochs=3, rng=generator(), after_epoch=seen.append)
        for _ in range(2)
    ]
    first, again = (twin.network.state_dict() for twin in twins)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert seen == [1, 2, 3, 1, 2, 3]


def test_frozen_parameters_stay():
    model = fresh()
    model.network.tokens.weight.requires_grad_(False)
    before = model.network.tokens.weight.clone()
    train(model, TEXTS, epochs=2, rng=generator())
    assert torch.equal(model.network.tokens.weight, before)


def test_new_characters_extend_a_model_and_keep_what_it_knew(model):
    longer = extended(model, ["dax", "文"], rng=generator())
    assert longer.characters.known == model.characters.known + "dx"
    assert len(extended(model, ["ab"], rng=generator()).characters) == 6
    gaps = longer.bits(["abc", "acb", "中文"]) - model.bits(["abc", "acb", "中文"])
    assert (gaps > 0).all()  # the new characters take a share
    x = torch.tensor([model.characters.encode("abc")])
    same = longer.network(x)[..., :6]
    assert torch.allclose(same, model.network(x), atol=1e-5)
    before = longer.bits(["dax"])
    assert train(longer, ["dax"], epochs=5, rng=generator()).bits(["dax"]) < before
    assert model.characters.known == "\nabc中文"


def test_greedy_takes_the_likeliest_each_time(model):
    written = ""
    for _ in range(4):
        options = ["", *model.characters.known[1:]]
        bits = [model.token_bits(["a" + written + o])[0] for o in options]
        place = 1 + len(written)
        best = min(range(len(options)), key=lambda i: bits[i][place])
        if best == 0:
            break
        written += options[best]
    assert greedy(model, ["a", "中", "a"], length=4)[0] == written
    assert greedy(model, ["a", "中", "a"], length=4)[2] == written


def test_prompts_of_different_lengths_are_answered_in_order(model):
    prompts = ["ab", "", "a", "中文", "b"]
    alone = [greedy(model, [prompt], length=3)[0] for prompt in prompts]
    assert greedy(model, prompts, length=3) == alone


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_samples_follow_the_tempered_law(model, temperature):
    count, letters = 5000, model.characters.known[1:]
    rows = model.token_bits(["a" + letter for letter in letters] + ["a"])
    weights = 2 ** (-np.array([row[1] for row in rows]) / temperature)
    drawn = Counter(
        sample(model, ["a"] * count, length=1, temperature=temperature, rng=generator())
    )
    observed = [drawn[letter] for letter in [*letters, ""]]
    expected = count * weights / weights.sum()
    common = expected > 5
    chances = expected[common] / expected[common].sum()
    shown = np.array(observed)[common]
    assert stats.chisquare(shown, chances * shown.sum()).pvalue > 1e-6


def test_top_1_is_greedy_and_a_cold_sample_nearly(model):
    best = greedy(model, ["a"] * 20, length=4)
    for way in ({"top_k": 1}, {"temperature": 1e-3}):
        assert sample(model, ["a"] * 20, length=4, rng=generator(), **way) == best


def test_a_model_takes_any_network_that_calls_like_it(model):
    class Wrapped(torch.nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner, self.context = inner, inner.context

        def forward(self, tokens):
            return self.inner(tokens)

    twin = LanguageModel(characters=model.characters, network=Wrapped(model.network))
    assert twin.bits(TEXTS) == pytest.approx(model.bits(TEXTS))
