"""The three public formats, on files that the tests write."""

import numpy as np
import pytest

from privlab.core.movielens import HEADER, BadRatings, load_movielens

DAY = 86_400
ROWS = [(7, 31, "4", 3 * DAY + 5), (7, 1029, "2", 9 * DAY), (2, 31, "5", 0)]
WRITTEN = {
    "u.data": ("\t", ""),
    "ratings.dat": ("::", ""),
    "ratings.csv": (",", HEADER + "\n"),
}
names = pytest.mark.parametrize("name", WRITTEN)


def write(folder, name, rows):
    separator, header = WRITTEN[name]
    lines = [separator.join(map(str, row)) + "\n" for row in rows]
    path = folder / name
    path.write_text(header + "".join(lines), encoding="utf-8")
    return path


@names
def test_each_format_gives_the_same_ratings(tmp_path, name):
    loaded = load_movielens(write(tmp_path, name, ROWS))
    assert loaded.user_ids.tolist() == [2, 7]
    assert loaded.film_ids.tolist() == [31, 1029]
    np.testing.assert_array_equal(loaded.ratings.table, [[5, 0], [4, 2]])
    np.testing.assert_array_equal(loaded.ratings.days, [[0, 0], [3, 9]])


@names
def test_windows_line_ends_and_a_missing_last_one_are_no_trouble(tmp_path, name):
    path = write(tmp_path, name, ROWS)
    text = path.read_text().rstrip("\n").replace("\n", "\r\n")
    path.write_bytes(text.encode())
    assert len(load_movielens(path).ratings) == 3


def test_half_stars_are_for_the_csv_alone(tmp_path):
    half = [(1, 1, "3.5", 0)]
    loaded = load_movielens(write(tmp_path, "ratings.csv", half))
    assert loaded.ratings.stars.tolist() == [3.5]
    with pytest.raises(BadRatings, match=r"u.data, line 1: stars='3.5' must be one"):
        load_movielens(write(tmp_path, "u.data", half))


@names
@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("x", 1, "3", 0), "user='x' must be a whole number of at least 1"),
        ((1, 0, "3", 0), "film='0' must be a whole number of at least 1"),
        ((1, -4, "3", 0), "film='-4'"),
        ((1, 1, "6", 0), "stars='6' must be one of"),
        ((1, 1, "nan", 0), "stars='nan'"),
        ((1, 1, "", 0), "stars=''"),
        ((1, 1, "3", "noon"), "time='noon' must be a whole number of at least 0"),
        ((1, 1, "3", 10**30), "time='1000"),
        ((1, 1, "3"), "3 fields"),
        ((1, 1, "3", 0, 0), "5 fields"),
        ((2, 31, "1", 4), "user 2 rated film 31 in line"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path, name, row, words):
    line = 4 + (name == "ratings.csv")
    with pytest.raises(BadRatings) as caught:
        load_movielens(write(tmp_path, name, [*ROWS, row]))
    text = str(caught.value)
    assert f"{name}, line {line}: " in text
    assert words in text
    assert ": " in text.split(words)[1]  # the remedy


@names
def test_an_empty_file_and_another_separator_are_refused(tmp_path, name):
    with pytest.raises(BadRatings, match="holds no rating"):
        load_movielens(write(tmp_path, name, []))
    with pytest.raises(BadRatings, match="1 fields"):
        load_movielens(write(tmp_path, name, [("1;1;3;0",)]))


def test_another_name_and_a_missing_header_are_refused(tmp_path):
    with pytest.raises(BadRatings, match=r"'films\.txt' must be one of"):
        load_movielens(tmp_path / "films.txt")
    path = tmp_path / "ratings.csv"
    path.write_text("1,1,3,0\n")
    with pytest.raises(BadRatings, match=r"line 1: header='1,1,3,0' must be"):
        load_movielens(path)
    with pytest.raises(FileNotFoundError):
        load_movielens(tmp_path / "u.data")
