"""The class's tables and page: counted right, safe to open, the same every time."""

import csv
import io
from urllib.parse import quote

import numpy as np
import pytest

from privlab.course.grade import class_report, results, tables
from privlab.course.grade.items import class_grades, items
from privlab.course.grade.similar import Pair
from privlab.course.grade.store import safe

NBGRADERS_OWN = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
)


@pytest.fixture
def the_class(student, graded):
    """Three students: one right, one half wrong, one whom the grader failed."""
    slip = {"mistake": "sum-not-mean"}
    return (
        student("Ann", graded("dp-01", "pass"), graded("dp-02", "pass", seconds=2.0)),
        student(
            "=1+1",
            graded("dp-01", "wrong", "wrong", **slip),
            graded("dp-02", "pass", "wrong", seconds=4.0),
            notes=("dp-02 is answered twice; the last one counts",),
        ),
        student(
            "Cem",
            graded("dp-01", "pass", "grader-error", note="the check broke", **slip),
            graded("dp-02", "timeout", note="it did not end in time", seconds=60.0),
        ),
    )


@pytest.fixture
def questions(lesson):
    return tuple(lesson.values())


def read(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


def test_grades_have_nbgraders_columns_and_one_for_each_question(questions, the_class):
    table = tables.grades(questions, the_class)
    names = [question.exercise.id for question in questions]
    assert ",".join(table.head) == f"{NBGRADERS_OWN},{','.join(names)}"
    ann, second, _ = read(table.csv())
    assert (ann["score"], ann["max_score"], ann["dp-02"]) == ("3.0", "12.0", "2.0")
    assert (second["raw_score"], second["score"]) == ("1.0", "1.0")
    assert (second["dp-01"], second["dp-08"]) == ("0.0", "0.0")
    assert second["assignment"] == questions[0].exercise.lesson


def test_an_answer_without_a_mark_is_an_empty_cell_and_in_no_sum(questions, the_class):
    cem = read(tables.grades(questions, the_class).csv())[2]
    assert (cem["dp-01"], cem["score"], cem["max_score"]) == ("", "0.0", "11.0")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_student_is_a_formula(questions, student, start):
    odd = student(f"{start}1,2", notes=(f"{start}HYPERLINK()",))
    for table in (tables.grades(questions, [odd]), tables.review([odd])):
        for row in csv.reader(io.StringIO(table.csv(), newline="")):
            assert not [cell for cell in row if cell.startswith(start)]
    assert read(tables.grades(questions, [odd]).csv())[0]["student_id"][1:2] == start


@pytest.mark.parametrize("name", ['a,b"c', "new\nline", "\ud800", "李小红"])
def test_any_name_is_one_cell_of_utf_8(questions, student, name):
    text = tables.grades(questions, [student(name), student("Bob")]).csv()
    text.encode()
    assert [row["score"] for row in read(text)] == ["0.0", "0.0"]


def test_items_are_counted_by_hand(questions, the_class):
    first, second, third, *_ = items(questions, the_class)
    assert first.verdicts == {"pass": 1, "wrong": 1, "grader-error": 1}
    assert (first.attempts, first.pass_rate, first.mean_share) == (3, 1 / 2, 1 / 2)
    assert (first.mistake, first.mistaken) == ("sum-not-mean", 1)
    assert (second.attempts, second.pass_rate, second.mean_share) == (3, 1 / 3, 1 / 2)
    assert second.median_seconds == 4
    assert (third.attempts, third.pass_rate, third.mean_share) == (0, None, 0)
    assert (third.median_seconds, third.mistake) == (None, "")


def test_of_two_mistakes_as_common_the_alphabet_decides(questions, student, graded):
    def item(*mistakes):
        answers = [graded("dp-01", "wrong", mistake=mistake) for mistake in mistakes]
        class_ = [student(str(n), answer) for n, answer in enumerate(answers)]
        return items(questions, class_)[0]

    assert item("b", "a").mistake == item("a", "b").mistake == "a"
    assert (item("b", "a", "b").mistake, item("b", "a", "b").mistaken) == ("b", 2)


def test_discrimination_is_the_correlation_with_the_rest(questions, student, graded):
    rng = np.random.default_rng(3)
    names = [question.exercise.id for question in questions]
    marks = rng.random((14, len(names))) < 0.6
    class_ = [
        student(
            f"s{n}",
            *(
                graded(q, "pass" if m else "wrong")
                for q, m in zip(names, row, strict=True)
            ),
        )
        for n, row in enumerate(marks)
    ]
    points = marks * np.array([question.possible for question in questions])
    for column, item in enumerate(items(questions, class_)):
        rest = points.sum(axis=1) - points[:, column]
        expected = np.corrcoef(points[:, column], rest)[0, 1]
        assert item.discrimination == pytest.approx(expected)
    assert items(questions, class_[:9])[0].discrimination is None
    alike = [student(f"s{n}", graded("dp-01", "pass")) for n in range(12)]
    assert items(questions, alike)[0].discrimination is None


def test_the_figure_counts_everybody_once_in_each_question(questions, the_class):
    shown = class_grades(items(questions, the_class))
    kinds = (shown.passed, shown.partly, shown.failed, shown.missing, shown.unmarked)
    assert [sum(column) for column in zip(*kinds, strict=True)] == [3] * 8
    assert [kind[:2] for kind in kinds] == [(1, 1), (0, 1), (1, 1), (0, 0), (1, 0)]
    assert "1 have no mark yet" in shown.summary


def test_review_lists_first_what_has_no_mark(the_class):
    rows = tables.review(the_class).rows
    assert rows == (
        ("Cem", "dp-01", results.GRADER_ERROR, "the check broke"),
        ("=1+1", "", "", "dp-02 is answered twice; the last one counts"),
        ("Cem", "dp-02", results.TIMEOUT, "it did not end in time"),
    )


@pytest.fixture
def files(questions, the_class):
    hostile = Pair(exercise="dp-02", student="=1+1", other="Ann", similarity=0.9)
    solution = Pair(exercise="dp-08", student="Cem", other="", similarity=0.8)
    return class_report.files(questions, the_class, (hostile, solution), safe)


def test_the_page_says_first_that_a_mark_is_missing(files):
    assert "1 answer has no mark yet" in files["class.html"].partition("<figure>")[0]


def test_the_page_links_to_every_students_page(files, the_class):
    for one in the_class:
        assert f"students/{quote(safe(one.student))}/" in files["class.html"]


def test_likenesses_are_called_a_hint(files):
    assert "no verdict" in files["class.html"]
    assert [row["other"] for row in read(files["similar.csv"])] == [
        "Ann",
        "(the course's solution)",
    ]


def test_the_same_results_give_the_same_files(files, questions, the_class):
    pairs = (
        Pair(exercise="dp-02", student="=1+1", other="Ann", similarity=0.9),
        Pair(exercise="dp-08", student="Cem", other="", similarity=0.8),
    )
    assert class_report.files(questions, the_class, pairs, safe) == files


def test_the_page_loads_nothing_and_its_figure_has_words(files):
    whole = files["class.html"]
    assert whole.count("src=") == whole.count('src="data:image/png;base64,') == 1
    assert 'alt="Of 24 answers asked for, ' in whole
