"""The folder of results: one folder a student, whole files, and a run that goes on."""

import json
import re
from dataclasses import replace

import pytest

from privlab.course.grade.store import Store, digest, safe
from privlab.course.grade.submissions import Answer, BadInput, Submission

LOG = {"seed": 7, "broken": {}}
ODD_NAMES = [
    "..",
    ".",
    "",
    "/",
    "a/b",
    "a\\b",
    "C:",
    "nul",
    "NUL.txt",
    "Com7",
    "COM²",
    ".hidden",
    "-rf",
    "~",
    "trailing.",
    "trailing ",
    "a" * 500,
    "王" * 500,
    "line\nbreak",
    "nul\0byte",
    "\ud800",
    "right\u202eleft",
    "=1+1",
    "a*b?",
    "<b>",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_gives_a_folder_that_every_system_takes(name):
    folder = safe(name)
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\u202e\ud800]', folder)
    assert 0 < len(folder.encode()) <= 255
    assert folder[0] not in ".- "
    assert folder[-1] not in ". "
    assert folder.partition("~")[0].upper().partition(".")[0] not in {"NUL", "COM7"}


def test_odd_names_keep_apart():
    folders = [safe(name).casefold() for name in ODD_NAMES]
    assert len(set(folders)) == len(ODD_NAMES)


@pytest.mark.parametrize(
    "name", ["Ann", "李小红", "O'Brien", "a.b@c-d_e", "नमस्ते", "Zoë"]
)
def test_an_ordinary_name_is_its_folder(name):
    assert safe(name) == name


@pytest.mark.parametrize(
    "names",
    [
        ("ann", "Ann", "ANN"),
        ("Zoë", "Zoe\u0308"),
        ("a/b", "a\\b"),
        ("STRASSE", "straße"),
    ],
)
def test_names_that_a_file_system_takes_for_one_get_two_folders(tmp_path, names):
    store = Store(tmp_path / "out")
    folders = [store.name(name).casefold() for name in names]
    assert len(set(folders)) == len(names)
    assert folders == [store.name(name).casefold() for name in names]


def test_a_later_run_finds_everybodys_folder_again(tmp_path, student):
    first = Store(tmp_path)
    first.begin(LOG)
    for name in ("Ann", "ann"):
        first.save(student(name), "<p>", "digest")
    later = Store(tmp_path)
    assert [later.name(n) for n in ("ann", "Ann")] == [
        first.name(n) for n in ("ann", "Ann")
    ]
    assert {name: r.result for name, r in later.reports.items()} == {
        name: student(name) for name in ("Ann", "ann")
    }


def test_looking_writes_nothing(tmp_path):
    out = tmp_path / "out"
    store = Store(out)
    store.name("Ann")
    assert store.log is None
    assert not out.exists()


def test_a_report_that_is_not_whole_counts_as_not_done(tmp_path, student):
    store = Store(tmp_path)
    store.begin(LOG)
    for name in ("Ann", "Bob", "Cem"):
        store.save(student(name), "<p>", "digest")
    whole = (tmp_path / "students/Bob/report.json").read_text("utf-8")
    (tmp_path / "students/Bob/report.json").write_text(whole[:-40], "utf-8")
    (tmp_path / "students/Cem/report.json").write_text("{}", "utf-8")
    assert set(Store(tmp_path).reports) == {"Ann"}


def test_the_log_comes_back(tmp_path):
    Store(tmp_path).begin(LOG)
    assert Store(tmp_path).log == LOG


@pytest.mark.parametrize(
    ("name", "text"), [("thesis.txt", "mine"), ("run.json", "{"), ("run.json", "[]")]
)
def test_a_folder_of_something_else_is_not_touched(tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(BadInput, match=re.escape(str(tmp_path))):
        Store(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_file_is_no_folder_for_results(tmp_path):
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(BadInput, match="out"):
        Store(tmp_path / "out")


def test_the_digest_sees_every_part_of_a_submission():
    answer = Answer(exercise="dp-01", code="x = 1", around=("y = 2",))
    one = Submission(student="Ann", answers={"dp-01": answer}, notes=("odd",))
    others = [
        replace(one, student="Bob"),
        replace(one, notes=()),
        replace(one, answers={"dp-01": replace(answer, code="x = \ud800")}),
        replace(one, answers={"dp-01": replace(answer, around=())}),
        replace(one, answers={}),
    ]
    assert len({digest(each) for each in (one, *others)}) == 6
    assert digest(one) == digest(replace(one))
    json.dumps(digest(one))
