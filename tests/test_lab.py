"""lab.py: set up once, start in seconds, repair, and fail with one sentence."""

import ast
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

COURSE = Path(__file__).resolve().parents[1]
CPU_TORCH = ["filelock", 'optree>=0.13.0; extra == "optree"']
CUDA_TORCH = [
    *CPU_TORCH,
    'cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"',
    'nvidia-nccl-cu13==2.29.7; platform_system == "Linux"',
    'triton==3.7.1; platform_system == "Linux" and python_version < "3.15"',
]


class Machine:
    """Stands in for the programs that lab.py runs, and remembers what was asked."""

    def __init__(self, lab):
        self.lab, self.asked, self.python_starts = lab, [], True
        self.torch_requires = CPU_TORCH
        self.answers = {}  # words in a command: (status, what it says)

    def run(self, *command, stdout=None, **_):
        line = " ".join(map(str, command)).replace(str(self.lab.COURSE), "COURSE")
        if "sys.exit" in line:
            return 0 if self.python_starts else 1
        self.asked.append(line)
        status, said = next((a for w, a in self.answers.items() if w in line), (0, ""))
        if stdout is not None:
            stdout.write(said.encode())
        if "-m venv" in line:
            self.python_starts = True
            config = f"version = 3.12.1\ncommand = python -m venv {self.lab.VENV}\n"
            (self.lab.VENV / "pyvenv.cfg").write_text(config, "utf-8")
        if "--report" in command:
            metadata = {"name": "torch", "requires_dist": self.torch_requires}
            report = command[command.index("--report") + 1]
            report.write_text(json.dumps({"install": [{"metadata": metadata}]}))
        return status

    def asked_for(self, words):
        return [line for line in self.asked if words in line]


@pytest.fixture
def lab(tmp_path):
    """A lab.py of its own, in a course folder with an awkward name."""
    course = tmp_path / "mein Kurs 课程"
    course.mkdir()
    for name in ("lab.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(COURSE / name, course / name)
    return load(course / "lab.py")


@pytest.fixture
def machine(lab, monkeypatch):
    machine = Machine(lab)
    monkeypatch.setattr(lab, "run", machine.run)
    monkeypatch.setattr(lab.sys, "platform", "linux")
    return machine


def load(path):
    spec = importlib.util.spec_from_file_location("lab_under_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# the file itself


def test_the_file_needs_only_the_standard_library_and_is_read_by_python_3_8():
    tree = ast.parse((COURSE / "lab.py").read_text("utf-8"), feature_version=(3, 8))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {node.module for node in froms}
    assert names <= set(sys.stdlib_module_names)


# Python


@pytest.mark.parametrize("release", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_a_64_bit_python_of_the_range_is_accepted(lab, release):
    lab.require_python((*release, 0, "final", 0), 2**63 - 1)


@pytest.mark.parametrize(
    ("release", "largest", "found"),
    [
        ((3, 8), 2**63 - 1, "3.8, 64-bit"),
        ((3, 10), 2**63 - 1, "3.10, 64-bit"),
        ((3, 15), 2**63 - 1, "3.15, 64-bit"),
        ((3, 12), 2**31 - 1, "3.12, 32-bit"),
    ],
)
def test_any_other_python_is_named_and_refused(lab, release, largest, found):
    with pytest.raises(lab.Trouble, match=f"This is Python {found}: install a 64-bit"):
        lab.require_python((*release, 0, "final", 0), largest)


def test_a_wrong_python_gets_one_sentence_and_changes_nothing(lab):
    old = (
        "import runpy, sys; sys.version_info = (3, 8, 18, 'final', 0); sys.argv = ['']"
    )
    code = f"{old}; runpy.run_path({str(lab.COURSE / 'lab.py')!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "This is Python 3.8" in done.stderr
    assert not lab.VENV.exists()


# setting up once


def test_the_first_start_makes_the_environment_and_installs_with_the_pins(lab, machine):
    lab.set_up("", None)
    assert machine.asked[0] == f"{sys.executable} -m venv COURSE/.venv"
    assert machine.asked[-1].endswith(
        "pip --no-input --disable-pip-version-check "
        "install -c COURSE/constraints.txt -e ."
    )
    assert lab.STAMP.exists()


def test_the_second_start_runs_nothing(lab, machine):
    lab.set_up("", None)
    machine.asked.clear()
    lab.set_up("", None)
    assert machine.asked == []


def test_what_was_installed_for_the_tests_serves_a_plain_start_but_not_the_reverse(
    lab, machine
):
    lab.set_up("", None)
    lab.set_up("[dev]", None)
    assert len(machine.asked_for("-e .[dev]")) == 1
    machine.asked.clear()
    lab.set_up("", None)
    assert machine.asked == []


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "constraints.txt", ".venv/pyvenv.cfg"]
)
def test_a_changed_pin_or_python_installs_again_into_the_same_environment(
    lab, machine, name
):
    lab.set_up("", None)
    machine.asked.clear()
    file = lab.COURSE / name
    file.write_text(file.read_text("utf-8") + "# changed\n", "utf-8")
    lab.set_up("", None)
    assert machine.asked_for("-e .")
    assert not machine.asked_for("-m venv")


# repairing


def test_an_interrupted_install_is_finished_in_the_same_environment(
    lab, machine, monkeypatch
):
    def interrupted(*command, **options):
        if "-e" in command:
            raise KeyboardInterrupt
        return machine.run(*command, **options)

    monkeypatch.setattr(lab, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.set_up("", None)
    assert not lab.STAMP.exists()
    monkeypatch.setattr(lab, "run", machine.run)
    lab.set_up("", None)
    assert len(machine.asked_for("-m venv")) == 1
    assert lab.STAMP.exists()


def test_a_failed_update_takes_the_old_stamp_away(lab, machine):
    lab.set_up("", None)
    lab.CONSTRAINTS.write_text("# changed\n", "utf-8")
    machine.answers["-e ."] = (1, "ERROR: surprising")
    with pytest.raises(lab.Trouble):
        lab.set_up("", None)
    assert not lab.STAMP.exists()


def test_an_environment_whose_python_is_gone_is_made_anew(lab, machine):
    lab.set_up("", None)
    leftover = lab.VENV / "leftover"
    leftover.touch()
    machine.python_starts = False
    lab.set_up("", None)
    assert len(machine.asked_for("-m venv")) == 2
    assert not leftover.exists()


def test_an_environment_that_was_moved_here_is_made_anew(lab, machine):
    lab.set_up("", None)
    config = lab.VENV / "pyvenv.cfg"
    config.write_text("command = python -m venv /elsewhere/.venv\n", "utf-8")
    lab.set_up("", None)
    assert len(machine.asked_for("-m venv")) == 2


def test_a_package_without_its_list_of_files_is_installed_again(lab, machine):
    lab.set_up("", None)
    lab.STAMP.unlink()
    folder = "Lib/site-packages" if os.name == "nt" else "lib/python3.12/site-packages"
    whole, half = (lab.VENV / folder / f"{n}-1.dist-info" for n in ("whole", "half"))
    for info in (whole, half):
        info.mkdir(parents=True)
        (info / "METADATA").touch()
    (whole / "RECORD").touch()
    lab.set_up("", None)
    assert whole.exists()
    assert not half.exists()


# CUDA


def test_cuda_is_refused_before_anything_of_it_is_installed(lab, machine, capsys):
    machine.torch_requires = CUDA_TORCH
    assert lab.main(["--no-browser"]) == 1
    assert "start again with --torch-index ADDRESS" in capsys.readouterr().err
    installs = machine.asked_for(" install ")
    assert all("--dry-run" in line or "pip>=" in line for line in installs)


def test_only_torch_itself_is_looked_at(lab, machine):
    lab.set_up("", None)
    (asked,) = machine.asked_for("--dry-run")
    assert asked.endswith("--no-deps torch==2.13.0")


@pytest.mark.parametrize(
    ("requires", "machine_type", "found"),
    [
        (CPU_TORCH, "x86_64", []),
        (CUDA_TORCH, "x86_64", ["cuda-toolkit", "nvidia-nccl-cu13", "triton"]),
        (['triton==3; platform_machine == "x86_64"'], "aarch64", []),
        (['triton==3; platform_machine == "x86_64"'], "x86_64", ["triton"]),
        (['nvidia-x==1; extra == "gpu"'], "x86_64", []),
    ],
)
def test_cuda_is_recognised_in_what_torch_requires(lab, requires, machine_type, found):
    report = {"install": [{"metadata": {"name": "torch", "requires_dist": requires}}]}
    assert lab.cuda_packages(report, machine_type) == found


def test_nothing_to_install_means_no_cuda(lab):
    assert lab.cuda_packages({"install": []}, "x86_64") == []


def test_a_named_index_is_looked_at_and_gives_torch_alone_before_the_rest(lab, machine):
    lab.set_up("", "ADDRESS")
    torch = "--no-deps torch==2.13.0 --force-reinstall --index-url ADDRESS"
    looked, installed = machine.asked_for(torch)
    assert "--dry-run" in looked
    assert machine.asked.index(installed) == len(machine.asked) - 2
    assert "--index-url" not in machine.asked[-1]


def test_away_from_linux_pip_has_no_cuda_to_offer(lab, machine, monkeypatch):
    monkeypatch.setattr(lab.sys, "platform", "darwin")
    machine.torch_requires = CUDA_TORCH
    lab.set_up("", None)
    assert not machine.asked_for("--dry-run")


# failing with one sentence

OS_ERROR = "ERROR: Could not install packages due to an OSError: "
RETRYING = "WARNING: Retrying (Retry(total=0)) after connection broken by "
NONE_FOUND = (
    "ERROR: Could not find a version that satisfies the requirement six "
    "(from versions: none)\nERROR: No matching distribution found for six\n"
)
NO_TENSEAL = (
    "ERROR: Could not find a version that satisfies the requirement tenseal==0.3.18 "
    "(from versions: 0.3.12, 0.3.16)\n"
    "ERROR: No matching distribution found for tenseal==0.3.18\n"
)
CONFLICT = (
    "ERROR: Cannot install privlab because these package versions have conflicting "
    "dependencies.\n\nThe conflict is caused by:\n"
    "    privlab 0.1.0 depends on tenseal==0.3.18\n"
    "    The user requested (constraint) tenseal=={}\n\n{}"
    "ERROR: ResolutionImpossible: for help visit a page\n"
)
NOTHING_FITS = (
    "Additionally, some packages in these conflicts have no matching distributions "
    "available for your environment:\n    tenseal\n\n"
)
REFUSED = (
    "'NewConnectionError(\"HTTPConnection(host='h', port=9): Failed to establish a new "
    "connection: [Errno 111] Connection refused\")': /simple/six/\n"
)
UNRESOLVED = (
    "'NameResolutionError(\"HTTPSConnection(host='h', port=443): Failed to resolve 'h' "
    "([Errno -2] Name or service not known)\")': /simple/six/\n"
)
UNTRUSTED = (
    "'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] "
    "certificate verify failed: self-signed certificate'))': /simple/six/\n"
)
TIMED_OUT = (
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: "
    "HTTPSConnectionPool(host='h', port=443): Read timed out.\n"
)
NO_ENSUREPIP = (
    "The virtual environment was not created successfully because ensurepip is not\n"
    "available.  On Debian/Ubuntu systems, you need to install the python3-venv\n"
    "package using the following command.\n\n    apt install python3.11-venv\n"
)
LONG_PATH = (
    "HINT: This error might have occurred since this system does not have Windows Long "
    "Path support enabled.\n"
)
NOT_BUILT = (
    "  error: subprocess-exited-with-error\n"
    "  ERROR: Failed building wheel for tenseal\nFailed to build tenseal\n"
)
NO_NETWORK = "The package index cannot be reached"
NO_WHEEL = "There is no ready-made tenseal"
SAID = [  # as pip 23 to 26 and venv say it
    (f"{OS_ERROR}[Errno 28] No space left on device\n", "make 4 GB of room"),
    (f"{OS_ERROR}[WinError 112] There is not enough space\n", "make 4 GB of room"),
    (RETRYING + REFUSED + NONE_FOUND, NO_NETWORK),
    (RETRYING + UNRESOLVED + NONE_FOUND, NO_NETWORK),
    (RETRYING + REFUSED + CONFLICT.format("0.3.18", ""), NO_NETWORK),
    (TIMED_OUT, NO_NETWORK),
    (RETRYING + UNTRUSTED + NONE_FOUND, "set PIP_CERT"),
    (NO_TENSEAL, NO_WHEEL),
    (RETRYING + REFUSED + NO_TENSEAL, NO_WHEEL),  # the network came back
    (CONFLICT.format("0.3.18", ""), NO_WHEEL),
    (CONFLICT.format("0.3.18", NOTHING_FITS), NO_WHEEL),
    (NOT_BUILT, NO_WHEEL),
    (CONFLICT.format("0.3.17", ""), "constraints.txt contradict each other"),
    (NO_ENSUREPIP, "apt install python3-venv"),
    ("/usr/bin/python3: No module named venv\n", "apt install python3-venv"),
    (f"{OS_ERROR}[WinError 5] Access is denied: 'x.dll'\n", "close what uses it"),
    (f"{OS_ERROR}[Errno 2] No such file\n{LONG_PATH}", "move the course to a shorter"),
    ("ERROR: never seen before\n", "(ERROR: never seen before): mend what that names"),
]


@pytest.mark.parametrize(("said", "sentence"), SAID)
def test_each_cause_in_the_words_of_pip_has_its_sentence(lab, said, sentence):
    assert sentence in lab.advice(said)


@pytest.mark.parametrize("said", [said for said, _ in SAID])
def test_a_failure_is_one_sentence_that_names_the_log_where_the_rest_is_kept(
    lab, machine, capsys, said
):
    machine.answers["-e ."] = (1, said)
    assert lab.main(["--no-browser"]) == 1
    told = capsys.readouterr().err.strip()
    assert len(told.splitlines()) == 1
    assert told.endswith(f"then start again (pip's own words: {lab.LOG}).")
    assert said in lab.LOG.read_bytes().decode()
    assert not lab.STAMP.exists()


def test_a_nearly_full_disk_is_told_before_anything_is_made(
    lab, machine, capsys, monkeypatch
):
    usage = shutil.disk_usage(lab.COURSE)._replace(free=3 * 10**9)
    monkeypatch.setattr(lab.shutil, "disk_usage", lambda path: usage)
    assert lab.main([]) == 1
    assert "make 4 GB of room" in capsys.readouterr().err
    assert machine.asked == []


def test_a_folder_that_cannot_be_written_is_told(lab, machine, capsys, monkeypatch):
    def refused(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refused)
    assert lab.main([]) == 1
    assert "move the course to a folder of your own" in capsys.readouterr().err


def test_without_a_network_a_real_set_up_says_so(lab):
    environment = {name: v for name, v in os.environ.items() if "PIP_" not in name}
    environment |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # a port that nothing answers
        "PIP_RETRIES": "1",
        "NO_PROXY": "*",
    }
    done = subprocess.run(
        [sys.executable, lab.COURSE / "lab.py", "--no-browser"],
        capture_output=True,
        env=environment,
        timeout=300,
    )
    told = done.stderr.decode(errors="replace").strip()
    assert done.returncode == 1
    assert len(told.splitlines()) == 1
    assert "The package index cannot be reached" in told
    assert "127.0.0.1" in lab.LOG.read_text("utf-8", "replace")


# the command line


def test_the_options_of_a_start_are_read(lab):
    task, options, rest = lab.parse(["--no-browser", "--port", "9000"])
    assert (task, options.no_browser, options.port, rest) == (lab.start, True, 9000, [])


def test_what_follows_test_goes_to_pytest(lab):
    task, options, rest = lab.parse(["test", "--torch-index", "A", "-k", "dp", "-x"])
    assert (task, options.torch_index, rest) == (lab.test, "A", ["-k", "dp", "-x"])


@pytest.mark.parametrize("arguments", [["nonsense"], ["--port", "0"], ["freeze", "-x"]])
def test_a_wrong_command_line_is_refused(lab, arguments, capsys):
    with pytest.raises(SystemExit):
        lab.parse(arguments)
    assert arguments[-1] in capsys.readouterr().err


# starting, testing, freezing


def test_a_start_calls_the_doctor_and_serves_the_first_page_to_this_computer_only(
    lab, machine
):
    assert lab.main(["--port", "9000"]) == 0
    doctor, served = machine.asked[-2:]
    assert doctor.endswith("-m privlab.course.cli doctor")
    assert "--ServerApp.ip=127.0.0.1 --ServerApp.port=9000" in served
    assert "default_url=/lab/tree/notebooks/00_start_here.ipynb" in served
    assert "--no-browser" not in served


def test_no_browser_is_passed_on(lab, machine):
    lab.main(["--no-browser"])
    assert machine.asked[-1].endswith("--no-browser")


def test_a_problem_found_by_the_doctor_stops_the_start(lab, machine, capsys):
    machine.answers["doctor"] = (1, "")
    assert lab.main([]) == 1
    assert "do what it says" in capsys.readouterr().err
    assert not machine.asked_for("jupyterlab")


def test_every_check_runs_even_after_one_failed_and_pytest_ends_the_output(
    lab, machine, capsys
):
    machine.answers["ruff format"] = (1, "")
    assert lab.main(["test", "-k", "dp"]) == 1
    told = capsys.readouterr()
    assert [line for line in told.out.splitlines() if line.startswith("==")] == [
        "== ruff format",
        "== ruff check",
        "== lint-imports",
        "== pytest",
    ]
    assert told.out.endswith("== pytest\n")
    assert "Failed: ruff format;" in told.err
    assert machine.asked[-1].endswith("-m pytest -n 2 -k dp")


def test_the_tests_pass_when_every_check_does(lab, machine):
    assert lab.main(["test"]) == 0


def test_the_book_is_set_up_and_made_by_the_course(lab, machine):
    assert lab.main(["book"]) == 0
    assert len(machine.asked_for("-e .[book]")) == 1
    assert machine.asked[-1].endswith("-m privlab.course.cli book")


def test_what_is_set_up_for_the_tests_serves_the_book_too(lab, machine):
    lab.set_up("[dev]", None)
    machine.asked.clear()
    assert lab.main(["book"]) == 0
    assert len(machine.asked) == 1


def test_freeze_pins_what_is_installed_without_this_computers_labels(
    lab, machine, monkeypatch
):
    listed = "numpy==2.4.6\ntorch==2.13.0+cpu\n"
    monkeypatch.setattr(lab.subprocess, "check_output", lambda *a, **k: listed)
    header = lab.CONSTRAINTS.read_text("utf-8").splitlines()[0]
    assert lab.main(["freeze"]) == 0
    pinned = f"{header}\nnumpy==2.4.6\ntorch==2.13.0\n"
    assert lab.CONSTRAINTS.read_bytes().decode() == pinned
    assert "-c" not in machine.asked_for("-e .[dev]")[0].split()
    machine.asked.clear()
    lab.set_up("[dev]", None)
    assert machine.asked == []


@pytest.mark.parametrize(
    ("record", "page"),
    [
        ('{"lesson": "01_x"}', "exercises/01_x.ipynb"),
        ('{"lesson": "gone"}', "notebooks/00_start_here.ipynb"),
        ('{"lesson": "../lab"}', "notebooks/00_start_here.ipynb"),
        ('{"lesson": null}', "notebooks/00_start_here.ipynb"),
        ("{", "notebooks/00_start_here.ipynb"),
    ],
)
def test_a_start_goes_on_where_the_learner_left_off(
    lab, machine, monkeypatch, tmp_path, record, page
):
    monkeypatch.setenv("PRIVLAB_HOME", str(tmp_path))
    (tmp_path / "minutes.json").write_text(record)
    (lab.COURSE / "exercises").mkdir()
    (lab.COURSE / "exercises" / "01_x.ipynb").touch()
    lab.main(["--no-browser"])
    assert f"default_url=/lab/tree/{page} " in machine.asked[-1]


# a bundle for a room without a network


@pytest.fixture
def bundled(lab):
    """A wheelhouse for this computer beside lab.py, without packages."""
    wheels = lab.COURSE / "wheelhouse"
    wheels.mkdir()
    (wheels / "KIND").write_text(lab.KIND)
    return wheels


def test_beside_a_wheelhouse_pip_asks_no_index_and_torch_is_not_looked_up(
    lab, machine, bundled
):
    assert lab.main(["--no-browser"]) == 0
    (installed,) = machine.asked_for("pip --no-input")
    offline = "install --no-index --find-links COURSE/wheelhouse -c"
    assert offline in installed.replace(str(lab.COURSE.resolve()), "COURSE")


@pytest.mark.parametrize("inner", ["", "wheelhouse"])
def test_a_bundle_elsewhere_can_be_named(lab, machine, bundled, tmp_path, inner):
    shutil.move(bundled, tmp_path / "stick" / "wheelhouse")
    stick = tmp_path / "stick"
    assert lab.main(["--no-browser", "--offline", str(stick / inner)]) == 0
    assert machine.asked_for(f"--no-index --find-links {stick / 'wheelhouse'}")


def test_a_folder_that_is_no_bundle_is_named(lab, machine, tmp_path, capsys):
    assert lab.main(["--offline", str(tmp_path)]) == 1
    assert f"{tmp_path} is no bundle" in capsys.readouterr().err
    assert machine.asked == []


def test_a_bundle_for_another_kind_of_computer_is_refused(
    lab, machine, bundled, capsys
):
    (bundled / "KIND").write_text("win-amd64-cpython-312")
    assert lab.main([]) == 1
    told = capsys.readouterr().err
    assert "The bundle is for win-amd64-cpython-312" in told
    assert lab.KIND in told
    assert machine.asked == []


def test_a_bundle_never_holds_cuda(lab, machine, capsys):
    lab.set_up("", None)
    machine.torch_requires = CUDA_TORCH
    assert lab.main(["bundle"]) == 1
    assert "--torch-index ADDRESS" in capsys.readouterr().err
    assert not machine.asked_for("pip --no-input --disable-pip-version-check wheel")


def test_the_tests_of_a_bundle_are_refused_with_a_remedy(lab, machine, bundled, capsys):
    assert lab.main(["test"]) == 1
    assert "a copy that is no bundle" in capsys.readouterr().err


# programs that are run


def test_the_status_of_a_program_is_handed_on(lab):
    assert lab.run(sys.executable, "-c", "raise SystemExit(7)") == 7


@pytest.mark.parametrize("reason", [SystemExit, ValueError])
def test_a_program_never_outlives_lab_py(lab, reason):
    def stop():
        raise reason

    sleeper = "import time; open('started', 'w').close(); time.sleep(600)"
    with pytest.raises(reason):
        lab.run(sys.executable, "-c", sleeper, tick=stop)
    assert not [p for p in psutil.Process().children() if sleeper in p.cmdline()]


# for real, in the environment that lab.py made


@pytest.fixture
def started(tmp_path):
    """``python lab.py --no-browser`` of this course, and the port it was given."""
    real = load(COURSE / "lab.py")
    stamp = real.STAMP.read_text("utf-8") if real.STAMP.exists() else ""
    if not stamp or stamp not in [real.fingerprint(e) for e in real.SERVED_BY[""]]:
        pytest.skip("the course was not set up by lab.py: run python lab.py test")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = ("PRIVLAB_HOME", *(f"JUPYTER_{n}_DIR" for n in ("CONFIG", "DATA", "RUNTIME")))
    folders = dict.fromkeys(own, str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, COURSE / "lab.py", "--no-browser", "--port", str(port)],
        env={**os.environ, **folders, "JUPYTER_TOKEN": "open", "NO_PROXY": "*"},
        stdout=(tmp_path / "output").open("wb"),
        stderr=subprocess.STDOUT,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    yield process, port, tmp_path / "output"
    if process.poll() is None:  # a failed test must not leave a server behind
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait()


def answer(port, path):
    url = f"http://127.0.0.1:{port}/{path}?token=open"
    with urllib.request.urlopen(url, timeout=20) as reply:
        return reply.url, reply.read()


def wait_for_server(process, port, output):
    for _ in range(180):
        try:
            return answer(port, "api/status")
        except OSError:
            assert process.poll() is None, output.read_text("utf-8", "replace")
            time.sleep(0.5)
    raise TimeoutError(output.read_text("utf-8", "replace"))


def test_a_second_start_serves_the_first_page_and_leaves_no_process(started):
    process, port, output = started
    _, status = wait_for_server(process, port, output)
    assert json.loads(status)["kernels"] == 0
    assert "Installing" not in output.read_text("utf-8", "replace")
    first_page = "notebooks/00_start_here.ipynb"
    assert f"/lab/tree/{first_page}" in answer(port, "")[0]
    assert (
        json.loads(answer(port, f"api/contents/{first_page}")[1])["type"] == "notebook"
    )

    family = psutil.Process(process.pid).children(recursive=True)
    listening = [c.laddr for p in family for c in p.net_connections() if not c.raddr]
    assert {(address.ip, address.port) for address in listening} == {
        ("127.0.0.1", port)
    }
    if os.name == "nt":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.terminate()
    process.wait(timeout=30)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
