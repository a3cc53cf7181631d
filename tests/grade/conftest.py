"""Answers to lesson 03_1, notebooks of them, and graded results made by hand."""

import json

import pytest

from privlab.course.grade import results
from privlab.course.grade.question import questions
from privlab.course.grade.results import (
    PropertyResult,
    QuestionResult,
    StudentResult,
)

LESSON = "03_1_differential_privacy"


@pytest.fixture(scope="session")
def lesson():
    """The lesson's questions by id."""
    return {question.exercise.id: question for question in questions(LESSON)}


@pytest.fixture(scope="session")
def starters(lesson):
    """The answer cells as they are handed out, by id."""
    return {name: question.starter for name, question in lesson.items()}


@pytest.fixture(scope="session")
def right(lesson):
    """A right answer cell for each exercise."""
    return {name: question.reference for name, question in lesson.items()}


@pytest.fixture(scope="session")
def mistaken(lesson):
    """``mistaken("dp-01", "sum-not-mean")`` is the cell that makes this mistake."""

    def cell(exercise: str, mistake: str) -> str:
        code = lesson[exercise].exercise.mistakes[mistake].code
        return f"# EXERCISE: {exercise}\n{code}"

    return cell


@pytest.fixture(scope="session")
def notebook():
    """``notebook(cell, ...)`` is the text of a notebook of these code cells."""

    def text(*cells: str) -> str:
        made = [
            {"cell_type": "code", "metadata": {}, "source": cell, "outputs": []}
            for cell in ("import numpy as np\nfrom scipy import stats", *cells)
        ]
        return json.dumps({"cells": made, "metadata": {}, "nbformat": 4})

    return text


@pytest.fixture(scope="session")
def graded(lesson):
    """``graded("dp-01", "pass")`` is a question's result with this verdict.

    ``verdicts`` are those of its properties, the last of them hidden.
    """

    def result(exercise: str, *verdicts: str, **more) -> QuestionResult:
        verdicts = verdicts or (results.MISSING,)
        possible = lesson[exercise].possible
        share = sum(one == results.PASS for one in verdicts) / len(verdicts)
        if len(set(verdicts)) > 1 and results.PASS in verdicts:
            whole = results.PARTIAL
        else:
            whole = verdicts[0]
        settings = {"mistake": "", "note": "", "seconds": 0.5, "seed": 1} | more
        return QuestionResult(
            exercise=exercise,
            title=lesson[exercise].exercise.title,
            points=round(share * possible, 2),
            possible=possible,
            verdict=results.GRADER_ERROR if results.GRADER_ERROR in verdicts else whole,
            properties=tuple(
                PropertyResult(
                    name=f"property {number}",
                    hidden=number == len(verdicts) - 1,
                    verdict=verdict,
                )
                for number, verdict in enumerate(verdicts)
            ),
            **settings,
        )

    return result


@pytest.fixture(scope="session")
def student(lesson, graded):
    """``student("Ann", question, ...)``; questions not given are missing."""

    def result(name: str, *answers: QuestionResult, notes=()) -> StudentResult:
        given = {answer.exercise: answer for answer in answers}
        return StudentResult(
            student=name,
            questions=tuple(given.get(one) or graded(one) for one in lesson),
            notes=notes,
            isolation="bubblewrap",
            seed=1,
        )

    return result
