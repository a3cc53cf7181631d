"""Marks in nbgrader's gradebook, read back by nbgrader itself."""

import csv
import shutil
import sys

import pytest

from privlab.course.grade import gradebook
from privlab.course.grade.gradebook import Entry, ready, remark, write
from privlab.course.grade.submissions import Answer, BadInput, Submission

api = pytest.importorskip("nbgrader.api", reason="the extra `grade` is not installed")
LESSON = "03_1_differential_privacy"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A gradebook that was only made: nbgrader takes seconds for it."""
    place = tmp_path_factory.mktemp("empty") / "gradebook.db"
    ready(place)
    return place


@pytest.fixture
def place(tmp_path, empty):
    folder = tmp_path / "Kurs 课程"
    folder.mkdir()
    return shutil.copy(empty, folder / "gradebook.db")


@pytest.fixture
def questions(lesson):
    return tuple(lesson.values())


@pytest.fixture
def entry(student, right):
    """``entry("Ann", result, ...)`` is a student who handed in all right cells."""

    def made(name, *answers):
        cells = {q: Answer(exercise=q, code=code) for q, code in right.items()}
        handed_in = Submission(student=name, answers=cells)
        return Entry(name=name, result=student(name, *answers), submission=handed_in)

    return made


def opened(place):
    return api.Gradebook(f"sqlite:///{place}")


def marks(place, name):
    """Each question's (automatic, manual, waits for a person) in the gradebook."""
    with opened(place) as book:
        submission = book.find_submission_notebook(LESSON, LESSON, name)
        return {
            g.name: (g.auto_score, g.manual_score, g.needs_manual_grade)
            for g in submission.grades
        }


def test_marks_come_back(place, questions, entry, graded):
    ann = entry("Ann", graded("dp-01", "pass"), graded("dp-08", "pass", "wrong"))
    write(place, questions, [ann, entry("李小红")])
    assert marks(place, "Ann") == {
        q.exercise.id: (
            {"dp-01": 1.0, "dp-08": 1.5}.get(q.exercise.id, 0.0),
            None,
            False,
        )
        for q in questions
    }
    with opened(place) as book:
        assert book.find_submission(LESSON, "Ann").score == 2.5
        assert book.find_submission(LESSON, "李小红").score == 0
        assert book.find_assignment(LESSON).max_score == 12


def test_an_answer_without_a_mark_waits_for_a_person(place, questions, entry, graded):
    write(place, questions, [entry("Ann", graded("dp-01", "pass", "grader-error"))])
    assert marks(place, "Ann")["dp-01"] == (None, None, True)


def test_writing_again_updates_and_a_persons_mark_stays(
    place, questions, entry, graded
):
    write(place, questions, [entry("Ann", graded("dp-01", "pass", "grader-error"))])
    with opened(place) as book:
        grade = book.find_grade("dp-01", LESSON, LESSON, "Ann")
        grade.manual_score, grade.needs_manual_grade = 0.75, False
        book.db.commit()
    broken = graded("dp-01", "pass", "grader-error")
    write(place, questions, [entry("Ann", broken, graded("dp-02", "pass"))])
    assert marks(place, "Ann")["dp-01"] == (None, 0.75, False)
    assert marks(place, "Ann")["dp-02"] == (2.0, None, False)
    with opened(place) as book:
        assert len(book.students) == len(book.assignments) == 1
        assert len(book.assignment_submissions(LESSON)) == 1
        assert len(book.find_notebook(LESSON, LESSON).grade_cells) == len(questions)


def test_a_lesson_may_get_new_questions(place, questions, entry, graded):
    write(place, questions[:3], [entry("Ann", graded("dp-01", "pass"))])
    write(place, questions, [entry("Ann", graded("dp-08", "pass"))])
    assert marks(place, "Ann")["dp-01"] == (0.0, None, False)
    assert marks(place, "Ann")["dp-08"] == (3.0, None, False)


def test_comments_are_the_feedback(place, questions, entry, graded):
    write(place, questions, [entry("Ann", graded("dp-02", "pass", "wrong"))])
    with opened(place) as book:
        comment = book.find_comment("dp-02", LESSON, LESSON, "Ann").comment
    assert comment == "✓ passed · property 0\n\n✗ not passed · property 1"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "![x](https://x.org/a.png)", "[x](javascript:a())"],
)
def test_a_comment_is_no_markup(graded, text):
    question = graded("dp-01", "wrong", "wrong")
    told = [p.__class__(**{**vars(p), "message": text}) for p in question.properties]
    comment = remark(
        question.__class__(**{**vars(question), "properties": tuple(told)})
    )
    assert not set("<>[]!&`*_#\\") & set(comment)
    assert "://" not in comment


def test_nbgraders_exporter_and_formgrader_see_the_marks(
    place, questions, entry, graded, tmp_path, monkeypatch
):
    from nbgrader.apps import NbGraderAPI
    from nbgrader.apps.exportapp import ExportApp
    from traitlets.config import Config

    right, broken = graded("dp-01", "pass"), graded("dp-02", "pass", "grader-error")
    write(place, questions, [entry("Ann", right, broken), entry("Bob")])
    monkeypatch.chdir(place.parent)
    monkeypatch.setattr(sys, "argv", ["nbgrader"])
    export = ExportApp(
        config=Config(
            CourseDirectory={"root": str(place.parent)},
            ExportPlugin={"to": str(tmp_path / "grades.csv")},
        )
    )
    export.initialize([])
    export.start()
    with open(tmp_path / "grades.csv", newline="") as file:
        ann, bob = csv.DictReader(file)
    assert (ann["student_id"], ann["score"], ann["max_score"]) == ("Ann", "1.0", "12.0")
    assert (bob["student_id"], bob["score"]) == ("Bob", "0.0")

    (tmp_path / "exchange").mkdir()
    formgrader = NbGraderAPI(
        config=Config(
            CourseDirectory={"root": str(place.parent)},
            Exchange={"root": str(tmp_path / "exchange")},
        )
    )
    [assignment] = formgrader.get_assignments()
    assert (assignment["name"], assignment["average_score"]) == (LESSON, 0.5)
    shown = {one["student"]: one for one in formgrader.get_submissions(LESSON)}
    assert {name: one["needs_manual_grade"] for name, one in shown.items()} == {
        "Ann": True,
        "Bob": False,
    }
    assert len(formgrader.get_notebook_submissions(LESSON, LESSON)) == 2
    made = formgrader.generate_feedback(LESSON)
    assert made["success"], made
    page = place.parent / "feedback" / "Ann" / LESSON / f"{LESSON}.html"
    assert "property 0" in page.read_text("utf-8")


def test_a_teachers_own_source_notebook_stays(place, questions, entry):
    own = place.parent / "source" / LESSON / f"{LESSON}.ipynb"
    own.parent.mkdir(parents=True)
    own.write_text("mine", "utf-8")
    write(place, questions, [entry("Ann")])
    assert own.read_text("utf-8") == "mine"


def test_the_time_of_handing_in_is_nbgraders(place, questions, entry):
    stamp = place.parent / "submitted" / "Ann" / LESSON / "timestamp.txt"
    stamp.parent.mkdir(parents=True)
    stamp.write_text("2026-05-04 10:00:00 UTC\n", "utf-8")
    write(place, questions, [entry("Ann")])
    with opened(place) as book:
        assert book.find_submission(LESSON, "Ann").timestamp.isoformat() == (
            "2026-05-04T10:00:00"
        )


def test_a_file_that_is_no_gradebook_is_refused_in_a_sentence(place):
    place.write_text("my thesis, in the wrong place\n" * 100, "utf-8")
    before = place.read_bytes()
    with pytest.raises(BadInput, match="cannot be used as a gradebook"):
        ready(place)
    assert place.read_bytes() == before


def test_without_nbgrader_the_sentence_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)
    with pytest.raises(BadInput, match=r"privlab\[grade\]"):
        ready(tmp_path / "new" / "gradebook.db")
    assert not list(tmp_path.iterdir())


def test_the_gradebook_module_itself_needs_no_nbgrader():
    assert "nbgrader" not in {name.partition(".")[0] for name in vars(gradebook)}
