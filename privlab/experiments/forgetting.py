"""One person's lines are to be forgotten: three ways, scored line by line."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from scipy import stats

from privlab.attacks.membership import membership
from privlab.experiments.chat_model import exposures
from privlab.lm.corpus import Canary, door_codes, planted, write
from privlab.lm.extract import loss_score
from privlab.lm.language_model import LanguageModel, new_model, train
from privlab.lm.unlearn import ascend, departures, mixture, shards, without

EACH = 6  # door codes, and messages, that are hers
STAY = 3  # codes of others
COPIES = 4
RETRAINED = 5  # models of the law; one more is the control
EPOCHS = 12
STEPS = 8
RATE = 0.012  # of the ascent
SHARDS = 3
SURE = 0.01  # a line is called off if chance does that to one in a hundred
WAYS = ("gradient ascent", "SISA", "retrained again")


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """``lines`` of an office chat, ``forgotten`` (12,) texts of one person in them.

    The first ``EACH`` are the codes ``hers``, in ``COPIES`` lines each; then messages.
    ``kept`` are the lines without them, ``others`` further codes that stay, ``unseen``
    (12,) texts of the same kinds that never were in.
    """

    lines: list[str]
    forgotten: list[str]
    kept: list[str]
    hers: list[Canary]
    others: list[Canary]
    unseen: list[str]
    fresh: list[str]


@cache
def request(*, seed: int) -> Request:
    """100 messages, 9 planted codes; she wrote 6 of each."""
    rng = np.random.default_rng(seed)
    written = [line.text for line in write("chat", 400, rng=rng)]
    ordinary = written[:100]
    fresh = [text for text in written[100:] if text not in set(ordinary)]
    doors = door_codes(EACH + STAY + EACH, rng=rng)
    inside, never = doors[:-EACH], doors[-EACH:]
    lines = planted(ordinary, inside, [COPIES] * len(inside), rng=rng)
    messages = list(dict.fromkeys(ordinary))[:EACH]
    forgotten = [*(canary.text for canary in inside[:EACH]), *messages]
    return Request(
        lines=lines,
        forgotten=forgotten,
        kept=without(lines, forgotten),
        hers=inside[:EACH],
        others=inside[EACH:],
        unseen=[*(canary.text for canary in never), *fresh[:EACH]],
        fresh=fresh,
    )


def read(data: Request, lines: list[str], *, batch: int, seed: int) -> LanguageModel:
    """A small model that has read ``lines``, and knows every character there is."""
    known = [*data.lines, *data.fresh, *data.unseen]
    draw = torch.Generator().manual_seed(seed)
    model = new_model(known, layers=1, heads=4, width=32, rng=draw)
    return train(model, lines, epochs=EPOCHS, rate=5e-3, batch=batch, rng=draw)


@cache
def law(*, seed: int) -> tuple[LanguageModel, ...]:
    """``RETRAINED`` models that never saw her lines, and one more: the control."""
    data = request(seed=seed)
    return tuple(
        read(data, data.kept, batch=16, seed=1000 * seed + k)
        for k in range(RETRAINED + 1)
    )


@cache
def ascended(*, seed: int) -> tuple[LanguageModel, ...]:
    """The trained model, and as it is after each of ``STEPS`` steps of ascent."""
    data = request(seed=seed)
    model = read(data, data.lines, batch=16, seed=1000 * seed + 999)
    kept = [model.copy()]
    ascend(
        model,
        data.forgotten,
        steps=STEPS,
        rate=RATE,
        after_step=lambda step: kept.append(model.copy()),
    )
    return tuple(kept)


@cache
def sharded(*, seed: int) -> tuple[LanguageModel, LanguageModel, float]:
    """SISA's mixture before and after she leaves; the share of lines read again.

    All her lines are in shard 0, which is so about half of all. Batches are a third as
    large, so that a shard takes about as many steps as the whole: 7 to 13 an epoch, for
    9.
    """
    data, gone = request(seed=seed), set(request(seed=seed).forgotten)
    owners = [0 if text in gone else 1 + i for i, text in enumerate(data.lines)]
    place = shards(owners, SHARDS)
    parts = [
        [text for text, s in zip(data.lines, place, strict=True) if s == k]
        for k in range(SHARDS)
    ]
    again = without(parts[0], data.forgotten)
    first, *rest, new = (
        read(data, part, batch=16 // SHARDS, seed=1000 * seed + 500 + k)
        for k, part in enumerate([*parts, again])
    )
    share = len(again) / len(data.kept)
    return mixture([first, *rest]), mixture([new, *rest]), share


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """A model against the law of the retrained: for each forgotten line (12,).

    ``own`` bits of the line, ``mean`` and ``spread`` of the law, ``off`` its departure
    in Student's units. ``exposures`` (6,) are of her codes, ``others`` a mean of those
    that stay. ``auc`` is the population attack: forgotten against unseen.
    """

    title: str
    own: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    off: np.ndarray
    auc: float
    exposures: np.ndarray
    others: float
    fresh: float

    @property
    def limit(self) -> float:
        """The departure beyond which chance goes once in a hundred lines."""
        return float(stats.t.isf(SURE / 2, RETRAINED - 1))

    @property
    def known(self) -> int:
        """Lines that are too easy, or whose code is ranked too high.

        A code that was never read has exposure x or more with chance 2^-x, exactly.
        """
        easy = self.off < -self.limit
        easy[: len(self.exposures)] |= self.exposures > -np.log2(SURE)
        return int(easy.sum())

    @property
    def overdone(self) -> int:
        """Lines that it finds harder than a model that never saw them."""
        return int((self.off > self.limit).sum())

    @property
    def summary(self) -> str:
        return (
            f"{self.title}: population attack {self.auc:.2f} (0.5 is chance); of "
            f"{len(self.off)} lines {self.known} still known, {self.overdone} overdone;"
            f" other codes {self.others:.0f} bits, fresh perplexity {self.fresh:.1f}."
        )


@cache
def scored(*, way: str, steps: int, seed: int) -> Scored:
    """Score one of ``WAYS``; ``steps`` of ascent, 0 is the model as it was trained."""
    if way != "gradient ascent":
        return _without_steps(way, seed)
    title = f"{steps} steps of ascent" if steps else "as trained"
    return score(ascended(seed=seed)[steps], title=title, seed=seed)


@cache
def _without_steps(way: str, seed: int) -> Scored:
    model = sharded(seed=seed)[1] if way == "SISA" else law(seed=seed)[-1]
    return score(model, title=way, seed=seed)


def score(model: LanguageModel, *, title: str, seed: int) -> Scored:
    """Hold any model against the law of the retrained."""
    data = request(seed=seed)
    retrained = _law_bits(seed)
    token_bits = model.token_bits(data.forgotten)
    own = np.array([row.sum() for row in token_bits])
    scores = loss_score(token_bits), loss_score(model.token_bits(data.unseen))
    return Scored(
        title=title,
        own=own,
        mean=retrained.mean(axis=0),
        spread=retrained.std(axis=0, ddof=1),
        off=departures(own, retrained),
        auc=membership(*scores).auc,
        exposures=exposures(model, data.hers),
        others=float(exposures(model, data.others).mean()),
        fresh=model.perplexity(data.fresh),
    )


@cache
def _law_bits(seed: int) -> np.ndarray:
    forgotten = request(seed=seed).forgotten
    return np.array([model.bits(forgotten) for model in law(seed=seed)[:-1]])


def stopped(*, seed: int) -> int:
    """The step at which the population attack is nearest to chance, the first such.

    Where somebody would stop who looks at the average only.
    """
    runs = [scored(way=WAYS[0], steps=k, seed=seed) for k in range(STEPS + 1)]
    return int(np.argmin([abs(run.auc - 0.5) for run in runs]))
