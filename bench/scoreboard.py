"""Every attack against every defence on one task: writes ``scoreboard.json``.

Five seeds, two processes, some five minutes. The cells follow from the seeds, but for
the keys of encryption; seconds are this machine's, so only their ratios are kept.
``privlab.experiments.scoreboard`` says what a cell is; lesson 8 reads the file and
measures a few cells again.
"""

import os
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from bench._table import Row

# What shares shadow models is measured in one process.
GROUPS = ("none", "private", "encrypted", "federated", "noised", "text")
PACKAGES = ("privlab", "numpy", "torch", "flwr", "tenseal", "scikit-learn")


def main() -> list[Row]:
    from privlab.experiments import scoreboard as board

    jobs = [(group, seed) for group in GROUPS for seed in board.SEEDS]
    jobs.sort(key=lambda job: job[0] in ("none", "private"))  # long ones first
    found = {}
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_alone)
    with pool, tqdm(total=len(jobs), desc="scoreboard", unit="job") as bar:
        waiting = {pool.submit(_measured, *job): job for job in jobs}
        for done in as_completed(waiting):
            found[waiting[done]] = done.result()
            bar.update()
    path = Path(str(board.FILE))
    path.parent.mkdir(exist_ok=True)
    path.write_text(board.to_json(_gathered(found)), "utf-8")
    written = board.from_json(path.read_text("utf-8"))
    print(f"written to {path.name}; {written.summary}")
    return [
        Row(
            job="Answering the scoreboard's images under encryption",
            ours=f"{written.prices[board.HE].seconds:g} times its seconds",
            peer="the same network in the open",
            theirs="1",
            ratio="",
        )
    ]


def _alone() -> None:
    """One thread a process, no bars and no logs of its own."""
    os.environ["TQDM_DISABLE"] = "1"
    import torch

    torch.set_num_threads(1)


def _groups() -> dict[str, tuple[str, ...]]:
    from privlab.experiments import board_attacks as of

    return {
        "none": (of.NONE, of.ROUNDED),
        "private": (of.DP_8, of.DP_1),
        "encrypted": (of.HE,),
        "federated": (of.FL, of.MASKS),
        "noised": (of.MASKS_DP,),
    }


def _measured(group: str, seed: int) -> dict:
    """``{(attack or price, defence): value}`` of one group at one seed."""
    from privlab.experiments import board_attacks, board_costs, board_text
    from privlab.experiments import scoreboard as board
    from privlab.fl.session import quiet

    text = group == "text"
    defences = board.DEFENCES if text else _groups()[group]
    found = {}
    with quiet():
        for attack, gain in board.ATTACKS.items():
            if text != (attack in (board.CARD, board.CODE)):
                continue
            for name in defences:
                if board.measurable(attack, name):
                    found[attack, name] = gain(name, seed)
        for name in defences:
            if not text:
                found["accuracy", name] = board_attacks.right_share(name, seed)
                seconds = board_costs.training_seconds(name, seed)
                found["seconds", name] = seconds
            elif board.measurable(board.CARD, name):
                found["perplexity", name] = board_text.told(name, seed).perplexity
    return found


def _gathered(found: dict):
    from privlab.experiments import board_costs
    from privlab.experiments import scoreboard as board

    def values(what: str, name: str) -> tuple[float, ...]:
        by_seed = (
            (
                each[what, name]
                for (_, s), each in found.items()
                if s == seed and (what, name) in each
            )
            for seed in board.SEEDS
        )
        return tuple(value for several in by_seed for value in several)

    def cell(attack: str, name: str):
        reason = board.REASONS.get((attack, name), "")
        return board.Cell(values=values(attack, name), reason=reason)

    def price(name: str):
        sent, carries = board_costs.traffic(name)
        ratio = None
        if seconds := values("seconds", name):
            ratio = statistics.median(seconds) / open_seconds
        if name == board.HE:
            ratio = board_costs.encrypted_question()[0]
        rounded = {
            what: tuple(round(value, 4) for value in values(what, name))
            for what in ("accuracy", "perplexity")
        }
        return board.Price(
            **rounded,
            epsilon=board_costs.EPSILONS.get(name),
            unit=board_costs.UNITS.get(name, ""),
            seconds=None if ratio is None else float(f"{ratio:.2g}"),
            bytes=sent,
            carries=carries,
        )

    open_seconds = statistics.median(values("seconds", board.NONE))
    names = (*board.CONFIDENTIALITY, *board.INTEGRITY)
    versions = {package: version(package) for package in PACKAGES}
    return board.Scoreboard(
        command=board.COMMAND,
        date=date.today().isoformat(),
        versions={"python": sys.version.split()[0]} | versions,
        seeds=board.SEEDS,
        cells={a: {d: cell(a, d) for d in board.DEFENCES} for a in names},
        prices={name: price(name) for name in board.DEFENCES},
    )
