"""Short formulas of running text as plain HTML, for pages that load no TeX."""

import html
import re

SIGNS = {
    **{"varepsilon": "ε", "epsilon": "ε", "delta": "δ", "theta": "θ", "eta": "η"},
    **{"Delta": "Δ", "mu": "μ", "sigma": "σ", "lambda": "λ", "alpha": "α"},
    **{"nabla": "∇", "sum": "Σ", "sqrt": "√", "oplus": "⊕", "propto": "∝", "le": "≤"},
    **{"ge": "≥", "leftarrow": "←", "cdot": "·", "lVert": "‖", "rVert": "‖", "|": "‖"},
    **{"mathrm": "", "mathsf": "", "operatorname": "", "text": ""},
}
MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}  # set above a letter


def as_html(tex: str) -> str:
    """``e^{\\varepsilon}`` as ``e<sup>ε</sup>``; an unknown command keeps its name.

    It knows signs, letters with a mark, fractions of one line, and what stands high
    or low. It is no TeX: a displayed derivation would not be legible.
    """
    text = html.escape(" ".join(tex.split()))
    text = re.sub(r"\\(hat|tilde|bar) ?(\w)", lambda m: m[2] + MARKS[m[1]], text)
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", text)
    text = re.sub(r"\\([A-Za-z]+|\|) ?", lambda m: SIGNS.get(m[1], m[1]), text)
    before = ""
    while before != text:  # the innermost braces first
        before = text
        text = re.sub(r"([\^_])(?:\{([^{}]*)\}|(\w))", _shifted, text)
    return text.replace("{", "").replace("}", "")


def _shifted(found: re.Match) -> str:
    tag = "sup" if found[1] == "^" else "sub"
    return f"<{tag}>{found[2] or found[3]}</{tag}>"
