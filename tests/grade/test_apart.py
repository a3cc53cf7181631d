"""Checks beyond arithmetic, and what keeps the bytes of strangers away from them."""

import domain_checks as domain
import numpy as np
import pytest
from attack_helpers import SANDBOXES

from privlab.course.check import judge
from privlab.course.exercise import Wrong
from privlab.course.grade import apart as module
from privlab.course.grade import results
from privlab.course.grade.answers import Answer
from privlab.course.grade.apart import apart
from privlab.course.grade.question import Question, grade
from privlab.course.grade.sandbox import LIMITS_ONLY, Limits
from privlab.course.grade.session import CURRENT, Place

each_isolation = pytest.mark.parametrize(
    "isolation", [*SANDBOXES, LIMITS_ONLY], ids=lambda one: one.name
)
ANSWERS = [
    (domain.he, domain.DOUBLE),
    (domain.fl, domain.AVERAGE),
    (domain.attack, domain.GUESS),
]


def graded(exercise, reference: str, code: str, isolation, folder):
    question = Question(
        exercise=exercise,
        given=(),
        starter="",
        reference=reference,
        possible=exercise.points,
    )
    place = Place(isolation, Limits(seconds=30), folder=str(folder))
    try:
        return grade(question, Answer(exercise=exercise.id, code=code), place, seed=3)
    finally:
        place.close()


# Domains


@each_isolation
@pytest.mark.parametrize(
    ("exercise", "code"), ANSWERS, ids=lambda v: getattr(v, "id", "")
)
def test_a_right_answer_of_each_domain_passes(tmp_path, exercise, code, isolation):
    result = graded(exercise, code, code, isolation, tmp_path)
    assert result.verdict == results.PASS, result


@pytest.mark.parametrize(
    ("exercise", "code"), ANSWERS, ids=lambda v: getattr(v, "id", "")
)
def test_the_same_checks_run_in_the_notebook(exercise, code):
    names = {}
    exec(code, names)
    every = exercise.public + exercise.hidden
    found = judge(exercise, names[exercise.answer], every, rng=np.random.default_rng(1))
    assert found.status == "passed", found


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return ciphertext", "not twice the values"),
        ("return public", "cannot be read"),
        ("return [1.0]", "bytes are needed"),
        ("return ts.context_from(public)", "your answer is a Context"),
        (
            "ts.ckks_vector_from(ts.context_from(public), ciphertext).decrypt()",
            "secret",
        ),
    ],
)
def test_what_is_not_the_right_ciphertext_is_wrong(tmp_path, body, told):
    code = f"import tenseal as ts\ndef double(public, ciphertext):\n    {body}"
    result = graded(domain.he, domain.DOUBLE, code, LIMITS_ONLY, tmp_path)
    assert (result.verdict, result.points) == (results.WRONG, 0)
    assert told in result.properties[0].message


def test_bytes_that_are_no_ciphertext_harm_nothing():
    secret, public = domain.keys()
    whole = domain.encrypted(public, [1.0, 2.0])
    noise = np.random.default_rng(1).bytes(len(whole))
    for junk in (noise, whole[:-1], whole[:5000], whole[:1000] + noise[1000:]):
        with pytest.raises(Wrong, match="cannot be read"):
            apart(domain.decrypted, secret, junk)


def test_a_guess_that_ignores_the_data_gains_nothing(tmp_path):
    for body in ("losses < 0", "losses > 0", "losses > 0.5"):
        code = f"def members(losses): return {body}"
        result = graded(domain.attack, domain.GUESS, code, LIMITS_ONLY, tmp_path)
        assert result.properties[0].verdict == results.WRONG


# Apart


def test_apart_gives_what_the_function_gives():
    assert apart(domain.echo, b"x", 3, np.arange(2))[:2] == [b"x", 3]


@pytest.mark.parametrize("name", ["crash", "hang", "hoard", "stop", "leave"])
def test_whatever_happens_apart_is_the_datas_fault_and_tells_nothing(name, tmp_path):
    place = Place(LIMITS_ONLY, Limits(seconds=2), folder=str(tmp_path))
    token = CURRENT.set(place)
    try:
        with pytest.raises(Wrong, match=r"^what you gave back cannot be read$"):
            apart(getattr(domain, name), b"key")
    finally:
        CURRENT.reset(token)
    assert not list(tmp_path.iterdir())


def test_what_is_apart_is_shut_in_as_the_answer_is(tmp_path, monkeypatch):
    opened = []

    class Watched(Place):
        def another(self):
            opened.append(self.isolation)
            return super().another()

    monkeypatch.setattr(module, "Place", Watched)
    isolation = SANDBOXES[0] if SANDBOXES else LIMITS_ONLY
    place = Watched(isolation, Limits(), folder=str(tmp_path))
    token = CURRENT.set(place)
    assert apart(domain.echo, 1) == [1]
    CURRENT.reset(token)
    assert apart(domain.echo, 2) == [2]
    assert opened == [isolation, LIMITS_ONLY]
