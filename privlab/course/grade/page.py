"""Pieces of a page that stands alone: nothing is loaded, and no stranger's text runs.

Whatever a student wrote (a name, an error's text) goes through ``text``.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

from privlab.course.grade import results

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5b6168; --line: #d9dce0;
  --back: #fff; --band: #f5f6f8; --good: #00654a; --bad: #a03c00; --unsure: #6a4a00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e9eb; --soft: #a9afb6; --line: #43484e; --back: #17191c;
    --band: #22252a; --good: #5fd3b0; --bad: #ff9d66; --unsure: #f0c75e; } }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
main.wide { max-width: 80rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; }
p { margin: .4rem 0; }
a { color: inherit; }
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); }
.unsure { color: var(--unsure); }
.good, .bad, .unsure { font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .95rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
td.number, th.number { text-align: right; white-space: nowrap; }
section { border-top: 1px solid var(--line); }
section h2 { margin-top: 1.2rem; }
ul.properties { list-style: none; padding: 0; margin: .75rem 0; }
ul.properties li { padding: .45rem .75rem; margin: .35rem 0; background: var(--band);
  border-left: 4px solid var(--line); overflow-wrap: anywhere; }
ul.properties p { margin: .25rem 0 0; }
aside { border: 2px solid var(--unsure); padding: .6rem 1rem; margin: 1rem 0;
  overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; }
"""
NUMBER = re.compile(r"-?[\d.]+(e-?\d+)?( %)?")
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# The browser is told to load and run nothing, whatever slips into the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

# verdict: (sign, words, class): never the colour alone
LOOKS = {
    results.PASS: ("✓", "passed", "good"),
    results.PARTIAL: ("◐", "partly passed", "unsure"),
    results.WRONG: ("✗", "not passed", "bad"),
    results.TIMEOUT: ("✗", "out of time", "bad"),
    results.MEMORY: ("✗", "out of memory", "bad"),
    results.CRASH: ("✗", "stopped its process", "bad"),
    results.MISSING: ("○", "not answered", "bad"),
    results.GRADER_ERROR: ("?", "no mark yet", "unsure"),
}


def page(title: str, body: str, *, kind: str = "") -> str:
    """A whole document; ``title`` is plain text and ``body`` is HTML."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main class="{kind}">
{body}
</main>
</body>
</html>
"""


def text(value: object) -> str:
    """``value`` as text of a page: all that would be markup is escaped.

    What cannot be written, or turns the direction of what follows, becomes U+FFFD.
    """
    shown = ("\ufffd" if _is_harmful(c) else c for c in str(value))
    return html.escape("".join(shown))


def _is_harmful(character: str) -> bool:
    control = unicodedata.category(character) in ("Cc", "Cs")
    return (control and character not in "\n\t") or character in TURNING


def name(student: str) -> str:
    """A student's name, whichever way its script runs."""
    return f"<bdi>{text(student)}</bdi>"


def number(value: float | None) -> str:
    """A number as short as it can be; a dash where there is none."""
    return "–" if value is None else f"{round(value, 2):g}"


def verdict(kind: str) -> str:
    """A verdict as a sign and in words."""
    sign, words, look = LOOKS[kind]
    return f'<span class="{look}">{sign} {words}</span>'


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; columns of numbers are set right."""
    rows = [list(row) for row in rows]
    looks = [_look([row[column] for row in rows]) for column in range(len(head))]
    titles = zip(looks, head, strict=True)
    top = "".join(f'<th scope="col"{look}>{text(t)}</th>' for look, t in titles)
    lines = [
        "<tr>"
        + "".join(f"<td{look}>{c}</td>" for look, c in zip(looks, row, strict=True))
        + "</tr>"
        for row in rows
    ]
    return (
        f'<div class="scroll"><table><caption>{text(caption)}</caption>\n'
        f"<thead><tr>{top}</tr></thead>\n<tbody>\n"
        + "\n".join(lines)
        + "\n</tbody></table></div>\n"
    )


def _look(cells: list[str]) -> str:
    numeric = all(c in ("–", "") or NUMBER.fullmatch(c) for c in cells)
    return ' class="number"' if numeric and cells else ""
