"""The class server without root: one person, and no accounts are made.

Weaker than ``test_class_hub.py``: the password is a test's own, and there is nobody
else who could try to read; the modes of the files have to tell.
"""

import getpass
import grp
import os
import stat
import sys

import pytest
import requests
from hub_client import Person
from hub_server import COURSE, HUB, running, write_settings

from privlab.course.grade.submissions import collect

LESSON = "03_1_differential_privacy"
CONFIG = """
load_subconfig({shipped!r})
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "open"
c.DummyAuthenticator.allowed_users = {{{name!r}}}
c.Spawner.environment.update({environment!r})
c.Spawner.notebook_dir = {work!r}
c.Spawner.args += {arguments!r}
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The person who runs the tests at work, and the folder of the class."""
    if os.name == "nt":
        pytest.skip("the class server is for Linux")
    folder, name = tmp_path_factory.mktemp("hub"), getpass.getuser()
    group = grp.getgrgid(os.getegid()).gr_name
    settings = write_settings(
        folder, {"teachers": group, "students": group, "limits": "process"}
    )
    work, own = str(folder / "work"), str(folder / "own")
    named = ("CONFIG", "DATA", "RUNTIME")
    environment = {f"JUPYTER_{kind}_DIR": f"{own}/{kind}" for kind in named}
    environment |= {"PRIVLAB_WORK": work, "PRIVLAB_HOME": own}
    arguments = ["--allow-root"] if os.geteuid() == 0 else []
    text = CONFIG.format(
        shipped=str(HUB / "jupyterhub_config.py"),
        name=name,
        environment=environment,
        work=work,
        arguments=arguments,
    )
    (folder / "config.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "jupyterhub", "-f", str(folder / "config.py")]
    with running(command, folder, settings) as url:
        person = Person(url, name)
        assert person.log_in("open")
        person.start_server()
        person.start_kernel()
        yield person, folder


def test_a_wrong_password_and_an_unknown_name_are_refused(alone):
    person, _ = alone
    assert not Person(person.url, person.name).log_in("shut")
    assert not Person(person.url, "somebody").log_in("open")


def test_behind_tls_every_cookie_goes_over_tls_alone(tmp_path):
    settings = write_settings(tmp_path, {}, tls=True)
    shipped = HUB / "jupyterhub_config.py"
    command = [sys.executable, "-m", "jupyterhub", "-f", str(shipped)]
    with running(command, tmp_path, settings) as url:
        cookies = requests.get(f"{url}/hub/login", timeout=20).cookies
    assert [cookie.secure for cookie in cookies] == [True]


def test_the_copy_is_the_courses_and_for_its_owner_alone(alone):
    _, folder = alone
    copied = folder / "work" / "exercises" / f"{LESSON}.ipynb"
    original = COURSE / "exercises" / f"{LESSON}.ipynb"
    assert copied.read_bytes() == original.read_bytes()
    assert stat.S_IMODE(copied.stat().st_mode) & 0o077 == 0


def test_what_is_handed_in_is_for_the_owner_and_the_teachers_group(alone):
    person, folder = alone
    said = person.run(f"!privlab submit {LESSON[:4]}")
    assert f"Handed in {LESSON}.ipynb: 0 of " in said
    (found,) = collect(folder / "handed-in")
    assert found.student == person.name
    modes = [
        stat.S_IMODE(path.stat().st_mode)
        for path in (folder / "handed-in", *sorted((folder / "handed-in").rglob("*")))
    ]
    assert modes == [0o751, 0o2750, 0o640]


def test_a_kernel_has_the_limits(alone):
    person, _ = alone
    assert "MemoryError" in person.run("taken = bytearray(3_500_000_000)")
    assert person.run("import os; len(os.sched_getaffinity(0)) <= 2") == "True\n"
