"""A threat model as rules: who sees what, and what can be made of it."""

from dataclasses import dataclass

# from most to least: what an adversary can reach about one person
REACHES = ("the record", "membership", "ε at most", "nothing")
YIELDS = {  # what can be made of a view
    "records": "the record",
    "updates": "the record",  # rebuilt from a gradient: lesson 3.3
    "sum of updates": "membership",
    "model": "membership",
    "answers": "membership",
    "noisy model": "ε at most",
    "noisy answers": "ε at most",
    "noisy sum": "ε at most",
    "ciphertexts": "nothing",
    "masked updates": "nothing",
    "no access": "nothing",
}
ADVERSARIES = ("thief of the disk", "server", "authorised reader", "model's user")
VIEWS = {  # of each adversary, in the order of ADVERSARIES
    "nothing": ("records", "records", "answers", "model"),
    "locks, encryption": ("ciphertexts", "records", "answers", "model"),
    "FL": ("updates", "updates", "answers", "model"),
    "FL + masks": ("masked updates", "sum of updates", "answers", "model"),
    "HE": ("ciphertexts", "ciphertexts", "answers", "model"),
    "DP": ("records", "records", "noisy answers", "noisy model"),
    "FL + masks + DP": ("masked updates", "noisy sum", "noisy answers", "noisy model"),
}
DEFENCES = tuple(VIEWS)


@dataclass(frozen=True, kw_only=True)
class ThreatModel:
    """One adversary against one defence, among all of them.

    ``reached[i][j]`` is what adversary i reaches against defence j, of ``REACHES``.
    """

    adversary: str
    defence: str
    reached: tuple[tuple[str, ...], ...]

    @property
    def summary(self) -> str:
        view = views(self.defence)[self.adversary]
        return (
            f"Against {self.defence}, the {self.adversary} sees {view} and reaches "
            f"{YIELDS[view]}."
        )


def threat_model(*, adversary: str, defence: str) -> ThreatModel:
    """What every adversary reaches against every defence, with one pair picked out."""
    return ThreatModel(
        adversary=adversary,
        defence=defence,
        reached=tuple(
            tuple(YIELDS[views(each)[who]] for each in DEFENCES) for who in ADVERSARIES
        ),
    )


def views(defence: str) -> dict[str, str]:
    """What each adversary sees when this defence is in place."""
    return dict(zip(ADVERSARIES, VIEWS[defence], strict=True))
