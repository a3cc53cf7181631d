"""The book as a reader opens it: every page, every link, both themes, a phone."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from contrast import ratio, too_faint

from privlab.course import paths
from privlab.course.book import pages, search

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LOOK = """async () => {
  await document.fonts.ready;
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  await Promise.all(images.map(image => image.decode().catch(() => {})));
  return {
    links: [...document.links].map(link => link.href),
    anchors: [...document.querySelectorAll("[id]")].map(own => own.id),
    broken: images.filter(i => !i.naturalWidth || !i.alt.trim()).map(i => i.src),
    wide: document.documentElement.scrollWidth - innerWidth,
    language: document.documentElement.lang,
    chinese: [...document.body.querySelectorAll("*")].filter(own =>
      !own.closest("[lang=zh-Hans], title, script") &&
      [...own.childNodes].some(n => n.nodeType === 3 &&
        /[\\u4e00-\\u9fff]/.test(n.data))
    ).map(own => own.outerHTML.slice(0, 80)),
    open: document.querySelectorAll("details[open]").length,
    folds: document.querySelectorAll("details").length,
    formulas: document.querySelectorAll("math").length,
  };
}"""


@dataclass(kw_only=True)
class Site:
    """The book on a loopback address, and all that went wrong while it was read."""

    folder: Path
    root: str
    page: object
    problems: list[str] = field(default_factory=list)

    def open(self, address: str):
        self.page.goto(self.root + address)
        return self.page


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The book as the command makes it, with sets in another order than here."""
    place = tmp_path_factory.mktemp("book")
    command = [sys.executable, "-m", "privlab.course.cli", "book", "--to", str(place)]
    seed = {"PYTHONHASHSEED": "1"}
    subprocess.run(command, check=True, env=os.environ | seed, timeout=300)
    return place


@pytest.fixture(scope="module")
def site(folder, browser):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}/"
        context = browser.new_context(viewport=PHONE)
        page = context.new_page()
        found = Site(folder=folder, root=root, page=page)

        def refuse(route):
            found.problems.append(f"asked for {route.request.url}")
            route.abort()

        context.route(re.compile(rf"^(?!{re.escape(root)}|data:)"), refuse)
        page.on("console", lambda m: m.type == "error" and note(found, m.text))
        page.on("pageerror", lambda error: note(found, str(error)))
        page.on("requestfailed", lambda r: note(found, f"failed: {r.url}"))
        page.on("response", lambda r: r.ok or note(found, f"{r.status}: {r.url}"))
        yield found
        context.close()
        server.shutdown()


def note(site, problem):
    site.problems.append(f"{site.page.url}: {problem}")


@pytest.fixture(scope="module")
def seen(site):
    """What every page shows on a phone, by its place in the book."""
    found = {}
    for path in sorted(site.folder.rglob("*.html")):
        address = path.relative_to(site.folder).as_posix()
        found[address] = site.open(address).evaluate(LOOK)
    return found


def gathered(seen, name):
    return {address: about[name] for address, about in seen.items() if about[name]}


def test_every_notebook_has_its_page(seen):
    made = [
        path.stem
        for kind in pages.KINDS
        for path in (paths.COURSE / kind).glob("*.ipynb")
    ]
    assert len(made) > 50
    assert len(seen) == len(made) + 3  # contents, glossary, search
    assert sum(about["formulas"] for about in seen.values()) > 500


def test_no_page_complains_or_asks_for_anything_from_elsewhere(seen, site):
    assert site.problems == []


def test_every_picture_loads_and_has_words(seen):
    assert gathered(seen, "broken") == {}


def test_every_link_leads_to_a_page_and_an_anchor_of_the_book(seen, site):
    lost = set()
    for address, about in seen.items():
        for link in about["links"]:
            page, anchor = urldefrag(link.removeprefix(site.root))
            if page not in seen or (
                anchor and unquote(anchor) not in seen[page]["anchors"]
            ):
                lost.add(f"{address} -> {link}")
    assert lost == set()


def test_no_page_is_wider_than_a_phone(seen):
    assert {a: w for a, w in gathered(seen, "wide").items() if w > 0} == {}


def test_every_chinese_word_says_that_it_is_chinese(seen):
    assert {about["language"] for about in seen.values()} == {"en"}
    assert gathered(seen, "chinese") == {}


def test_everything_that_folds_is_folded_at_first(seen):
    assert gathered(seen, "open") == {}
    solutions = {a: f for a, f in gathered(seen, "folds").items() if "solutions/" in a}
    assert len(solutions) == len(list((paths.COURSE / "solutions").glob("*.ipynb")))


def test_black_on_white_has_the_contrast_that_the_standard_gives():
    assert ratio((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert ratio((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    [
        "index.html",
        "glossary.html",
        "search.html?q=laplace",
        "notebooks/03_1_differential_privacy.html",
        "notebooks/05_1_the_article_listing.html",
        "exercises/03_1_differential_privacy.html",
        "solutions/04_1_dp_mathematics.html",
    ],
)
def test_text_stands_out_in_both_themes(address, theme, site):
    site.page.emulate_media(color_scheme=theme)
    site.page.set_viewport_size(DESK)
    page = site.open(address)
    page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = 1"
    )
    assert too_faint(page) == {}


def test_a_solution_opens_by_the_keyboard(site):
    page = site.open("solutions/03_1_differential_privacy.html#dp-02")
    fold = page.locator("details").nth(1)
    assert not fold.locator(".highlight").first.is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "def private_mean" in fold.locator(".highlight").first.inner_text()
    assert fold.locator(".highlight").first.is_visible()


def test_the_first_tab_leads_past_the_contents_to_the_text(site):
    page = site.open("notebooks/03_1_differential_privacy.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "text"


@pytest.mark.parametrize("place", ["served", "on a disk"])
@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("secure aggregation", "Federated learning"),
        ("裁剪", "clipping"),
        ("Paillier", "omomorphic"),
    ],
)
def test_a_search_from_any_page_finds_and_opens(asked, page, place, site, folder):
    start = "notebooks/00_start_here.html"
    if place == "served":
        here = site.open(start)
    else:
        here = site.page.context.browser.new_page()
        here.goto(f"{folder.as_uri()}/{start}")
    here.get_by_role("searchbox").fill(asked)
    here.keyboard.press("Enter")
    found = here.locator("#found li").filter(has_text=page).first
    words = found.locator("a").inner_text()
    found.locator("a").click()
    here.wait_for_url("**/*.html#*")
    anchor = unquote(urldefrag(here.url).fragment)
    target = here.locator(f'[id="{anchor}"]')
    assert words.split()[0] in target.inner_text()
    if place != "served":
        here.close()


def test_a_search_that_finds_nothing_says_so_and_markup_stays_text(site):
    page = site.open("search.html?q=" + "%3Cimg%20src%3Dx%3E%20zzz")
    assert page.locator("#count").inner_text() == "0 found for “<img src=x> zzz”."
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize(
    "text", ["Clip FIRST: ε-DP, 3.1!", "差分隐私 (DP)", "隐私", "噪", "naïve σ²", ""]
)
def test_the_page_divides_a_question_as_the_index_was_divided(text, site):
    page = site.open("search.html")
    assert page.evaluate("text => divided(text)", text) == search.words(text)


def test_the_same_notebook_gives_the_same_page_again(folder):
    lessons = [page for _, found in pages.chapters() for page in found]
    for page in (lessons[0], *lessons[6].parts):
        body, pictures = pages.read(page)
        assert str(body) in (folder / page.address).read_text("utf-8")
        for name, png in pictures.items():
            assert (folder / "img" / name).read_bytes() == png
