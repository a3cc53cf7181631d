"""The ``privlab`` command: one subcommand per job, each in its own module."""

import argparse
import importlib
import sys
from collections.abc import Sequence

# name: (its module, its line of help). The module, which adds its options to a parser
# and runs, is loaded when it is named: the doctor must work where the rest does not.
COMMANDS = {
    "build": ("privlab.course.build", "make the notebooks from source/"),
    "book": ("privlab.course.book.command", "make web pages from the notebooks"),
    "doctor": ("privlab.course.doctor", "check this computer for the course"),
    "grade": ("privlab.course.grade.command", "mark what students handed in"),
    "slides": ("privlab.course.slides", "write a lesson's slides as one HTML file"),
    "quiz": ("privlab.course.gift", "print quiz questions for Moodle"),
    "progress": ("privlab.course.progress", "show, export or certify what you passed"),
    "links": ("privlab.course.links", "make Binder and nbgitpuller links"),
    "submit": ("privlab.course.submit", "hand in exercises on a class server"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``privlab NAME …`` and return the exit status, 0 for success.

    A wrong command line ends with argparse's usage and status 2 (``SystemExit``).
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    named = arguments[0] if arguments else None
    parser = argparse.ArgumentParser(prog="privlab", description=__doc__)
    names = parser.add_subparsers(dest="name", metavar="NAME", required=True)
    command = None
    for name, (module, about) in COMMANDS.items():
        own = names.add_parser(name, help=about, description=about)
        if name == named:
            command = importlib.import_module(module)
            command.add_arguments(own)
    options = parser.parse_args(arguments)  # ends here unless a command is named
    return command.run(options)


if __name__ == "__main__":
    sys.exit(main())
