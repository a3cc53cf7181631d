"""LaTeX to MathML at build, so that a formula needs neither script nor network.

latex2mathml translates. What browsers draw from its output otherwise than TeX would
(script letters, primes, limits, the room around signs) is put right in the tree; what
they may call is MathML Core (W3C). The letters come from STIX Two Math (SIL Open Font
License 1.1), cut down to those that the book uses.
"""

import io
import re
from functools import cache
from importlib import resources
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from fontTools import subset
from latex2mathml.converter import convert

SPACE = "http://www.w3.org/1998/Math/MathML"
CAPITALS = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
# Some capitals had a place in Unicode before the block of the others came.
VARIANTS = {
    "script": {
        **dict(zip(CAPITALS, map(chr, range(0x1D49C, 0x1D4B6)), strict=True)),
        **dict(zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True)),
    },
    "double-struck": {
        **dict(zip(CAPITALS, map(chr, range(0x1D538, 0x1D552)), strict=True)),
        **dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    },
}
ITALIC = "".join(map(chr, (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))))
PRIME, BAR, NORM, MINUS = "′", "|", "‖", "−"
CLOSE_SET = {"/", ".", BAR, NORM, PRIME}  # no room on either side
WITH_LIMITS = {"max", "min"}  # in a display: what is under them stands below
OPENING = {"(", "[", "{", "⟨", "⌈", "⌊"}
OPERANDS = {"mi", "mn", "msub", "msup", "msubsup", "mfrac"}
ROOT = "√"  # drawn for a square root, and no text of it
THIN = "0.167em"

ElementTree.register_namespace("", SPACE)


class FormulaError(ValueError):
    """A formula that cannot be translated; the text holds it."""


@cache
def mathml(latex: str, *, display: bool) -> str:
    """The ``<math>`` element for ``latex``, between lines if ``display``.

    ``FormulaError`` where a command is unknown: what latex2mathml does not know it
    would show as it was typed.
    """
    braces = re.sub(r"\\[{}]", "", latex)
    if braces.count("{") != braces.count("}"):
        raise FormulaError(f"{latex!r}: a brace in it is not closed")
    words = re.sub(r"\\text\{[^}]*\}", lambda text: text[0].replace(r"\_", "_"), latex)
    try:
        root = ElementTree.fromstring(
            convert(words, display="block" if display else "inline")
        )
    except Exception as error:  # its parser raises whatever it trips over
        raise FormulaError(f"{latex!r}: {error!r}") from error
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SPACE}}}")
    _arrange(root, display=display)
    if "\\" in "".join(root.itertext()):
        raise FormulaError(f"{latex!r}: a command in it is unknown")
    text = ElementTree.tostring(root, encoding="unicode")
    return text.replace("<math", f'<math xmlns="{SPACE}"', 1)


def _arrange(element: Element, *, display: bool) -> None:
    """Put right ``element`` and, before it, all that it holds."""
    for child in element:
        _arrange(child, display=display)
    if element.tag == "mi" and element.get("mathvariant") in VARIANTS:
        letters = VARIANTS[element.attrib.pop("mathvariant")]
        element.text = "".join(letters.get(own, own) for own in element.text)
    elif element.tag == "mo":
        _fit(element)
    elif element.tag == "msup" and element[1].text == PRIME:
        _prime(element)
    elif element.tag == "msub" and display and element[0].text in WITH_LIMITS:
        element.tag = "munder"
    elif element.tag in ("mrow", "math"):
        _join_upright(element)
        _space(element)


def _fit(sign: Element) -> None:
    if sign.text in CLOSE_SET:
        sign.set("lspace", "0")
        sign.set("rspace", "0")
    if sign.text == NORM:
        sign.set("stretchy", "false")  # else each bar is as high as what follows


def _prime(power: Element) -> None:
    """A prime is raised and small by itself: as an exponent it would shrink twice."""
    power.tag = "mrow"
    power[1].tag = "mo"
    _fit(power[1])


def _join_upright(row: Element) -> None:
    """A word set letter by letter becomes one name, for screen readers too."""
    letters = [child.text for child in row]
    upright = {(child.tag, child.get("mathvariant")) for child in row}
    if len(row) > 1 and upright == {("mi", "normal")}:
        for child in list(row)[1:]:
            row.remove(child)
        row[0].text = "".join(letters)
        del row[0].attrib["mathvariant"]  # a name of several letters is upright


def _space(row: Element) -> None:
    """Room after a function's name unless a bracket follows; none after a sign."""
    children = list(row)
    for place in range(len(children) - 1, -1, -1):
        before = children[place - 1] if place else None
        after = children[place + 1] if place + 1 < len(children) else None
        here = children[place]
        if here.tag == "mo" and here.text == MINUS and _begins(before):
            here.set("form", "prefix")
        if _function(here) and after is not None:
            opens = after.tag == "mo" and after.text in OPENING
            _bare(here)
            if not opens and after.tag not in ("mo", "mspace"):
                row.insert(place + 1, Element("mspace", width=THIN))
        if _function(here) and before is not None and before.tag in OPERANDS:
            row.insert(place, Element("mspace", width=THIN))


def _begins(before: Element | None) -> bool:
    return before is None or (
        before.tag == "mo" and before.text in {*OPENING, ",", ";"}
    )


def _name(element: Element) -> Element:
    """The name of a function that may carry an index."""
    return element[0] if element.tag in ("msub", "munder") else element


def _function(element: Element) -> bool:
    name = _name(element)
    return name.tag in ("mi", "mo") and bool(re.fullmatch("[A-Za-z]{2,}", name.text))


def _bare(function: Element) -> None:
    """A function's name without the room that an operator has."""
    if (name := _name(function)).tag == "mo" and name.text != "mod":
        name.set("lspace", "0")
        name.set("rspace", "0")


def font(letters: str) -> bytes:
    """STIX Two Math with ``letters``, ASCII and the mathematical italics, as WOFF."""
    options = subset.Options(flavor="woff", layout_features=["*"], name_IDs=["*"])
    place = resources.files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
    with resources.as_file(place) as path:
        whole = subset.load_font(str(path), options)
    cut = subset.Subsetter(options)
    cut.populate(
        text=letters + ITALIC + ROOT + "ℎ" + "".join(map(chr, range(0x20, 0x7F)))
    )
    cut.subset(whole)
    whole.flavor = "woff"
    written = io.BytesIO()
    whole.save(written)
    return written.getvalue()
