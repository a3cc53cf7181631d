"""Where files are, and that each is written whole or not at all."""

import os
from pathlib import Path

import pytest

from privlab.course import paths


def test_the_course_folder_holds_the_package():
    assert (paths.COURSE / "privlab" / "course" / "paths.py").samefile(paths.__file__)


def test_the_learners_folder_is_the_one_named_or_in_the_home_folder(monkeypatch):
    monkeypatch.setenv("PRIVLAB_HOME", "elsewhere")
    assert paths.home() == Path("elsewhere")
    monkeypatch.delenv("PRIVLAB_HOME")
    assert paths.home() == Path.home() / ".privlab"


def test_a_text_is_written_as_it_is_on_every_system(tmp_path):
    file = tmp_path / "new folder" / "名.txt"
    paths.write_whole(file, "é\n好\r\n")
    assert file.read_bytes() == "é\n好\r\n".encode()


@pytest.mark.parametrize("step", ["write_text", "replace"])
def test_an_interrupted_write_leaves_the_old_file_alone(tmp_path, monkeypatch, step):
    file = tmp_path / "file.txt"
    paths.write_whole(file, "old")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path if step == "write_text" else os, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        paths.write_whole(file, "new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
