"""Whatever shape a notebook has and comes in, the answers in it are found."""

import copy
import json
import os
import random
import stat
import struct
import time
import zipfile
from pathlib import Path, PurePosixPath

import nbformat
import pytest
from attack_helpers import QUESTIONS, odd_files, solved

from privlab.course.grade import submissions
from privlab.course.grade.answers import answers_in
from privlab.course.grade.submissions import BadInput, collect

CELL = "# EXERCISE: dp-01\nx = {}"
RIGHT = {q.exercise.id: q.reference for q in QUESTIONS}


def notebook(*sources: str, **metadata) -> str:
    cells = [
        {"cell_type": "code", "metadata": metadata, "source": source, "outputs": []}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})


ONE = notebook(CELL.format(1))


def put(path: Path, text: str = ONE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def codes(text: str | bytes) -> dict[str, str]:
    """The answers of a notebook by exercise."""
    content = text.encode() if isinstance(text, str) else text
    return {answer.exercise: answer.code for answer in answers_in(content)}


def students(place: Path) -> list[str]:
    return [one.student for one in collect(place)]


# One notebook, however it was saved


def as_lists(made):
    for cell in made["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def with_windows_newlines(made):
    for cell in made["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def with_old_mac_newlines(made):
    for cell in made["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r")


def without_ids(made):
    made["nbformat_minor"] = 4
    for cell in made["cells"]:
        del cell["id"]


def as_format_4_0(made):
    without_ids(made)
    made["nbformat_minor"] = 0


def with_one_id_for_all(made):
    for cell in made["cells"]:
        cell["id"] = "same"


def without_metadata(made):
    made["metadata"] = {}
    for cell in made["cells"]:
        cell["metadata"] = {}


def with_odd_metadata(made):
    odd = [None, [], 7, {"privlab": None}, {"privlab": []}, {"privlab": {}}]
    for number, cell in enumerate(made["cells"]):
        cell["metadata"] = odd[number % len(odd)]


def saved_by_colab(made):
    made["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    for number, cell in enumerate(made["cells"]):
        cell["metadata"] = {"id": f"aB{number}", "colab": {"base_uri": "https://x"}}
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell.pop("id")


def saved_by_vs_code(made):
    for cell in made["cells"]:
        cell["metadata"] = {"vscode": {"languageId": "python"}}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 3


def with_other_markers(made):
    for cell in made["cells"]:
        cell["source"] = cell["source"].replace("# EXERCISE: dp", "  ##Exercise： DP")


def with_metadata_only(made):
    for cell in made["cells"]:
        lines = cell["source"].splitlines(keepends=True)
        cell["source"] = "".join(line for line in lines if "EXERCISE:" not in line)


def with_more_cells(made):
    extra = nbformat.v4.new_code_cell("print('mine')\n# EXERCISES: see dp-02 above")
    text = nbformat.v4.new_markdown_cell("# EXERCISE: dp-01\nthis is only text")
    for place in (0, len(made["cells"])):
        made["cells"][place:place] = [dict(extra), dict(text), {"cell_type": "raw"}]


def split_in_two(made):
    """JupyterLab gives both halves of a split cell the metadata of the whole."""
    again = []
    for cell in made["cells"]:
        again += [cell, {**cell, "source": "print('the second half')"}]
    made["cells"] = again


@pytest.mark.parametrize(
    "change",
    [
        as_format_4_0,
        as_lists,
        saved_by_colab,
        saved_by_vs_code,
        split_in_two,
        with_metadata_only,
        with_more_cells,
        with_odd_metadata,
        with_old_mac_newlines,
        with_one_id_for_all,
        with_other_markers,
        with_windows_newlines,
        without_ids,
        without_metadata,
    ],
)
def test_however_it_was_saved_the_same_answers_are_found(change):
    made = json.loads(json.dumps(solved()))
    change(made)
    found = codes(json.dumps(made))
    assert found.keys() == RIGHT.keys()
    for name, code in found.items():
        lines = [line for line in code.splitlines() if "EXERCISE" not in line.upper()]
        assert lines == RIGHT[name].splitlines()[1:]


def test_the_order_of_cells_does_not_matter():
    made = json.loads(json.dumps(solved()))
    random.Random(1).shuffle(made["cells"])
    assert codes(json.dumps(made)) == RIGHT


def test_a_byte_order_mark_and_non_ascii_text_do_no_harm():
    text = notebook("# EXERCISE: dp-01\nx = 'ä课程'")
    assert codes(b"\xef\xbb\xbf" + text.encode())["dp-01"].endswith("'ä课程'")


def test_the_text_of_an_answer_can_always_be_written_down():
    found = codes(notebook("# EXERCISE: dp-01\nx = '\ud800'"))
    assert found["dp-01"].encode("utf-8")


def test_a_marker_is_believed_before_metadata():
    found = codes(notebook(CELL.format(1), privlab={"exercise": "dp-07"}))
    assert list(found) == ["dp-01"]


def test_merged_cells_answer_each_of_their_exercises():
    merged = "# EXERCISE: dp-01\nx = 1\n\n# EXERCISE: dp-02\ny = 2"
    assert codes(notebook(merged)) == {"dp-01": merged, "dp-02": merged}


def test_an_answer_knows_all_code_of_its_notebook():
    [answer] = answers_in(notebook("a = 1", CELL.format("a"), "b = 2").encode())
    assert answer.around == ("a = 1", CELL.format("a"), "b = 2")


@pytest.mark.parametrize(
    ("texts", "counts"),
    [
        ([CELL.format(1), CELL.format(2)], CELL.format(2)),
        ([CELL.format(1), CELL.format("... # YOUR ANSWER HERE")], CELL.format(1)),
        ([CELL.format("... # YOUR ANSWER HERE"), CELL.format(2)], CELL.format(2)),
    ],
)
def test_of_two_answers_the_last_one_filled_in_counts(tmp_path, texts, counts):
    put(tmp_path / "ann" / "a.ipynb", notebook(*texts))
    [one] = collect(tmp_path)
    assert one.answers["dp-01"].code == counts
    assert one.notes == ("dp-01 is there twice; the last one filled in counts",)


def test_notebooks_of_one_student_are_taken_together(tmp_path):
    put(tmp_path / "ann" / "one.ipynb")
    put(tmp_path / "ann" / "deeper" / "two.ipynb", notebook("# EXERCISE: dp-02\ny = 2"))
    [one] = collect(tmp_path)
    assert (one.student, set(one.answers)) == ("ann", {"dp-01", "dp-02"})


def test_what_cannot_be_read_as_a_notebook_is_noted_and_harms_nobody(tmp_path):
    secret = put(tmp_path / "outside" / "secret.ipynb")
    place = tmp_path / "handed in"
    place.mkdir()
    found = odd_files(place, secret)
    put(place / "zoe.ipynb")
    for one in collect(place):
        expected = found.get(one.student, one.student == "zoe")
        assert bool(one.answers) == expected, one.student
        assert bool(one.notes) != expected, one.student


def test_a_hostile_notebook_is_refused_quickly():
    start = time.process_time()
    assert answers_in(b'{"cells": [' + b"[]," * 2**22 + b"0]}") == (
        "is not a readable notebook"
    )
    many = "".join(f"# EXERCISE: dp-{i}\n" for i in range(5000))
    assert "more than" in answers_in(notebook(many).encode())
    assert time.process_time() - start < 5


# Folders


def test_notebooks_side_by_side_and_in_folders_are_students(tmp_path):
    put(tmp_path / "ann.ipynb")
    put(tmp_path / "bob" / "hw" / "any name.ipynb")
    put(tmp_path / "Zoë 张" / "X.IPYNB")
    assert students(tmp_path) == ["Zoë 张", "ann", "bob"]


def test_a_single_notebook_is_a_student(tmp_path):
    assert students(put(tmp_path / "ann.ipynb")) == ["ann"]


def test_shadows_of_notebooks_and_other_files_are_left_out(tmp_path):
    put(tmp_path / "ann.ipynb")
    for name in (
        ".ipynb_checkpoints/ann-checkpoint.ipynb",
        "bob/.ipynb_checkpoints/x.ipynb",
        "__MACOSX/cy.ipynb",
        "._ann.ipynb",
        "notes.txt",
        "dan/x.ipynb.zip",
    ):
        put(tmp_path / name)
    (tmp_path / "folder.ipynb").mkdir()
    assert students(tmp_path) == ["ann"]


needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


@needs_links
def test_links_are_not_followed(tmp_path):
    secret = put(tmp_path / "outside" / "secret.ipynb")
    place = tmp_path / "handed in"
    put(place / "ann.ipynb")
    (place / "bob").mkdir()
    (place / "bob" / "hw.ipynb").symlink_to(secret)
    (place / "cy.ipynb").symlink_to(secret)
    (place / "dan").symlink_to(secret.parent)
    (place / "eve").mkdir()
    (place / "eve" / "sub").symlink_to(secret.parent)
    (place / "loop").symlink_to(place)
    found = {one.student: one for one in collect(place)}
    assert [name for name, one in found.items() if one.answers] == ["ann"]
    for name in ("bob", "cy", "dan", "loop"):
        assert "is a link, which is not followed" in found[name].notes[0]


@needs_links
def test_what_is_no_ordinary_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "ann.ipynb")
    [one] = collect(tmp_path)
    assert one.notes == ("ann.ipynb is no ordinary file",)


@needs_links
def test_a_name_of_any_bytes_becomes_text(tmp_path):
    name = os.path.join(os.fsencode(tmp_path), b"a\xff.ipynb")
    try:
        with open(name, "wb") as file:
            file.write(b"{")
    except OSError:
        pytest.skip("this file system wants text")
    [one] = collect(tmp_path)
    assert one.student == "a\\udcff"
    assert "".join(one.notes).encode("utf-8")


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: put(path / "notes.txt")])
def test_a_folder_without_notebooks_is_bad_input(tmp_path, make):
    make(tmp_path / "place")
    with pytest.raises(BadInput, match="holds no"):
        collect(tmp_path / "place")


def test_a_place_that_is_not_there_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="does not exist"):
        collect(tmp_path / "nowhere")


def test_a_file_that_may_not_be_read_is_bad_input(tmp_path, monkeypatch):
    path = put(tmp_path / "ann.ipynb")

    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(BadInput, match=r"ann\.ipynb: Permission denied"):
        collect(path)


def test_a_notebook_too_large_is_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "LARGEST_NOTEBOOK", 100)
    put(tmp_path / "ann.ipynb", "x" * 101)
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.write(tmp_path / "ann.ipynb", "ann.ipynb")
    for place in (tmp_path, tmp_path / "class.zip"):
        assert collect(place)[0].notes == ("ann.ipynb is too large",)


# Zip files


def zipped(path: Path, *names: str, text: str = ONE) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["ann.ipynb", "bob.ipynb"], ["ann", "bob"]),
        (["ann/hw.ipynb", "bob/hw.ipynb"], ["ann", "bob"]),
        (["class 3/ann/hw.ipynb", "class 3/bob/hw.ipynb"], ["ann", "bob"]),
        (["class/ann.ipynb", "class/bob.ipynb"], ["ann", "bob"]),
        (["class/ann.ipynb", "class/bob/hw.ipynb"], ["ann", "bob"]),
        (["class\\ann\\hw.ipynb", "class\\bob\\hw.ipynb"], ["ann", "bob"]),
        (["class/ann/hw.ipynb", "__MACOSX/class/ann/._hw.ipynb"], ["ann"]),
        (["class/ann/hw.ipynb", "class/.ipynb_checkpoints/x.ipynb"], ["ann"]),
        (["ann/hw.ipynb"], ["ann"]),
        (["张三/作业.ipynb", "李四/作业.ipynb"], ["张三", "李四"]),
    ],
)
def test_students_in_a_zip(tmp_path, names, found):
    place = zipped(tmp_path / "class.zip", *names)
    assert students(place) == found
    assert all("dp-01" in one.answers for one in collect(place))


SLIPS = [
    "../../slipped.ipynb",
    "/slipped.ipynb",
    "class/../../slipped.ipynb",
    "..\\slipped.ipynb",
    "\\slipped.ipynb",
    "..",
]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_path_that_leads_out_of_the_zip_leads_nowhere(tmp_path, slip):
    place = tmp_path / "deep" / "er" / "class.zip"
    place.parent.mkdir(parents=True)
    zipped(place, "class/ann/hw.ipynb", slip, "class/bob/hw.ipynb")
    found = {one.student: one for one in collect(place)}
    assert {name for name, one in found.items() if one.answers} == {"ann", "bob"}
    for name in found:
        assert len(PurePosixPath(name.replace("\\", "/")).parts) == 1
        assert name not in ("..", ".", "")
    assert not list(tmp_path.rglob("slipped*"))
    assert all("leads out" in n for one in found.values() for n in one.notes)


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    link = zipfile.ZipInfo("ann.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    [one] = collect(tmp_path / "class.zip")
    assert not one.answers
    assert "is a link" in one.notes[0]


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "LARGEST_NOTEBOOK", 2**20)
    place = tmp_path / "class.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.ipynb", bytes(50 * 2**20))
        archive.writestr("ann.ipynb", ONE)
    found = {one.student: one for one in collect(place)}
    assert found["bomb"].notes == ("bomb.ipynb is too large",)
    assert found["ann"].answers
    monkeypatch.setattr(submissions, "LARGEST_ZIP", 2**20)
    with pytest.raises(BadInput, match="unpacks to more than"):
        collect(place)


def test_a_size_that_lies_is_not_believed(tmp_path, monkeypatch):
    """The directory of the zip says 10 bytes; there are 50 MB."""
    monkeypatch.setattr(submissions, "LARGEST_NOTEBOOK", 2**20)
    place = tmp_path / "class.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ann.ipynb", bytes(50 * 2**20))
    true, lie = struct.pack("<L", 50 * 2**20), struct.pack("<L", 10)
    place.write_bytes(place.read_bytes().replace(true, lie))
    [one] = collect(place)
    assert not one.answers
    assert one.notes


def test_too_many_files_are_bad_input(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_FILES", 3)
    place = zipped(tmp_path / "class.zip", *(f"{n}.ipynb" for n in "abcd"))
    with pytest.raises(BadInput, match="holds 4 files"):
        collect(place)


def encrypted(content: bytes) -> bytes:
    """Set the flag of encryption in the only entry's two headers."""
    changed = bytearray(content)
    changed[content.index(b"PK\3\4") + 6] |= 1
    changed[content.index(b"PK\1\2") + 8] |= 1
    return bytes(changed)


def unknown_packing(content: bytes) -> bytes:
    changed = bytearray(content)
    changed[content.index(b"PK\3\4") + 8] = 99
    changed[content.index(b"PK\1\2") + 10] = 99
    return bytes(changed)


def damaged(content: bytes) -> bytes:
    place = content.index(b"ann.ipynb") + len("ann.ipynb") + 5
    return content[:place] + b"\xff\xff\xff" + content[place + 3 :]


@pytest.mark.parametrize("spoil", [encrypted, unknown_packing, damaged])
def test_an_entry_that_cannot_be_unpacked_is_noted(tmp_path, spoil):
    place = zipped(tmp_path / "class.zip", "ann.ipynb")
    place.write_bytes(spoil(place.read_bytes()))
    [one] = collect(place)
    assert not one.answers
    assert one.notes


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"PK\5\6"])
def test_what_is_no_zip_is_bad_input(tmp_path, content):
    place = tmp_path / "class.zip"
    place.write_bytes(content)
    with pytest.raises(BadInput, match="not a readable zip file"):
        collect(place)


def test_a_damaged_zip_is_bad_input_or_read_in_part(tmp_path):
    whole = zipped(tmp_path / "class.zip", "ann.ipynb", "bob.ipynb").read_bytes()
    rng = random.Random(5)
    place = tmp_path / "damaged.zip"
    for _ in range(300):
        spoilt = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        place.write_bytes(spoilt)
        try:
            collect(place)
        except BadInput:
            continue


def test_reading_changes_nothing(tmp_path):
    put(tmp_path / "ann" / "hw.ipynb")
    zipped(tmp_path / "class.zip", "bob/hw.ipynb", "../slipped.ipynb")
    before = sorted(tmp_path.rglob("*"))
    first, again = collect(tmp_path), copy.deepcopy(collect(tmp_path))
    collect(tmp_path / "class.zip")
    assert first == again
    assert sorted(tmp_path.rglob("*")) == before
