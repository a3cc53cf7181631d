"""One set of versions: pyproject, constraints, conda and what is installed agree."""

import os
import sys
import sysconfig
import tomllib
from importlib.metadata import PackageNotFoundError, distributions, requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from privlab.course import doctor

COURSE = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
CONDA = yaml.safe_load((COURSE / "environment.yml").read_text("utf-8"))


def read(lines):
    """``name==version`` lines as {canonical name: version}."""
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    return {
        canonicalize_name(p.name): str(p.specifier).removeprefix("==") for p in pins
    }


def direct():
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    return read(line for line in lines if not line.startswith("privlab["))


def everything_for(name, extras=frozenset()):
    """``name`` and all that it needs on this computer, as canonical names."""
    found, waiting = set(), [(canonicalize_name(name), frozenset(extras))]
    while waiting:
        name, extras = task = waiting.pop()
        if task in found:
            continue
        found.add(task)
        for need in map(Requirement, requires(name) or []):
            wanted = [{"extra": extra} for extra in extras | {""}]
            if not need.marker or any(map(need.marker.evaluate, wanted)):
                waiting.append((canonicalize_name(need.name), frozenset(need.extras)))
    return {name for name, _ in found}


CONSTRAINTS = read((COURSE / "constraints.txt").read_text("utf-8").splitlines())
CONDA_PINS = [text.split("=") for text in CONDA["dependencies"] if "=" in text]
CONDA_PIP = CONDA["dependencies"][-1]["pip"]


@pytest.mark.parametrize("name", direct())
def test_every_direct_pin_is_the_constraint(name):
    assert direct()[name] == CONSTRAINTS[name]


@pytest.mark.parametrize("name", direct())
def test_every_direct_pin_is_what_is_installed(name):
    assert Version(version(name)).public == direct()[name]


def test_every_constraint_that_is_installed_has_that_version():
    # here alone: setuptools, once imported, adds packages of its own to the path
    place = [sysconfig.get_path("purelib")]
    found = distributions(path=place)
    installed = {canonicalize_name(d.name): d.version for d in found}
    here = CONSTRAINTS.keys() & installed.keys()
    assert len(here) > 100
    assert {n: Version(installed[n]).public for n in here} == {
        n: CONSTRAINTS[n] for n in here
    }


@pytest.mark.skipif(sys.platform != "linux", reason="constraints are made on Linux")
def test_everything_that_the_course_needs_is_constrained():
    needed = everything_for("privlab", {"dev"}) - {"privlab"}
    assert len(needed) > 100
    assert needed <= CONSTRAINTS.keys()


@pytest.mark.skipif(sys.platform != "linux", reason="pip offers CUDA on Linux alone")
def test_torch_brought_no_cuda():
    names = {canonicalize_name(d.name) for d in distributions()}
    assert not [n for n in names if n.startswith(("nvidia-", "cuda-", "triton"))]
    with pytest.raises(PackageNotFoundError):
        version("triton")


def test_conda_installs_the_course_itself_with_the_same_constraints():
    assert CONDA_PIP == ["-c constraints.txt", "-e ."]


def test_what_conda_installs_is_pinned_as_in_pyproject():
    pins = {name: number for name, number, *_ in CONDA_PINS if name != "python"}
    assert pins == {"pytorch": direct()["torch"]}


def test_condas_torch_is_a_build_without_cuda():
    (build,) = [build for name, _, *build in CONDA_PINS if name == "pytorch"]
    assert build == ["cpu*"]


def test_condas_python_is_one_that_the_course_runs_on():
    (number,) = [number for name, number, *_ in CONDA_PINS if name == "python"]
    assert number in SpecifierSet(PROJECT["requires-python"])


@pytest.mark.parametrize("minor", range(8, 18))
def test_pyproject_and_the_doctor_accept_the_same_pythons(minor):
    accepted = f"3.{minor}" in SpecifierSet(PROJECT["requires-python"])
    assert accepted == (doctor.python_build((3, minor), bits=64).status == "ok")


def test_the_license_file_holds_both_licenses_that_pyproject_names():
    (name,) = PROJECT["license-files"]
    text = (COURSE / name).read_text("utf-8")
    assert all(spdx in text for spdx in PROJECT["license"].split(" AND "))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission to execute")
def test_the_script_of_continuous_integration_can_be_executed():
    assert os.access(COURSE / ".ci" / "run", os.X_OK)


def test_what_the_library_reads_is_in_its_wheel_too():
    library = COURSE / "privlab"
    declared = PYPROJECT["tool"]["setuptools"]["package-data"]["privlab"]
    packed = {path for pattern in declared for path in library.glob(pattern)}
    there = {path for path in library.rglob("*.*") if path.is_file()}
    code = {path for path in there if path.suffix in {".py", ".pyc"}}
    assert there - code - packed == set()
