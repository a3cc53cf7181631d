"""The pictures of lesson 1.2 show what their results hold."""

import matplotlib
import numpy as np
import pytest
from counted import counted
from matplotlib.figure import Figure

from privlab.attacks.inversion import AttributeResult
from privlab.attacks.membership import membership
from privlab.experiments.badges import Inverted
from privlab.experiments.hidden_attribute import HiddenInput
from privlab.experiments.membership_curves import Curves, Defences, OnePerson
from privlab.experiments.remembered_attribute import HiddenSex, HiddenSexes
from privlab.experiments.stolen_model import Stolen
from privlab.plots import style
from privlab.plots.badges import draw_inverted
from privlab.plots.figure import picture
from privlab.plots.hidden_attribute import draw_hidden_input, draw_hidden_sexes
from privlab.plots.one_person import draw_one_person
from privlab.plots.roc import draw_defences, draw_roc
from privlab.plots.stolen_model import draw_stolen

rng = np.random.default_rng(0)
ATTACK = membership(rng.normal(1, 1, 2000), rng.normal(0, 1, 1500))
GUESSES = AttributeResult(
    posterior=np.array([[0.9, 0.1, 0], [0.2, 0.3, 0.5]]),
    prior=np.array([[0.4, 0.3, 0.3], [0.5, 0.3, 0.2]]),
    truth=np.array([0, 1]),
)
SEX = HiddenSex(
    training="by heart",
    accuracy=(1.0, 0.7),
    members=GUESSES,
    others=GUESSES,
    alone=GUESSES,
)
CASES = {
    draw_roc: Curves(
        training="to the end", shadows=8, accuracy=(1, 1), attacks={"LiRA": ATTACK}
    ),
    draw_defences: Defences(
        points={"to the end": ATTACK.at(0.01)}, accuracy={"to the end": 0.9}, shadows=8
    ),
    draw_one_person: OnePerson(
        training="to the end",
        image=rng.random((8, 8)),
        label=3,
        with_them=rng.normal(3, 1, 32),
        without=rng.normal(0, 1, 32),
        targets=np.arange(4.0),
        inside=np.array([True, True, False, False]),
    ),
    draw_hidden_input: HiddenInput(
        name="age",
        decimals=2,
        training="in the open",
        candidates=np.array([20.0, 40, 60]),
        result=GUESSES,
        patient=1,
    ),
    draw_hidden_sexes: HiddenSexes(results=(SEX,)),
    draw_inverted: Inverted(
        seen="the model itself",
        training="weight decay",
        person=0,
        picture=rng.random(64),
        image=rng.random(64),
        likeness=np.array([0.8, 0.1, -0.2]),
    ),
    draw_stolen: Stolen(
        victim="network",
        answer="all digits",
        queries="noise",
        copies={"learning": ((16, 65), (0.25, 0.5))},
    ),
}


@pytest.fixture
def drawn():
    def on(draw):
        with matplotlib.rc_context(style.RC):
            return draw(CASES[draw], Figure().add_subplot())

    return on


@pytest.mark.parametrize("draw", CASES, ids=lambda draw: draw.__name__)
def test_every_drawing_is_a_picture_with_its_sentence_and_the_same_twice(draw):
    first, second = picture(CASES[draw], draw), picture(CASES[draw], draw)
    assert first.png == second.png
    assert first.summary.endswith(".")


def test_curve_is_that_of_the_attack_and_starts_where_the_others_can_tell(drawn):
    ax = drawn(draw_roc)
    across, hits = ax.lines[0].get_data()
    assert across.min() >= 1 / 1500  # below one person among others there is no rate
    points = set(zip(ATTACK.false_alarms, ATTACK.hits, strict=True))
    assert set(zip(across, hits, strict=True)) <= points
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert set(band.round(12)) <= set(np.concatenate(ATTACK.band()).round(12)) | {1e-4}
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_defence_shows_the_interval_and_the_accuracy(drawn):
    ax, point = drawn(draw_defences), ATTACK.at(0.01)
    low, high = ax.lines[0].get_xdata()
    assert (low, high) == pytest.approx((100 * point.hits_low, 100 * point.hits_high))
    assert ax.texts[0].get_text().strip() == "90% right"


def test_beliefs_are_drawn_in_percent_at_the_candidates(drawn):
    without, with_score = drawn(draw_hidden_input).containers
    assert [bar.get_height() for bar in without] == pytest.approx([50, 30, 20])
    assert [bar.get_height() for bar in with_score] == pytest.approx([20, 30, 50])


def test_guesses_are_drawn_for_members_others_and_nobody(drawn):
    heights = [bars[0].get_height() for bars in drawn(draw_hidden_sexes).containers]
    assert heights == [50, 50, 50]


def test_likeness_of_the_person_stands_out(drawn):
    bars = drawn(draw_inverted)
    assert bars.lines[0].get_xdata()[0] == 0.8
    assert counted(bars) == 2


def test_targets_stand_at_their_phi(drawn):
    ax = drawn(draw_one_person)
    inside, outside = (line.get_xdata() for line in ax.lines[-2:])
    assert list(inside) == [0, 1]
    assert list(outside) == [2, 3]


def test_agreement_is_drawn_against_queries(drawn):
    queries, share = drawn(draw_stolen).lines[0].get_data()
    assert (list(queries), list(share)) == ([16, 65], [25, 50])
