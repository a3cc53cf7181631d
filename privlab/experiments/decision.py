"""The remedies of lesson 5.4 side by side, with what the lesson measured of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privlab.experiments import (
    answering_store,
    cleaned_chat,
    disguised_prompts,
    encrypted_layer,
    forgetting,
    synthetic_text,
)
from privlab.experiments.scrubbed_lines import scrubbed


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What a remedy ``stops``, what it ``leaves``, and its ``price``, as measured."""

    name: str
    stops: str
    leaves: str
    price: str


def table(remedies: Sequence[Remedy]) -> str:
    """The remedies as a Markdown table."""
    head = ("| Remedy | It stops | It leaves | Price |", "|---|---|---|---|")
    rows = (f"| {r.name} | {r.stops} | {r.leaves} | {r.price} |" for r in remedies)
    return "\n".join((*head, *rows))


def before_training(*, seed: int) -> list[Remedy]:
    """Scrubbing and deduplication: what is done to the text."""
    raw, hidden, single = cleaned_chat.all_ways(seed=seed).by_form
    taken = scrubbed(
        text="customers", style="strict", names=100, careless=30, seed=seed
    )
    near = cleaned_chat.near_copies(threshold=cleaned_chat.THRESHOLD, seed=seed)
    return [
        Remedy(
            name="scrub",
            stops=f"cards as printed: {raw[0]:.0f} bits to {hidden[0]:.0f}",
            leaves=f"door codes: {hidden[2]:.0f} bits",
            price=f"{1 - taken.precision:.0%} of what goes was harmless",
        ),
        Remedy(
            name="remove near copies",
            stops=f"repeated secrets: {raw.mean():.0f} bits to {single.mean():.0f}",
            leaves="each secret once",
            price=f"{1 - near.ordinary:.0%} of the other lines",
        ),
    ]


def at_the_store(*, seed: int) -> list[Remedy]:
    """A filter and a private choice: what is done to a store's answers."""
    access = answering_store.ACCESS
    runs = [answering_store.asked(access=each, k=4, seed=seed) for each in access]
    shares = [run.shares[-1] for run in runs]
    rare, common = (
        answering_store.voted(illness=illness, epsilon=1.0, seed=seed)
        for illness in (answering_store.RARE, answering_store.COMMON)
    )
    right = [run.chances[0, run.usual] for run in (rare, common)]
    return [
        Remedy(
            name="filter, then rank",
            stops=f"others' records: {shares[0]:.0%} to {shares[2]:.0%}",
            leaves="one's own records, word for word",
            price="no answer from others' records",
        ),
        Remedy(
            name="vote with ε = 1",
            stops=f"one patient more: chance of an answer × {rare.ratio:.1f}",
            leaves="ε more for each further answer",
            price=f"right: {right[1]:.0%} if common, {right[0]:.0%} if rare",
        ),
    ]


def on_the_device(*, seed: int) -> list[Remedy]:
    """Words disguised before they are sent."""
    run = disguised_prompts.disguised(mechanism="near word", epsilon="16", seed=seed)
    once, often = run.guessed.right[2, [0, -1]]
    return [
        Remedy(
            name="near words, ε = 16 each",
            stops=f"private words: {once:.0%} guessed after one message",
            leaves=f"{often:.0%} after {np.max(disguised_prompts.MESSAGES)} messages",
            price=f"{1 - run.own:.0%} of these words are other words",
        )
    ]


def after_training(*, seed: int) -> list[Remedy]:
    """Two ways to forget what a model has read."""
    stop, (up, apart, _) = forgetting.stopped(seed=seed), forgetting.WAYS
    before, ascended, sharded = (
        forgetting.scored(way=way, steps=steps, seed=seed)
        for way, steps in ((up, 0), (up, stop), (apart, 0))
    )
    count = len(before.own)
    return [
        Remedy(
            name=run.title,
            stops=f"her lines known: {before.known} to {run.known} of {count}",
            leaves=f"{run.overdone} of {count} harder than if never read",
            price=f"perplexity {before.fresh:.1f} to {run.fresh:.1f}",
        )
        for run in (ascended, sharded)
    ]


def instead_of_text(*, seed: int) -> list[Remedy]:
    """Lines that a private model writes in place of people's."""
    told, kept = (
        synthetic_text.synthetic(writer=writer, seed=seed)
        for writer in synthetic_text.WRITERS
    )
    return [
        Remedy(
            name="synthetic text, ε = 8 of a line",
            stops=f"lines with a true code: {told.codes.sum()} to {kept.codes.sum()}",
            leaves="no promise to who is in eight lines",
            price=f"a reader's perplexity: {told.taught:.1f} to {kept.taught:.1f}",
        )
    ]


def at_the_server(*, seed: int) -> list[Remedy]:
    """A layer's matrices under encryption."""
    feed = next(iter(encrypted_layer.FEEDS))
    run = encrypted_layer.sealed(feed=feed, seed=seed)
    return [
        Remedy(
            name="encrypted linear maps",
            stops="the provider reading the prompt",
            leaves="the provider's matrices, to the client",
            price=f"{run.bytes / run.open_bytes:.0f} times the bytes, one layer",
        )
    ]
