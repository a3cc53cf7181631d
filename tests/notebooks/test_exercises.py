"""The contract of every exercise of the course, whatever its lesson.

Each answer is taken from the notebook that defines it, run from top to bottom.
"""

import inspect
import re
import sys
import warnings
from functools import cache, wraps

import nbformat
import numpy as np
import pytest

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.check import NOT_ATTEMPTED, PASSED, WRONG, judge
from privlab.course.exercise import exercises, in_module

SOURCES = paths.COURSE / "source" / "exercises"
EXERCISES = list(exercises().values())
LESSONS = sorted({exercise.lesson for exercise in EXERCISES})
MISTAKES = [(exercise, name) for exercise in EXERCISES for name in exercise.mistakes]
RIGHT = [(exercise, code) for exercise in EXERCISES for code in exercise.also_right]
GARBAGE = (
    *("text", "0.5", [], {}, [[1], [1, 2]], (1, 2), np.ones(1), True, None),
    *(float("nan"), float("inf"), -1, 1j, 10**400),
)

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
each_lesson = pytest.mark.parametrize("lesson", LESSONS)
each_mistake = pytest.mark.parametrize(
    ("exercise", "name"), MISTAKES, ids=lambda value: getattr(value, "id", value)
)


@cache
def source(lesson):
    return nb.read(SOURCES / f"{lesson}.py")


@cache
def learner(lesson):
    return nb.for_learner(source(lesson))


@cache
def names_in(lesson, form):
    """What a notebook's cells define when all of them are run in order."""
    names = {"__name__": "__main__"}
    for cell in form(source(lesson)).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{lesson}: {cell.id}", "exec"), names)
    return names


def starter(exercise):
    return names_in(exercise.lesson, nb.for_learner)[exercise.answer]


def solution(exercise):
    return names_in(exercise.lesson, nb.for_reader)[exercise.answer]


def defined(exercise, code):
    names = {}
    exec(code, names)
    return names[exercise.answer]


def verdict(exercise, answer, properties, seed=0):
    return judge(exercise, answer, properties, rng=np.random.default_rng(seed))


def every(exercise):
    return exercise.public + exercise.hidden


def statement(exercise):
    """The text between the exercise's heading and its answer cell."""
    text = "".join(
        f"\n{cell.source}"
        for cell in learner(exercise.lesson).cells
        if cell.cell_type == "markdown" or nb.MARKER.search(cell.source)
    )
    return re.search(rf"\n## {exercise.id} ·(.*?)\n# EXERCISE: ", text, re.S)[1]


def lines(text):
    """The telling lines of a text: long enough to be nobody's by accident."""
    return {line.strip() for line in text.splitlines() if len(line.strip()) > 15}


# The exercise and its notebook


@pytest.mark.parametrize(
    "path", sorted(SOURCES.glob("*_checks.py")), ids=lambda p: p.stem
)
def test_source_and_checks_hold_the_same_exercises_in_the_same_order(path):
    lesson = path.stem.removesuffix("_checks")
    ids = [exercise.id for exercise in in_module(path)]
    assert ids == list(nb.answers(source(lesson)))
    headings = [
        i
        for c in source(lesson).cells
        for i in re.findall(r"^## (\w+-\d+) ·", c.source)
    ]
    assert ids == headings


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.py")), ids=lambda p: p.stem)
def test_every_source_has_its_checks(path):
    assert path.stem.removesuffix("_checks") in LESSONS


@each_lesson
def test_learners_notebook_runs_from_top_to_bottom(lesson):
    assert names_in(lesson, nb.for_learner)


@each_lesson
def test_the_record_is_in_the_learners_notebook_alone(lesson):
    """It changes with every exercise added to the course, and with every learner."""
    last, reader = learner(lesson).cells[-1], nb.for_reader(source(lesson))
    assert last.source == "progress()"
    assert not any(cell.source == "progress()" for cell in reader.cells)


@each_exercise
def test_cells_after_the_answer_check_it_and_offer_a_hint(exercise):
    code = [c.source for c in learner(exercise.lesson).cells if c.cell_type == "code"]
    here = next(
        i for i, text in enumerate(code) if f"EXERCISE: {exercise.id}\n" in text
    )
    assert code[here + 1] == f'check("{exercise.id}", {exercise.answer})'
    assert code[here + 2] == f'# hint("{exercise.id}")'


@each_exercise
def test_statement_names_the_answer_and_its_arguments(exercise):
    words = set(re.findall(r"\w+", statement(exercise)))
    function = solution(exercise)
    arguments = inspect.signature(function).parameters if callable(function) else ()
    assert {exercise.answer, *arguments} <= words


@each_exercise
def test_hints_differ(exercise):
    assert len(set(exercise.hints)) == 3


@each_exercise
def test_solution_says_why(exercise):
    cells = source(exercise.lesson).cells
    ids = [cell.metadata.get("privlab", {}).get("exercise") for cell in cells]
    answer = ids.index(exercise.id)
    following = next((i for i in range(answer + 1, len(ids)) if ids[i]), len(ids))
    tags = [cell.metadata.get("tags", []) for cell in cells[answer:following]]
    assert ["solution"] in tags


# What the learner must not see


def secrets(lesson):
    """Lines that only the solved notebook and the grader may hold."""
    cells = source(lesson).cells
    regions = "".join(
        found[0]
        for cell in cells
        for pattern in (nb.SOLUTION, nb.HIDDEN)
        for found in pattern.finditer(cell.source + "\n")
    )
    told = [c.source for c in cells if "solution" in c.metadata.get("tags", [])]
    hidden = [
        inspect.getsource(check)
        for exercise in EXERCISES
        if exercise.lesson == lesson
        for check in exercise.hidden
    ]
    return lines("\n".join([regions, *told, *hidden]))


@each_lesson
def test_learners_notebook_holds_no_solution_and_no_hidden_check(lesson):
    built = paths.COURSE / "exercises" / f"{lesson}.ipynb"
    texts = [nb.dumps(learner(lesson))]
    if built.is_file():
        texts.append(nb.dumps(nbformat.read(built, as_version=4)))
    for text in texts:
        seen = {line for c in nbformat.reads(text, 4).cells for line in lines(c.source)}
        assert not seen & secrets(lesson)
        assert "### BEGIN" not in text


@each_exercise
def test_messages_never_quote_a_check_or_the_solution(exercise):
    wrong = [defined(exercise, m.code) for m in exercise.mistakes.values()]
    wrong += [lambda *args, value=value, **kw: value for value in GARBAGE]
    messages = [verdict(exercise, w, every(exercise)).message for w in wrong]
    code = lines("\n".join(inspect.getsource(check) for check in every(exercise)))
    code |= secrets(exercise.lesson)
    assert not [(m, line) for m in messages for line in code if line in m]


# What the checks say


@each_exercise
def test_starter_is_not_attempted_under_every_check(exercise):
    for check in every(exercise):
        assert verdict(exercise, starter(exercise), (check,)).status == NOT_ATTEMPTED


@each_exercise
def test_solution_passes_with_20_seeds(exercise):
    for seed in range(20):
        found = verdict(exercise, solution(exercise), every(exercise), seed)
        assert found.status == PASSED, found


@pytest.mark.parametrize(
    ("exercise", "code"), RIGHT, ids=lambda v: getattr(v, "id", "")
)
def test_other_right_solutions_pass(exercise, code):
    for seed in range(3):
        found = verdict(exercise, defined(exercise, code), every(exercise), seed)
        assert found.status == PASSED, found


@each_mistake
def test_mistake_is_named_by_the_public_checks(exercise, name):
    mistake = exercise.mistakes[name]
    for seed in range(5):
        found = verdict(
            exercise, defined(exercise, mistake.code), exercise.public, seed
        )
        assert (found.mistake, found.message) == (name, mistake.message)
        assert found.status == WRONG


@each_exercise
def test_mistakes_have_messages_of_their_own(exercise):
    messages = {mistake.message for mistake in exercise.mistakes.values()}
    assert len(messages) == len(exercise.mistakes)


@each_exercise
@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: repr(value)[:12])
def test_what_is_no_answer_at_all_is_wrong(exercise, value):
    def garbage(*args, **kwargs):
        return value

    found = verdict(exercise, garbage, exercise.public)
    assert found.status == WRONG
    assert "does not fit" not in found.message, "the check itself should say what is"


def as_array(value):
    return np.asarray(value)


def as_list(value):
    if isinstance(value, list | tuple):
        return [as_list(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value if isinstance(value, str | bytes) else np.float64(value)


@each_exercise
@pytest.mark.parametrize("form", [as_array, as_list])
def test_form_of_a_right_result_prints_and_warnings_cost_nothing(exercise, form):
    function = solution(exercise)
    if not callable(function):
        answer = form(function)
    else:

        @wraps(function)
        def answer(*args, **kwargs):
            print("working")
            print("working", file=sys.stderr)
            warnings.warn("this is only a warning", stacklevel=2)
            return form(function(*args, **kwargs))

    found = verdict(exercise, answer, every(exercise))
    assert found.status == PASSED, found
