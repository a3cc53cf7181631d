"""A class server: JupyterHub with the shipped settings, and accounts of its own.

The accounts are real ones of this system, made by the shipped script, logged in by PAM
and deleted afterwards, which takes root. ``test_hub_alone.py`` needs no root: there one
person (whoever runs the tests) has a server, and what others may read is told by the
modes of files alone.
"""

import csv
import io
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from hub_client import Person
from hub_server import COURSE, HUB, running, write_settings
from open_paths import needed_by_python, opened


@dataclass(frozen=True, kw_only=True)
class ClassServer:
    """A running hub: where it is, what it wrote, and everybody's password."""

    url: str
    folder: Path
    settings: Path
    passwords: dict[str, str] = field(default_factory=dict)
    teacher: str = ""

    @property
    def handed_in(self) -> Path:
        return self.folder / "handed-in"

    @property
    def students(self) -> list[str]:
        return [name for name in self.passwords if name != self.teacher]

    def person(self, name: str) -> Person:
        """This person, logged in, with a server and a kernel that runs."""
        person = Person(self.url, name)
        assert person.log_in(self.passwords[name])
        person.start_server()
        person.start_kernel()
        return person


@pytest.fixture(scope="session")
def class_accounts():
    """Two students and a teacher as accounts of this system; gone afterwards."""
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("makes accounts: only root can; test_hub_alone.py runs without")
    tag = f"plt{secrets.token_hex(3)}"
    names = {f"{tag}-students": [f"{tag}a", f"{tag}b"], f"{tag}-teachers": [f"{tag}t"]}
    try:
        yield tag, {g: _accounts(members, g) for g, members in names.items()}
    finally:
        for name in [name for members in names.values() for name in members]:
            _end_processes_of(name)
            subprocess.run(
                ["userdel", "--remove", "--force", name], capture_output=True
            )
        for group in names:
            subprocess.run(["groupdel", group], capture_output=True)
        left = [name for members in names.values() for name in members if _known(name)]
        assert not left, f"accounts that could not be deleted: {left}"


def _accounts(members: list[str], group: str) -> dict[str, str]:
    """Passwords by name, from the script that a teacher runs."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("\n".join(members))
        names.flush()
        command = [sys.executable, HUB / "accounts.py", names.name, "--group", group]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {
        row["name"]: row["password"] for row in csv.DictReader(io.StringIO(done.stdout))
    }


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _end_processes_of(name: str) -> None:
    """End what still runs under this account, process by process."""
    if not _known(name):
        return
    uid = pwd.getpwnam(name).pw_uid
    for process in psutil.process_iter(["uids"]):
        if process.info["uids"] and process.info["uids"].real == uid:
            process.kill()


@pytest.fixture(scope="session")
def public_folder():
    """A folder that every account can enter, as /srv is."""
    folder = Path(tempfile.mkdtemp(prefix="privlab-hub-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def class_server(class_accounts, public_folder):
    """The shipped hub for these accounts, on loopback."""
    tag, accounts = class_accounts
    students, teachers = (
        accounts[f"{tag}-{kind}"] for kind in ("students", "teachers")
    )
    own = {"teachers": f"{tag}-teachers", "students": f"{tag}-students"}
    own |= {"limits": "process"}
    settings = write_settings(public_folder, own)
    (public_folder / "stash").mkdir()
    command = [sys.executable, "-m", "jupyterhub", "-f", HUB / "jupyterhub_config.py"]
    needed = [COURSE, *needed_by_python()]
    command = opened([str(part) for part in command], needed, public_folder / "stash")
    with running(command, public_folder, settings) as url:
        yield ClassServer(
            url=url,
            folder=public_folder,
            settings=settings,
            passwords=students | teachers,
            teacher=next(iter(teachers)),
        )
