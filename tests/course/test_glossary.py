"""The glossary: whole, without doubles, and what the lessons themselves say."""

import re
from collections import Counter

import pytest

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.contents import READY, number
from privlab.course.glossary import LESSONS, glossary, search, terms, with_notes

CHINESE = "[\u4e00-\u9fff]"
BRACKET = re.compile(rf"\(([^()]*{CHINESE}[^()]*)\)")
BROKEN = re.compile(rf"(?<={CHINESE}|－) (?={CHINESE})")  # a line ended in a word
NEAR = 80  # characters before a bracket in which its English term must stand


def prose(path):
    cells = nb.read(path).cells
    return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")


def lessons():
    paths_of = sorted((paths.COURSE / "source" / "notebooks").glob("*.py"))
    found = {number(path.stem): prose(path) for path in paths_of}
    return {lesson: text for lesson, text in found.items() if lesson in READY}


PROSE = lessons()


def plain(text):
    """Without emphasis and line breaks; small letters."""
    return re.sub(r"\s+", " ", text.replace("*", "")).lower()


def introduced(text):
    """Every (English before and in the bracket, Chinese), headings left out."""
    body = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    body = plain(body)
    for match in BRACKET.finditer(body):
        parts = re.split("[;,]", match[1])
        chinese = next(p.strip() for p in parts if re.search(CHINESE, p))
        chinese = BROKEN.sub("", chinese)
        yield body[max(match.start() - NEAR, 0) : match.start()] + match[1], chinese


def words(term):
    return [w.lower() for w in (term.name, *term.also)]


@pytest.mark.parametrize("lesson", sorted(PROSE))
def test_what_a_lesson_introduces_is_in_the_glossary_with_its_chinese(lesson):
    missing = [
        (english[-30:], chinese)
        for english, chinese in introduced(PROSE[lesson])
        if not any(
            chinese in [c.lower() for c in term.chinese]
            and any(word in english for word in words(term))
            for term in terms()
        )
    ]
    assert not missing, "add these to privlab/course/glossary.csv"


def test_the_collector_finds_terms_and_their_chinese():
    text = "# Title (标题)\nThe *noise\nmultiplier* (噪声乘数; A 2016), no (aside)."
    [(english, chinese)] = introduced(text)
    assert "the noise multiplier" in english
    assert chinese == "噪声乘数"


def test_no_term_stands_twice():
    names = Counter(term.name.lower() for term in terms())
    assert max(names.values()) == 1
    assert len(names) >= 150


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_a_term_is_whole_and_its_lesson_uses_it(term):
    assert term.lesson in LESSONS
    assert term.chinese
    assert term.definition[0].isupper() or not term.definition[0].isalpha()
    assert term.definition.endswith(".")
    if term.lesson in PROSE:
        text = plain(PROSE[term.lesson])
        assert any(word in text for word in words(term)), "not used in its lesson"


def test_look_up_in_both_languages_and_what_is_near():
    assert glossary("Sensitivity").chinese == ("敏感度",)
    assert glossary("敏感度") is glossary("sensitivity")
    assert glossary("Rényi 差分隐私").lesson == "4.1"
    with pytest.raises(KeyError, match="sensitivity"):
        glossary("sensitivty")


def test_search_puts_names_before_explanations():
    found = search(word="secure").terms
    assert found[0].name == "secure aggregation"
    named = ["secure" in term.name for term in found]
    assert named == sorted(named, reverse=True)
    assert search(word="联邦").terms
    assert search(word="xyzzy").terms == ()
    assert search(word="xyzzy").summary == "No term of the glossary fits."
    assert len(search(word="").terms) == len(terms())


MARKED = re.compile(r'<abbr title="([^"]*)">(.*?)</abbr>')


def noted(text, lesson="00"):
    (found,) = with_notes([text], lesson=lesson)
    return found


def marked(text):
    return [word for _, word in MARKED.findall(text)]


@pytest.mark.parametrize("lesson", sorted(PROSE))
def test_notes_add_tags_and_change_no_word(lesson):
    text = noted(PROSE[lesson], lesson)
    assert MARKED.sub(r"\2", text) == PROSE[lesson]
    words_marked = [word.lower() for word in marked(text)]
    assert len(set(words_marked)) == len(words_marked)
    found = [glossary(word) for word in words_marked]
    assert not [term for term in found if term.lesson == lesson or term.everyday]


def test_most_lessons_lean_on_terms_of_others():
    leaning = [lesson for lesson, text in PROSE.items() if marked(noted(text, lesson))]
    assert len(leaning) > 20


def test_a_note_tells_the_chinese_and_the_meaning_once_in_a_lesson():
    texts = ["The sensitivity; sensitivity again; insensitivity.", "Sensitivity."]
    first, second = with_notes(texts, lesson="4.1")
    assert marked(first) == ["sensitivity"]
    assert MARKED.search(first)[1].startswith("敏感度: The most")
    assert second == texts[1]
    assert with_notes(texts, lesson="3.1") == texts  # it is taught there


def test_notes_keep_out_of_code_formulas_links_and_headings():
    kept = "# Noise and sensitivity\n`sensitivity` $sensitivity$ [sensitivity](x.md)"
    assert noted(kept) == kept


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_a_definition_can_stand_in_markdown(term):
    """A formula or code in a note would break the text around it."""
    assert not re.search(r"[$`]", term.definition)


def test_an_everyday_word_gets_no_note():
    assert noted("The client meets the server.", lesson="4.1").count("<") == 0


def test_the_longer_term_is_marked_first():
    assert marked(noted("local differential privacy")) == ["local differential privacy"]
    assert marked(noted("local differential privacy", lesson="4.4")) == []
