"""A progress bar for work that takes a while."""

import os
from collections.abc import Iterable

from tqdm.auto import tqdm

PATIENCE = 2.0  # seconds before a bar appears


def bar(
    work: Iterable, what: str, *, unit: str = "it", total: int | None = None
) -> tqdm:
    """Iterate over ``work`` and, once it has taken two seconds, show how far it is.

    The bar vanishes at the end. The variable ``TQDM_DISABLE`` turns it off: tqdm heeds
    it in a terminal but not in a notebook, whose pages must be the same on every run.
    """
    off = bool(os.environ.get("TQDM_DISABLE"))
    shown = {"desc": what, "unit": unit, "total": total}
    return tqdm(work, **shown, delay=PATIENCE, leave=False, disable=off)
