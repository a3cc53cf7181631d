"""``privlab links``: addresses that open the course on Binder or on a JupyterHub.

They follow from the address of a public repository of the course, which this course
cannot know: mybinder.org's and nbgitpuller's documented formats, nothing looked up.
"""

import argparse
import re
import sys
from urllib.parse import quote, urlencode

FIRST = "notebooks/00_start_here.ipynb"
ADDRESS = re.compile(r"https://([\w.-]+(?::\d+)?)/([\w./~-]*[\w~-])/?")


class NoAddress(Exception):
    """What is wrong with an address, in one sentence."""


def binder(repository: str, *, branch: str) -> str:
    """The link to the first page on mybinder.org, which reads environment.yml."""
    host, path = _parts(repository)
    if host == "github.com":
        if path.count("/") != 1:
            raise NoAddress(f"{repository!r} must be https://github.com/OWNER/NAME")
        where = f"gh/{path}"
    elif host == "gitlab.com":
        where = f"gl/{quote(path, safe='')}"
    else:
        where = f"git/{quote(repository, safe='')}"
    query = urlencode({"urlpath": f"lab/tree/{FIRST}"})
    return f"https://mybinder.org/v2/{where}/{quote(branch, safe='')}?{query}"


def nbgitpuller(repository: str, *, branch: str, hub: str) -> str:
    """The link that copies the course into a JupyterHub account and opens it.

    The hub must have nbgitpuller and the course's packages.
    """
    _parts(hub + "/hub")
    _, path = _parts(repository)
    folder = path.rpartition("/")[2].removesuffix(".git")
    query = {"repo": repository, "branch": branch, "targetpath": folder}
    query["urlpath"] = f"lab/tree/{folder}/{FIRST}"
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(query)}"


def badge(repository: str, *, branch: str) -> str:
    """Markdown of a link to Binder, for a page that shows the course."""
    return f"[Open on Binder]({binder(repository, branch=branch)})"


def _parts(address: str) -> tuple[str, str]:
    """The host and the path of an https address; ``NoAddress`` if it is none."""
    found = ADDRESS.fullmatch(address)
    if not found:
        raise NoAddress(
            f"{address!r} must be an address such as https://HOST/OWNER/NAME"
        )
    return found.group(1), found.group(2).removesuffix(".git")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The repository, its branch, and a hub for nbgitpuller."""
    parser.add_argument("repository", help="https://HOST/OWNER/NAME, public")
    parser.add_argument("--branch", default="main")
    parser.add_argument("--hub", help="https://… of a JupyterHub with nbgitpuller")


def run(options: argparse.Namespace) -> int:
    """Print the links; 1 if an address is none."""
    where, branch = options.repository, options.branch
    try:
        print(f"Binder:      {binder(where, branch=branch)}")
        print(f"Markdown:    {badge(where, branch=branch)}")
        if options.hub:
            link = nbgitpuller(where, branch=branch, hub=options.hub)
            print(f"nbgitpuller: {link}")
    except NoAddress as error:
        print(error, file=sys.stderr)
        return 1
    return 0
