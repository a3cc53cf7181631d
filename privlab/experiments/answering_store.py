"""A clinic's assistant that looks things up: what it tells whom, and what it hides."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.dp.selection import Exponential
from privlab.lm.corpus import name, write
from privlab.lm.retrieve import Store
from privlab.lm.words import ENGLISH

DOCTORS = 8
EACH = 30  # records of a doctor
ACCESS = ("everybody", "rank, then filter", "filter, then rank")
ASKER = "doctor 0"
PROBES = 10


@cache
def clinic_store(*, seed: int) -> Store:
    """240 different records of a clinic, 30 of each of eight doctors."""
    rng = np.random.default_rng(seed)
    lines = dict.fromkeys(line.text for line in write("clinic", 600, rng=rng))
    owners = tuple(f"doctor {i // EACH}" for i in range(DOCTORS * EACH))
    return Store(texts=tuple(lines)[: len(owners)], owners=owners)


def questions(*, rng: np.random.Generator) -> list[str]:
    """62 things that a stranger would ask: words of the trade, and common names."""
    trade = [f"who has {x}?" for x in ENGLISH["illness"]]
    trade += [f"who takes {x}?" for x in ENGLISH["drug"]]
    names = [f"what about {x}?" for x in (*ENGLISH["given"], *ENGLISH["family"])]
    return [str(text) for text in rng.permutation([*trade, *names])]


def ask(store: Store, question: str, *, access: str, k: int) -> tuple[str, ...]:
    """What doctor 0 is answered, under one of ``ACCESS``."""
    if access == "everybody":
        return store.answer(question, k=k)
    if access == "rank, then filter":
        return store.answer_then_filter(question, k=k, owner=ASKER)
    return store.of(ASKER).answer(question, k=k)


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """``shares`` (62,): of the others' records how many came out, after each question.

    ``told`` (2,): how often a probe says "it is there", of records that are and of
    records that are not.
    """

    access: str
    k: int
    shares: np.ndarray
    told: np.ndarray
    example: tuple[str, str]

    @property
    def summary(self) -> str:
        there, absent = self.told
        return (
            f"Access “{self.access}”, {self.k} records an answer: "
            f"{self.shares[-1]:.0%} of the others' records come out in "
            f"{len(self.shares)} questions; a probe says yes to {there:.0%} of records "
            f"that exist, {absent:.0%} that do not."
        )


@cache
def asked(*, access: str, k: int, seed: int) -> Asked:
    """Ask as a curious colleague does, and count what was another doctor's."""
    store = clinic_store(seed=seed)
    others = {t for t, o in zip(store.texts, store.owners, strict=True) if o != ASKER}
    seen: set[str] = set()
    counts = []
    asked_for = questions(rng=np.random.default_rng(seed))
    for question in asked_for:
        seen.update(others.intersection(ask(store, question, access=access, k=k)))
        counts.append(len(seen))
    first = ask(store, asked_for[0], access=access, k=k)
    return Asked(
        access=access,
        k=k,
        shares=np.array(counts) / len(others),
        told=probed(access=access, seed=seed),
        example=(asked_for[0], first[0] if first else "nothing"),
    )


@cache
def probed(*, access: str, seed: int) -> np.ndarray:
    """How often ``is_there`` says yes (2,): to 10 records there, to 10 that are not."""
    store, rng = clinic_store(seed=seed), np.random.default_rng([seed, 1])
    others = [t for t, o in zip(store.texts, store.owners, strict=True) if o != ASKER]
    there = [str(text) for text in rng.choice(others, size=PROBES, replace=False)]
    new = (line.text for line in write("clinic", 600, rng=rng))
    absent = [text for text in dict.fromkeys(new) if text not in store.texts][:PROBES]
    return np.array(
        [
            np.mean([is_there(store, text, access=access) for text in texts])
            for texts in (there, absent)
        ]
    )


def is_there(store: Store, text: str, *, access: str) -> bool:
    """Whether somebody else's record is ``text``: a colleague's experiment.

    Write down nearly the same of your own, ask for ``text``, take one answer. If your
    record does not come back, a better one stands before it.
    """
    mine = f"{text} too"
    answer = ask(store.with_record(mine, ASKER), text, access=access, k=1)
    return mine not in answer


ILLNESSES = ENGLISH["illness"]
RARE, COMMON = "gout", "asthma"
NEAR = 20


@cache
def patients(*, seed: int) -> Store:
    """100 patients and what they take: five in six the drug for their illness.

    One has gout, and is the only one; the last record is hers.
    """
    rng = np.random.default_rng(seed)
    common = [ill for ill in ILLNESSES if ill != RARE]
    texts = []
    for _ in range(99):
        ill = str(rng.choice(common))
        usual = ENGLISH["drug"][ILLNESSES.index(ill)]
        drug = usual if rng.random() < 0.8 else str(rng.choice(ENGLISH["drug"][:-1]))
        texts.append(f"{name(rng=rng)} has {ill} and takes {drug}")
    drug = ENGLISH["drug"][ILLNESSES.index(RARE)]
    texts.append(f"{name(rng=rng)} has {RARE} and takes {drug}")
    return Store(texts=tuple(texts), owners=tuple(map(str, range(100))))


def leaving(store: Store, illness: str) -> Store:
    """The store without the last patient who has the illness."""
    last = max(i for i, text in enumerate(store.texts) if illness in text)
    kept = [i for i in range(len(store.texts)) if i != last]
    return Store(
        texts=tuple(store.texts[i] for i in kept),
        owners=tuple(store.owners[i] for i in kept),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Voted:
    """The chance (2 worlds, 6 drugs) of each answer: with one patient, and without."""

    illness: str
    epsilon: float
    votes: np.ndarray
    chances: np.ndarray

    @property
    def usual(self) -> int:
        """The place of the drug for this illness."""
        return ILLNESSES.index(self.illness)

    @property
    def ratio(self) -> float:
        """The largest ratio of a chance between the two worlds."""
        return float(np.exp(np.abs(np.diff(np.log(self.chances), axis=0)).max()))

    @property
    def summary(self) -> str:
        with_her, without = 100 * self.chances[:, self.usual]
        return (
            f"What do people with {self.illness} take, ε = {self.epsilon:g}: "
            f"{ENGLISH['drug'][self.usual]} with chance {with_her:.1f} %, and "
            f"{without:.1f} % without one of them."
        )


@cache
def voted(*, illness: str, epsilon: float, seed: int) -> Voted:
    """The 20 nearest records vote for a drug; the exponential mechanism names one."""
    store, drugs = patients(seed=seed), ENGLISH["drug"]
    mechanism = Exponential(epsilon=epsilon, sensitivity=1)
    question = f"has {illness} and takes"
    worlds = (store, leaving(store, illness))
    votes = np.array([world.votes(question, drugs, near=NEAR) for world in worlds])
    return Voted(
        illness=illness,
        epsilon=epsilon,
        votes=votes,
        chances=np.array([mechanism.probabilities(row) for row in votes]),
    )
