"""Formulas as MathML: every one of the course, and what browsers would draw wrong."""

import io
import re
from xml.etree import ElementTree

import nbformat
import pytest
from fontTools.ttLib import TTFont

from privlab.course import build
from privlab.course.book.mathematics import FormulaError, font, mathml

FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$]+)\$", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def tags(latex, *, display=False):
    return [e.tag.split("}")[1] for e in tree(latex, display=display).iter()]


def tree(latex, *, display=False):
    return ElementTree.fromstring(mathml(latex, display=display))


def formulas():
    for target in build.targets([]):
        for cell in nbformat.read(target.path, as_version=4).cells:
            if cell.cell_type == "markdown":
                yield from FORMULA.findall(CODE.sub("", cell.source))


def test_every_formula_of_the_course_is_translated_and_has_its_letters_in_the_font():
    every = [mathml(a or b, display=bool(a)) for a, b in set(formulas())]
    assert len(every) > 400
    letters = {
        c for own in every for c in "".join(ElementTree.fromstring(own).itertext())
    }
    cut = TTFont(io.BytesIO(font("".join(sorted(letters)))))
    assert letters - set(map(chr, cut.getBestCmap())) <= set("\n")
    assert "MATH" in cut  # the table that says how high a root and a bracket grow


def test_the_font_is_the_same_bytes_twice():
    assert font("∑√") == font("∑√")


@pytest.mark.parametrize("latex", [r"\nosuchthing{x}", r"\frac{1", r"\text{a} \foo"])
def test_what_is_not_understood_is_refused_by_name(latex):
    with pytest.raises(FormulaError) as error:
        mathml(latex, display=False)
    assert repr(latex) in str(error.value)


def test_letters_of_a_script_or_double_struck_alphabet_are_those_of_unicode():
    assert "".join(tree(r"\mathcal D\mathcal L\mathbb R").itertext()) == "𝒟ℒℝ"


def test_a_prime_does_not_shrink_twice():
    assert "msup" not in tags("D'")
    assert "".join(tree("D'").itertext()) == "D′"


def test_a_limit_stands_below_in_a_display_and_beside_in_a_line():
    assert "munder" in tags(r"\max_x f", display=True)
    assert "munder" not in tags(r"\max_x f")


def test_a_function_has_room_before_its_argument_but_not_before_a_bracket():
    assert "mspace" in tags(r"\ln p")
    assert "mspace" not in tags(r"\ln(p)")


def test_a_word_is_one_name():
    word, *_ = tree(r"\mathrm{onehot}(y)").itertext()
    assert word == "onehot"


def test_a_minus_that_begins_is_a_sign():
    signs = [e.get("form") for e in tree("-1-(-2)").iter() if e.text == "−"]
    assert signs == ["prefix", None, "prefix"]
