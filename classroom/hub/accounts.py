"""Make the class's accounts: sudo python3 accounts.py names.txt > passwords.csv

names.txt has a name on each line (small letters, digits, - and _). Each gets an account
with a home that only they can open, and a random password. Names that have an account
already are put in the group and keep their password. --teachers makes teachers.
"""

import argparse
import csv
import grp
import pwd
import re
import secrets
import subprocess
import sys
from pathlib import Path

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike
LENGTH = 14  # of 32 letters: 70 bits
NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


def main(arguments: list[str]) -> int:
    """Make every account of the list, and print names and passwords as CSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", type=Path)
    parser.add_argument("--teachers", action="store_true")
    parser.add_argument("--group", help="the group, if it is not class.toml's usual")
    options = parser.parse_args(arguments)
    usual = "privlab-teachers" if options.teachers else "privlab-students"
    names = options.names.read_text("utf-8").split()
    wrong = [name for name in names if not NAME.fullmatch(name)]
    if wrong:
        parser.error(f"{wrong[0]!r}: a name has small letters, digits, - and _")
    make_group(options.group or usual)
    table = csv.writer(sys.stdout)
    table.writerow(("name", "password"))
    for name in names:
        table.writerow((name, make_account(name, options.group or usual)))
        sys.stdout.flush()  # a password is told once: before the next can fail
    return 0


def make_group(name: str) -> None:
    """Make the group unless it is there."""
    try:
        grp.getgrnam(name)
    except KeyError:
        call("groupadd", name)


def make_account(name: str, group: str) -> str:
    """Make the account and return its password, empty for one that was there."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        private = ("--create-home", "--key", "HOME_MODE=0700", "--user-group")
        call("useradd", *private, "--shell", "/bin/bash", "--groups", group, name)
        password = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        call("chpasswd", words=f"{name}:{password}\n")
        return password
    call("usermod", "--append", "--groups", group, name)
    return ""


def call(*command: str, words: str = "") -> None:
    subprocess.run(command, input=words, text=True, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
