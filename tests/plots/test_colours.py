"""The colours as readers with a colour vision deficiency see them, and never alone.

Simulation: Machado, Oliveira and Fernandes 2009 ("A Physiologically-based Model for
Simulation of Color Vision Deficiency"), severity 1.0, on linear RGB. Distance:
Euclidean in CIELAB (CIE 1976, D65), where about 2 is just seen side by side; lines and
bars that lie apart need several times that.
"""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from privlab.plots import style

FAR = 10
SEEN = {
    "full colour vision": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(  # sRGB, IEC 61966-2-1, with white at its row sums
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
PALETTE = {
    name: value
    for name, value in vars(style).items()
    if isinstance(value, str) and re.fullmatch("#[0-9A-F]{6}", value)
}
DRAWINGS = sorted(Path(style.__file__).parent.glob("*.py"))
ONE_HUE = {"gray_r", "gray", "Greys", "Blues", "cividis"}  # lightness tells the value


def linear(color):
    parts = np.array(to_rgb(color))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def cielab(parts):
    """CIELAB of linear RGB."""
    shares = TO_XYZ @ parts / TO_XYZ.sum(axis=1)
    small = shares * (29 / 6) ** 2 / 3 + 4 / 29
    x, y, z = np.where(shares > (6 / 29) ** 3, np.cbrt(shares), small)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def simulated(color, vision):
    return cielab(np.clip(SEEN[vision] @ linear(color), 0, 1))


def apart(first, second, vision):
    return np.linalg.norm(simulated(first, vision) - simulated(second, vision))


def test_the_measure_knows_white_black_and_red():
    assert cielab(linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.01)
    assert cielab(linear("#000000")) == pytest.approx([0, 0, 0], abs=0.01)
    assert cielab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)


@pytest.mark.parametrize("vision", SEEN)
def test_greys_stay_what_they_are_for_everyone(vision):
    assert np.sum(SEEN[vision], axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_red_and_green_of_one_lightness_are_what_the_simulation_confuses():
    """The measure can fail: a pair that everybody is warned of does."""
    red, green = "#B06040", "#808040"
    assert apart(red, green, "full colour vision") > 2 * FAR
    assert apart(red, green, "no green cones") < FAR


@pytest.mark.parametrize("vision", SEEN)
def test_any_two_colours_of_the_course_are_told_apart(vision):
    assert len(PALETTE) == 8
    near = {
        (first, second): round(float(distance), 1)
        for first, second in itertools.combinations(PALETTE, 2)
        if (distance := apart(PALETTE[first], PALETTE[second], vision)) < FAR
    }
    assert near == {}


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_takes_its_colours_from_the_palette(path):
    """Greys excepted: they are for grids and grounds, where nothing is told by them."""
    text = path.read_text("utf-8")
    own = re.findall(r'"(#[0-9A-Fa-f]{6})"', text)
    coloured = [c for c in own if len(set(to_rgb(c))) > 1 and c not in PALETTE.values()]
    named = re.findall(r'color="((?!white|black|none|grey|gray)[a-z:]+)"', text)
    assert coloured + named == []
    assert set(re.findall(r'cmap="(\w+)"', text)) <= ONE_HUE
