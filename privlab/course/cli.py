"""The ``privlab`` command: one subcommand per job, each in its own module."""

import argparse
import sys
from collections.abc import Sequence

from privlab.course import build, doctor
from privlab.course.grade import command as grade

# name: (adds its options to a parser, runs and returns the exit status);
# the first line of what runs is the line of help
COMMANDS = {
    "build": (build.add_arguments, build.run),
    "doctor": (doctor.add_arguments, doctor.run),
    "grade": (grade.add_arguments, grade.run),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``privlab NAME …`` and return the exit status, 0 for success.

    A wrong command line ends with argparse's usage and status 2 (``SystemExit``).
    """
    parser = argparse.ArgumentParser(prog="privlab", description=__doc__)
    names = parser.add_subparsers(dest="name", metavar="NAME", required=True)
    for name, (add_arguments, run) in COMMANDS.items():
        about = (run.__doc__ or "").partition("\n")[0]
        add_arguments(names.add_parser(name, help=about, description=about))
    options = parser.parse_args(arguments)
    _, run = COMMANDS[options.name]
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
