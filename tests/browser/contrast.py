"""How well text stands out from its ground, by WCAG 2.2 (W3C 2023), criterion 1.4.3."""

import re
from itertools import starmap

from playwright.sync_api import Locator, Page

LEAST = 4.5  # for text of the usual size; large text could do with 3
# Each pair of a text's colour and the ground it stands on, with a few of its words. The
# ground is that of the nearest element around it that has one.
PAIRS = """root => {
  const found = {};
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    let around = walk.currentNode.parentElement;
    if (!text || !around.checkVisibility()) continue;
    const color = getComputedStyle(around).color;
    let ground = "rgba(0, 0, 0, 0)";
    while (around && /, 0\\)$/.test(ground)) {
      ground = getComputedStyle(around).backgroundColor;
      around = around.parentElement;
    }
    found[`${color} on ${ground}`] ??= text.slice(0, 40);
  }
  return found;
}"""


def luminance(red: float, green: float, blue: float) -> float:
    """Relative luminance of an sRGB colour with parts from 0 to 255 (WCAG)."""

    def linear(part: float) -> float:
        part /= 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def ratio(first: tuple, second: tuple) -> float:
    """(lighter + 0.05) / (darker + 0.05): from 1 to 21."""
    darker, lighter = sorted(starmap(luminance, (first, second)))
    return (lighter + 0.05) / (darker + 0.05)


def too_faint(root: Page | Locator) -> dict[str, str]:
    """The pairs of colours below ``LEAST`` in a page or element, and words in them."""
    found = (root.locator("body") if isinstance(root, Page) else root).evaluate(PAIRS)
    return {pair: words for pair, words in found.items() if _ratio(pair) < LEAST}


def _ratio(pair: str) -> float:
    text, ground = (
        tuple(map(float, re.findall(r"[\d.]+", c))) for c in pair.split(" on ")
    )
    if len(ground) == 4:
        raise ValueError(f"{pair}: what shines through a ground is not computed here")
    share = text[3] if len(text) == 4 else 1  # of the text; the rest is its ground
    mixed = zip(text[:3], ground, strict=True)
    return ratio(tuple(share * own + (1 - share) * back for own, back in mixed), ground)
