"""Links to Binder and nbgitpuller: the documented formats, taken apart again."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from privlab.course import cli, links, paths


@pytest.mark.parametrize(
    ("repository", "start"),
    [
        ("https://github.com/anna/kurs", "/v2/gh/anna/kurs/"),
        ("https://github.com/anna/kurs.git", "/v2/gh/anna/kurs/"),
        ("https://gitlab.com/a/b/kurs", "/v2/gl/a%2Fb%2Fkurs/"),
        (
            "https://git.example.edu/kurs",
            "/v2/git/https%3A%2F%2Fgit.example.edu%2Fkurs/",
        ),
    ],
)
def test_binder_gets_repository_branch_and_first_page(repository, start):
    link = urlsplit(links.binder(repository, branch="week/2"))
    assert link.netloc == "mybinder.org"
    assert link.path == f"{start}week%2F2"
    (page,) = parse_qs(link.query)["urlpath"]
    assert (paths.COURSE / page.removeprefix("lab/tree/")).is_file()


def test_nbgitpuller_gets_them_too_and_opens_the_page_in_the_copy():
    link = links.nbgitpuller(
        "https://git.example.edu/x/kurs.git", branch="main", hub="https://hub.edu:8443/"
    )
    parts = urlsplit(link)
    assert parts.netloc == "hub.edu:8443"
    assert unquote(parts.path) == "/hub/user-redirect/git-pull"
    assert parse_qs(parts.query) == {
        "repo": ["https://git.example.edu/x/kurs.git"],
        "branch": ["main"],
        "targetpath": ["kurs"],
        "urlpath": ["lab/tree/kurs/notebooks/00_start_here.ipynb"],
    }


def test_the_command_prints_them(capsys):
    arguments = ["links", "https://github.com/anna/kurs", "--hub", "https://hub.edu"]
    assert cli.main(arguments) == 0
    said = capsys.readouterr().out
    assert "https://mybinder.org/v2/gh/anna/kurs/main?" in said
    assert "https://hub.edu/hub/user-redirect/git-pull?" in said


@pytest.mark.parametrize(
    "wrong", ["github.com/a/b", "http://github.com/a/b", "https://github.com/", "x y"]
)
def test_what_is_no_address_is_named(capsys, wrong):
    assert cli.main(["links", wrong]) == 1
    assert repr(wrong) in capsys.readouterr().err
