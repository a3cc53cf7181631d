"""The doctor: what is healthy passes, and what is broken is named with its remedy."""

import json
import sys

import pytest

from privlab.course import cli, doctor
from privlab.course.doctor import Finding

GIGABYTE = 10**9


@pytest.fixture
def package(tmp_path, monkeypatch):
    """``package(name, version, *requirements)`` makes it look installed."""

    def make(name, version, *requirements):
        info = tmp_path / f"{name}-{version}.dist-info"
        info.mkdir()
        lines = [f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requirements]
        (info / "METADATA").write_text("\n".join(lines), "utf-8")

    monkeypatch.syspath_prepend(str(tmp_path))
    return make


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """``modules(name, code)`` makes a module that child processes can import."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda name, code: (tmp_path / f"{name}.py").write_text(code, "utf-8")


def test_this_environment_is_healthy_and_looking_at_it_leaves_no_trace(home):
    findings = {finding.name: finding for finding in doctor.diagnose()}
    assert len(findings) == 13
    assert [f for f in findings.values() if f.status == "problem"] == []
    assert str(home) in findings["progress"].detail
    assert not home.exists()


@pytest.mark.parametrize(
    ("release", "bits", "status"),
    [
        ((3, 10), 64, "problem"),
        ((3, 11), 64, "ok"),
        ((3, 14), 64, "ok"),
        ((3, 15), 64, "problem"),
        ((3, 12), 32, "problem"),
    ],
)
def test_python_must_be_one_that_has_every_wheel(release, bits, status):
    assert doctor.python_build(release, bits=bits).status == status


def test_packages_in_the_versions_pinned_are_counted(package):
    package("pinner", "1", "alpha==1.0", "beta==2.0", 'gamma==3; extra == "dev"')
    package("alpha", "1.0")
    package("beta", "2.0+cpu")
    found = doctor.pinned_versions("pinner")
    assert found == Finding("packages", "ok", "2, each in the version pinned")


def test_a_wrong_and_a_missing_package_are_both_named(package):
    package("pinner", "1", "alpha==1.0", "beta==2.0")
    package("alpha", "1.1")
    found = doctor.pinned_versions("pinner")
    assert found.status == "problem"
    assert found.detail == "alpha==1.0, not 1.1; beta==2.0, not missing"
    assert "run: python lab.py" in found.remedy


def test_each_wheel_is_loaded_in_a_process_of_its_own(modules):
    modules("healthy", "")
    modules("broken", "import nowhere_to_be_found")
    modules("crashing", "import os; os._exit(9)")
    found = {
        finding.name: finding
        for finding in doctor.wheels(("healthy", "broken", "crashing"))
    }
    assert found["healthy"].status == "ok"
    assert "No module named 'nowhere_to_be_found'" in found["broken"].detail
    assert "Python ended with 9" in found["crashing"].detail
    assert found["broken"].status == found["crashing"].status == "problem"
    assert "healthy" not in sys.modules


@pytest.mark.parametrize(("count", "status"), [(1, "note"), (2, "ok"), (64, "ok")])
def test_one_core_is_slow_and_no_more_than_that(count, status):
    assert doctor.cores(count).status == status


@pytest.mark.parametrize(
    ("gigabytes", "status"), [(4, "note"), (7.6, "ok"), (16, "ok")]
)
def test_little_memory_is_a_note(gigabytes, status):
    assert doctor.memory(gigabytes * GIGABYTE).status == status


@pytest.mark.parametrize(
    ("gigabytes", "status"), [(0.05, "problem"), (0.5, "note"), (1, "ok"), (100, "ok")]
)
def test_less_disk_is_never_better(gigabytes, status):
    assert doctor.disk(gigabytes * GIGABYTE).status == status


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path):
    assert doctor.writable("course", tmp_path, "move").status == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path):
    assert doctor.writable("progress", tmp_path / "new" / "er", "move").status == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_problem_with_the_remedy_given(tmp_path):
    (tmp_path / "file").touch()
    found = doctor.writable("progress", tmp_path / "file" / "folder", "move it")
    assert (found.status, found.remedy) == ("problem", "move it")
    assert str(tmp_path / "file") in found.detail


def test_widgets_that_were_switched_off_are_a_problem(tmp_path, monkeypatch):
    (tmp_path / "labconfig").mkdir()
    page = {"disabledExtensions": {doctor.WIDGETS: True}}
    (tmp_path / "labconfig" / "page_config.json").write_text(json.dumps(page))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    found = doctor.widgets()
    assert found.status == "problem"
    assert found.remedy == f"run: jupyter labextension enable {doctor.WIDGETS}"


def test_widgets_that_jupyterlab_does_not_have_are_a_problem(monkeypatch):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [])
    assert "jupyterlab_widgets is missing" in doctor.widgets().detail


def test_widgets_of_another_version_are_a_problem(package):
    package("jupyterlab_widgets", "1.0")
    assert doctor.widgets().status == "problem"


@pytest.mark.parametrize(
    ("program", "status"),
    [("python", "ok"), (sys.executable, "ok"), ("/other/bin/python", "problem")],
)
def test_the_kernel_must_be_this_python(tmp_path, monkeypatch, program, status):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": [program, "-m", "ipykernel_launcher"], "display_name": "P"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = doctor.kernel()
    assert found.status == status
    assert (str(folder) in found.remedy) == (status == "problem")


def test_a_missing_kernel_is_a_problem(monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    def missing(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", missing)
    assert doctor.kernel().detail == "python3 is missing"


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["DejaVu Sans", "Noto Sans CJK SC"], "ok"),
        (["DejaVu Sans", "PingFang HK"], "ok"),
        (["DejaVu Sans", "Comic Sans MS"], "note"),
        (["Noto Sans CJK SC"], "problem"),
    ],
)
def test_a_missing_chinese_font_is_a_note_only(monkeypatch, names, status):
    from matplotlib.font_manager import FontEntry, fontManager

    fonts = [FontEntry(name=name) for name in names]
    monkeypatch.setattr(fontManager, "ttflist", fonts)
    assert doctor.fonts().status == status


FINDINGS = (
    Finding("one", "ok", "fine"),
    Finding("two", "note", "slow", "wait"),
    Finding("three", "problem", "课程", "mend"),
)


def test_details_and_remedies_stand_in_one_column():
    lines = doctor.table(FINDINGS, encoding="utf-8").splitlines()
    texts = ["fine", "slow", "-> wait", "课程", "-> mend"]
    columns = [line.index(text) for line, text in zip(lines, texts, strict=True)]
    assert len(set(columns)) == 1
    assert [line[0] for line in lines] == ["✓", "!", " ", "✗", " "]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "gbk"])
def test_a_terminal_without_check_marks_gets_plain_ones(encoding):
    text = doctor.table(FINDINGS, encoding=encoding)
    assert text.encode(encoding)
    assert [line[0] for line in text.splitlines()] == ["+", "!", " ", "x", " "]


@pytest.mark.parametrize(("worst", "status"), [("ok", 0), ("note", 0), ("problem", 1)])
def test_the_exit_status_is_1_for_problems_only(monkeypatch, capsys, worst, status):
    findings = (Finding("good", "ok", "fine"), Finding("last", worst, "so"))
    monkeypatch.setattr(doctor, "diagnose", lambda: findings)
    assert cli.main(["doctor"]) == status
    assert "last" in capsys.readouterr().out


def test_every_command_tells_what_it_does(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0
    told = capsys.readouterr().out
    assert all(
        name in told and about in told for name, (_, about) in cli.COMMANDS.items()
    )


@pytest.mark.parametrize("arguments", [[], ["surgeon"]])
def test_a_command_that_there_is_not_ends_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "NAME" in capsys.readouterr().err
