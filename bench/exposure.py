"""Canaries inserted once among 2,000 lines: in the open, and under DP-SGD.

Six door codes stand in one line each, six more in none: the control. The models begin
"from scratch", as in lesson 5.3; perplexity is of fresh lines of the same law. A mean
over ``SEEDS`` comes with its 95 % interval (Student). The cap is log2(10,000) = 13.29
bits; "exact" counts the inserted codes that stand there, likelier than all others.
"""

import numpy as np
import torch
from scipy import stats

from bench._table import Row
from privlab.core import progress
from privlab.dp import calibration, sgd
from privlab.dp.rdp import rdp_epsilon
from privlab.experiments.chat_model import CAP, exposures
from privlab.lm.corpus import door_codes, planted, write
from privlab.lm.language_model import LanguageModel, line_losses, new_model, train

SEEDS, LINES, EACH, WIDTH = range(900, 905), 2_000, 6, 64
OPEN = {"epochs": 40, "rate": 5e-3, "batch": 16}
EPSILON, DELTA, STEPS, SAMPLING_RATE, CLIP, RATE = 8.0, 1e-5, 100, 0.1, 0.5, 1e-2


def main() -> list[Row]:
    torch.set_num_threads(1)
    runs = np.array([measured(seed) for seed in progress.bar(list(SEEDS), "seeds")])
    spread = runs.std(axis=0, ddof=1) * stats.t.ppf(0.975, len(runs) - 1)
    rows = zip(runs.mean(axis=0), spread / np.sqrt(len(runs)), strict=True)
    print(f"{LINES} lines, {len(runs)} seeds; the cap is {CAP:.2f} bits\n")
    names = ("perplexity", "inserted (bits)", "never (bits)", f"exact of {EACH}")
    print(f"{'':12}" + "".join(f"{name:>17}" for name in names))
    cells = [f"{mean:.2f} +- {half:.2f}" for mean, half in rows]
    private = f"epsilon {EPSILON:g}"
    for name, own in (("in the open", cells[:4]), (private, cells[4:])):
        print(f"{name:12}" + "".join(f"{cell:>17}" for cell in own))
    return [
        Row(
            job=f"A code in one of {LINES:,} lines, bits of {CAP:.1f} exposed at "
            f"ε = {EPSILON:g}",
            ours=cells[5],
            peer="the same model in the open",
            theirs=cells[1],
            ratio="",
        )
    ]


def measured(seed: int) -> list[float]:
    """Perplexity, exposure of inserted and control, exact ones: open, then private."""
    rng, draw = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    texts = [line.text for line in write("chat", LINES - EACH + 500, rng=rng)]
    canaries = door_codes(2 * EACH, rng=rng)
    ordinary, fresh = texts[: LINES - EACH], texts[LINES - EACH :]
    lines = planted(ordinary, canaries, [1] * EACH + [0] * EACH, rng=rng)
    known = [*texts, *(canary.text for canary in canaries)]
    untrained = new_model(known, layers=1, heads=4, width=WIDTH, rng=draw)
    models = (
        train(untrained.copy(), lines, rng=draw, **OPEN),
        private(untrained.copy(), lines, rng=draw),
    )
    found = []
    for model in models:
        bits = exposures(model, canaries)
        inserted, never = bits[:EACH], bits[EACH:]
        exact = np.isclose(inserted, CAP).sum()
        found += [model.perplexity(fresh), inserted.mean(), never.mean(), exact]
    return found


def private(model: LanguageModel, lines: list[str], *, rng) -> LanguageModel:
    """``STEPS`` steps of DP-SGD with (``EPSILON``, ``DELTA``) for a line."""
    x, y = model.characters.examples(lines, model.network.context)
    run = {"sampling_rate": SAMPLING_RATE}
    sigma = calibration.noise_multiplier(
        epsilon=EPSILON, delta=DELTA, steps=STEPS, accountant=rdp_epsilon, **run
    )
    sgd.train(
        sgd.DPSGD(noise_multiplier=sigma, max_grad_norm=CLIP, **run),
        model.network,
        line_losses,
        x,
        y,
        torch.optim.Adam(model.network.parameters(), lr=RATE),
        steps=STEPS,
        delta=DELTA,
        accountant=rdp_epsilon,
        rng=rng,
    )
    return model
