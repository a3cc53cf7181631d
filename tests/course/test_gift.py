"""The bank in GIFT: a small reader of the format gives back every item."""

import re
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privlab.course.cli import main
from privlab.course.gift import escaped, gift
from privlab.course.quiz import Item, bank, items

UNIT = re.compile(r"\\.|.", re.S)  # a sign with its backslash is one unit


def cut(text, signs):
    """``text`` cut before each unescaped sign: pairs of a sign and what follows."""
    pieces = [["", ""]]
    for unit in UNIT.findall(text):
        if unit in signs:
            pieces.append([unit, ""])
        else:
            pieces[-1][1] += unit
    return pieces


def plain(text):
    """Without format, weight, backslashes and the blanks around it."""
    text = re.sub(r"^(%-?\d+%)?(\[plain\])?", "", text.strip())
    return re.sub(r"\\(.)", r"\1", text).strip()


def imported(text):
    """What Moodle's filter would see: (name, text, [(right, option, why)])."""
    found = []
    for block in re.split(r"\n\s*\n", text):
        lines = [x for x in block.splitlines() if not x.startswith(("//", "$CATEGORY"))]
        if not lines:
            continue
        pieces = cut("\n".join(lines), "{}")
        (_, head), (opened, body), (closed, rest) = pieces
        assert (opened, closed, rest.strip()) == ("{", "}", "")
        _, name, asked = re.split(r"(?<!\\)::", head)
        options = []
        for sign, option in cut(body, "=~")[1:]:
            (_, said), (_, why) = cut(option, "#")
            options.append((sign == "=", plain(said), plain(why)))
        found.append((plain(name), plain(asked), options))
    return found


def one_line(text):
    return " ".join(text.split())


def content(item):
    rows = enumerate(zip(item.options, item.why, strict=True))
    options = [(i == item.right, one_line(o), one_line(w)) for i, (o, w) in rows]
    return item.id, one_line(item.text), options


def test_the_whole_bank_comes_back():
    assert imported(gift(bank())) == [content(item) for item in bank()]


def test_each_lesson_has_a_category_of_its_own():
    text = gift(bank())
    lessons = list(dict.fromkeys(item.lesson for item in bank()))
    assert re.findall(r"^\$CATEGORY: privlab/(.+)$", text, re.M) == lessons


texts = st.text(min_size=1).filter(str.strip)


@given(st.lists(texts, min_size=7, max_size=7))
@example(["%50%a", "[html]b", "c::d", "e\\", "\\n", "{=~#}", "// f"])
@example(["a\n\nb", "->", "=", "~", "#", ":", "\\\\"])
def test_any_text_comes_back(seven):
    asked, *rest = seven
    options = tuple(f"{text} {i}" for i, text in enumerate(rest[:3]))
    item = Item(
        id="q-1.1-1",
        lesson="1.1",
        level=1,
        text=asked,
        options=options,
        right=1,
        why=tuple(rest[3:]),
    )
    assert imported(gift([item])) == [content(item)]


@given(st.text())
def test_no_sign_is_left_bare(text):
    assert not re.search(r"[~=#{}:]", re.sub(r"\\.", "", escaped(text)))
    assert "\n" not in escaped(text)


def test_the_command_prints_a_lesson_as_utf8():
    command = [sys.executable, "-m", "privlab.course.cli", "quiz", "--format", "gift"]
    done = subprocess.run([*command, "--lesson", "3.1", "2"], capture_output=True)
    assert done.returncode == 0
    assert done.stdout.decode("utf-8").replace("\r", "") == gift(
        items("3.1") + items("2")
    )


def test_a_lesson_that_is_not_there_is_named(capsys):
    assert main(["quiz", "--lesson", "0.7"]) == 1
    assert "no quiz for lesson '0.7'" in capsys.readouterr().err


def test_another_format_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["quiz", "--format", "paper"])
