"""Reading ratings in the three public formats of MovieLens (Harper and Konstan 2015).

``u.data`` (tabs), ``ratings.dat`` (two colons) and ``ratings.csv`` (commas, a first
line with names). Nothing is downloaded: whoever has such a file may load it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from privlab.core.ratings import Ratings

FIELDS = ("user", "film", "stars", "time")
HEADER = "userId,movieId,rating,timestamp"
SECONDS = 86_400  # of a day


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a line is divided, and which stars there may be."""

    separator: str
    stars: tuple[float, ...]
    header: bool = False


WHOLE, HALVES = (1, 2, 3, 4, 5), tuple(n / 2 for n in range(1, 11))
FORMS = {
    "u.data": Form(separator="\t", stars=WHOLE),
    "ratings.dat": Form(separator="::", stars=HALVES),  # 1M has whole stars, 10M halves
    "ratings.csv": Form(separator=",", stars=HALVES, header=True),
}


class BadRatings(ValueError):
    """A file that is not what its name says; the text names line, field and value."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MovieLens:
    """``ratings`` with users and films numbered from 0, and what they were called.

    User u of ``ratings`` is ``user_ids[u]`` in the file, film i is ``film_ids[i]``.
    Days count from 1 January 1970 (UTC).
    """

    ratings: Ratings
    user_ids: np.ndarray
    film_ids: np.ndarray


def load_movielens(path: str | Path) -> MovieLens:
    """Read ``u.data``, ``ratings.dat`` or ``ratings.csv``, by the file's name.

    ``BadRatings`` for another name, a line that does not fit, a film rated twice by
    one user, or no rating at all.
    """
    path = Path(path)
    if path.name not in FORMS:
        raise BadRatings(
            f"file name {path.name!r} must be one of {', '.join(FORMS)}: rename the "
            "file to what its format is called"
        )
    rows = list(_rows(path, FORMS[path.name]))
    if not rows:
        raise BadRatings(f"{path.name} holds no rating: is the download complete?")
    user, film, stars, time = (np.array(column) for column in zip(*rows, strict=True))
    user_ids, user = np.unique(user, return_inverse=True)
    film_ids, film = np.unique(film, return_inverse=True)
    ratings = Ratings(
        users=len(user_ids),
        films=len(film_ids),
        user=user,
        film=film,
        stars=stars.astype(float),
        day=time // SECONDS,
    )
    return MovieLens(ratings=ratings, user_ids=user_ids, film_ids=film_ids)


def _rows(path: Path, form: Form) -> Iterator[tuple]:
    """(user, film, stars, time) of each line, checked."""
    seen: dict[tuple, int] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, raw in enumerate(lines, start=1):
            line, place = raw.rstrip("\r\n"), f"{path.name}, line {number}"
            if form.header and number == 1:
                _header(line, place)
                continue
            row = _row(line, form, place)
            if row[:2] in seen:
                raise BadRatings(
                    f"{place}: user {row[0]} rated film {row[1]} in line "
                    f"{seen[row[:2]]} already: delete one of the two lines"
                )
            seen[row[:2]] = number
            yield row


def _header(line: str, place: str) -> None:
    if line.lstrip("\ufeff\ufffd") != HEADER:
        raise BadRatings(f"{place}: header={line!r} must be {HEADER!r}: add that line")


def _row(line: str, form: Form, place: str) -> tuple:
    parts = line.split(form.separator)
    if len(parts) != len(FIELDS):
        raise BadRatings(
            f"{place}: {len(parts)} fields in {line!r} must be {len(FIELDS)} "
            f"({', '.join(FIELDS)}), separated by {form.separator!r}: does the file's "
            "name fit its format?"
        )
    user, film, stars, time = parts
    return (
        _whole(user, "user", 1, place),
        _whole(film, "film", 1, place),
        _stars(stars, form, place),
        _whole(time, "time", 0, place),
    )


def _whole(text: str, field: str, low: int, place: str) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text) < 2**63):
        raise BadRatings(
            f"{place}: {field}={text!r} must be a whole number of at least {low}: "
            "correct or delete the line"
        )
    return int(text)


def _stars(text: str, form: Form, place: str) -> float:
    try:
        stars = float(text)
    except ValueError:
        stars = -1.0
    if stars not in form.stars:
        raise BadRatings(
            f"{place}: stars={text!r} must be one of {form.stars}: correct or delete "
            "the line"
        )
    return stars
