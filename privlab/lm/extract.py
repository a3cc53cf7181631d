"""Getting training text out of a model, and measuring how deep it sits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from privlab.core import checks
from privlab.lm.corpus import Canary
from privlab.lm.language_model import LanguageModel, greedy, prompt_rows
from privlab.lm.transformer import Cache

ROWS = 256  # continuations weighed together: they fit the processor's cache


@dataclass(frozen=True, kw_only=True)
class Found:
    """A continuation and its log-perplexity after the prompt, in bits."""

    text: str
    bits: float


@torch.no_grad()
def beam(model: LanguageModel, prompt: str, *, width: int, length: int) -> list[Found]:
    """The ``width`` likeliest continuations that a beam search meets, likeliest first.

    At each of ``length`` characters the best ``width`` beginnings are kept, each
    continued in every way; after END nothing follows. Width 1 is ``greedy``. A secret
    whose beginning looks unlikely may be lost on the way; a wide beam loses less.
    """
    checks.whole("width", width), checks.whole("length", length)
    logits, cache = model.network.continued(prompt_rows(model, [prompt]), None)
    written = torch.zeros(1, 0, dtype=torch.long)
    total = torch.zeros(1)
    for place in range(length):
        costs = total[:, None] + _ended(_bits_of(logits[:, -1]), written)
        total, best = costs.flatten().topk(min(width, costs.numel()), largest=False)
        rows, numbers = best // costs.shape[1], best % costs.shape[1]
        written = torch.cat([written[rows], numbers[:, None]], dim=1)
        if place < length - 1:
            cache = [(key[rows], value[rows]) for key, value in cache]
            logits, cache = model.network.continued(numbers[:, None], cache)
    return [
        Found(text=model.characters.decode(row), bits=float(bits))
        for row, bits in zip(written.tolist(), total, strict=True)
        if math.isfinite(bits)
    ]


def _bits_of(logits: Tensor) -> Tensor:
    return -logits.log_softmax(dim=1) / math.log(2)


def _ended(bits: Tensor, written: Tensor) -> Tensor:
    """After END only END can follow, and costs nothing."""
    if written.shape[1]:
        over = written[:, -1] == 0
        bits[over] = math.inf
        bits[over, 0] = 0.0
    return bits


@torch.no_grad()
def secret_bits(
    model: LanguageModel, prefix: str, *, alphabet: str, length: int
) -> np.ndarray:
    """``-log2 Pr(r | prefix)`` of every string r of ``length`` over ``alphabet``.

    ``|alphabet|^length`` numbers, in the order of ``itertools.product``: for digits,
    place 4831 holds "4831". Beginnings that many strings share are read only once.
    """
    ids = torch.tensor(model.characters.encode(alphabet))
    logits, cache = model.network.continued(prompt_rows(model, [prefix]), None)
    bits = _all_bits(model, logits[:, -1], cache, ids, checks.whole("length", length))
    return bits.flatten().double().numpy()


def _all_bits(model, logits: Tensor, cache: Cache, ids: Tensor, length: int) -> Tensor:
    """The bits (rows, |ids|^length) of all strings that follow each row."""
    bits = _bits_of(logits)[:, ids]
    if length == 1:
        return bits
    parts = []
    for rows in torch.arange(len(logits)).split(max(1, ROWS // len(ids))):
        longer = [
            tuple(t[rows].repeat_interleave(len(ids), 0) for t in c) for c in cache
        ]
        tokens = ids.repeat(len(rows))[:, None]
        after, longer = model.network.continued(tokens, longer)
        parts.append(_all_bits(model, after[:, -1], longer, ids, length - 1))
    return bits.unsqueeze(2).add(torch.cat(parts).view(*bits.shape, -1)).flatten(1)


def rank(bits: np.ndarray, own: float) -> int:
    """How many candidates cost no more: Carlini et al. 2019, Definition 2.

    ``|{r' in R: Px(r') <= Px(r)}|`` for the costs ``bits`` of all R, the secret's
    ``own`` among them. 1 means that the model holds it for the likeliest of all.
    """
    return max(1, int((np.asarray(bits) <= own).sum()))


def exposure(bits: np.ndarray, own: float) -> float:
    """``log2 |R| - log2 rank``, in bits: Carlini et al. 2019, Definition 4.

    How many of the secret's log2 |R| bits an adversary need not guess any more. Of a
    secret the model never saw it is above x with probability 2^-x, 1.44 on average.
    """
    return math.log2(len(bits)) - math.log2(rank(bits, own))


def canary_exposure(model: LanguageModel, canary: Canary) -> float:
    """The exposure of a planted secret by its exact rank in the whole space."""
    bits = secret_bits(
        model, canary.prefix, alphabet=canary.alphabet, length=len(canary.secret)
    )
    return exposure(bits, float(bits[_place(canary)]))


def _place(canary: Canary) -> int:
    place = 0
    for character in canary.secret:
        place = place * len(canary.alphabet) + canary.alphabet.index(character)
    return place


@torch.no_grad()
def tempered(
    model: LanguageModel, canary: Canary, temperatures: Sequence[float]
) -> np.ndarray:
    """The chance (t,) that one sample after the prefix is the secret.

    ``prod_i softmax(z_i / T)[c_i]`` over its characters c_i, z_i the logits before it,
    for each temperature T > 0. Near 0 it is 1 if greedy writing gives the secret, and
    0 if not.
    """
    rows = prompt_rows(model, [canary.text])
    own = rows[0, -len(canary.secret) :]
    logits = model.network(rows)[0, -len(canary.secret) - 1 : -1].double()
    chances = [
        (logits / checks.positive("temperature", temperature))
        .log_softmax(dim=1)
        .gather(1, own[:, None])
        .sum()
        .exp()
        for temperature in temperatures
    ]
    return np.array(chances)


def exposure_by_sampling(bits: np.ndarray, own: float) -> float:
    """Exposure from a random sample of R only: Carlini et al. 2019, Section 4.4.

    ``-log2 Pr_r[Px(r) <= own]``, where the law of Px over R is taken for a skew-normal
    one with the sample's mean, variance and skewness. For spaces too large to count;
    it extrapolates, and may exceed log2 |R|.
    """
    bits = checks.finite("bits", bits)
    if len(bits) < 100:
        raise ValueError(f"bits holds {len(bits)} values: sample at least 100")
    # beyond 0.99 no skew-normal law has the skewness
    skewness = np.clip(stats.skew(bits), -0.99, 0.99)
    swing = np.abs(skewness) ** (2 / 3)
    delta = np.sign(skewness) * np.sqrt(
        np.pi / 2 * swing / (swing + (2 - np.pi / 2) ** (2 / 3))
    )
    scale = bits.std() / np.sqrt(1 - 2 * delta**2 / np.pi)
    place = bits.mean() - scale * delta * np.sqrt(2 / np.pi)
    law = stats.skewnorm(delta / np.sqrt(1 - delta**2), place, scale)
    return float(-law.logcdf(own) / np.log(2))


def recited(model: LanguageModel, texts: Sequence[str], *, prompt: int) -> np.ndarray:
    """Which texts the model completes from their first ``prompt`` characters (n,).

    Extractable with that much context: Carlini et al. 2023, Definition 3.1: greedy
    writing must give all the rest, and END. A text not longer than the prompt is not.
    """
    checks.whole("prompt", prompt)
    length = max(1, max(map(len, texts)) + 1 - prompt)
    written = greedy(model, [text[:prompt] for text in texts], length=length)
    rest = [text[prompt:] for text in texts]
    return np.array([r != "" and r == w for r, w in zip(rest, written, strict=True)])


def appearances(text: str, texts: Sequence[str]) -> int:
    """k, the number of ``texts`` that contain ``text``: Carlini et al. 2021, Def. 2.

    What is extractable and appears in at most k examples is k-eidetic memorised; the
    smaller k, the less it was public knowledge.
    """
    return sum(text in other for other in texts)


TokenBits = Sequence[np.ndarray]  # one array per text: LanguageModel.token_bits


def loss_score(bits: TokenBits) -> np.ndarray:
    """Minus the mean bits of a character (n,): high for members (Yeom et al. 2018)."""
    return -np.array([row.mean() for row in bits])


def ratio_score(bits: TokenBits, reference: TokenBits) -> np.ndarray:
    """Log-perplexity under a reference model over that under the model (n,).

    Carlini et al. 2021, Section 5.2. What any model finds easy is easy for the
    reference too, and gets no credit; what the reference has learned as well neither.
    """
    pairs = zip(bits, reference, strict=True)
    return np.array([other.sum() / own.sum() for own, other in pairs])


def min_k_score(bits: TokenBits, *, share: float = 0.2) -> np.ndarray:
    """Min-K% Prob (n,): Shi et al. 2024, Section 3.

    Minus the mean bits of the ``share`` of a text's characters that surprise the model
    most. A text that was not seen has a few great surprises.
    """
    checks.probability("share", share)
    rows = [np.sort(row)[::-1] for row in bits]
    return -np.array([row[: max(1, int(share * len(row)))].mean() for row in rows])
