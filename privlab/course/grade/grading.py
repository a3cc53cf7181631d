"""One grading run, from what was handed in to all reports; and its repetition."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from tqdm.auto import tqdm

from privlab.course import paths
from privlab.course.grade import class_report, gradebook, run
from privlab.course.grade.plan import planned, settings, submissions
from privlab.course.grade.report import feedback
from privlab.course.grade.results import QuestionResult, StudentResult
from privlab.course.grade.run import Run
from privlab.course.grade.similar import similar
from privlab.course.grade.store import Store, digest
from privlab.course.grade.submissions import BadInput, Submission


def grade(options: Namespace) -> int:
    """Grade everybody not graded yet, write all reports; 1 if a mark is missing."""
    handed_in, kept = submissions(options.submissions), Store(options.out)
    if kept.log is not None and not options.resume:
        raise BadInput(f"{options.out} holds results; --resume goes on with them")
    plan = planned(options, handed_in, kept)
    if options.to_gradebook:
        gradebook.ready(options.to_gradebook)
    with run.jobs(plan) as idle:
        if kept.log is None:
            _say("holding the course's own answers against the checks ...")
            broken = run.verified(plan, idle)
            kept.begin({"seed": plan.seed, "broken": broken, **settings(plan)})
        kept.tidy()
        _grade_the_rest(plan, handed_in, kept, idle)
    students = [kept.reports[one.student].result for one in handed_in]
    _write_class_files(plan, handed_in, students, kept)
    if options.to_gradebook:
        entries = [
            gradebook.Entry(name=kept.name(one.student), result=result, submission=one)
            for one, result in zip(handed_in, students, strict=True)
        ]
        gradebook.write(options.to_gradebook, plan.questions, entries)
    return _concluded(students, kept)


def replay(options: Namespace) -> int:
    """Grade one student again from the logged seed and compare; 1 if it differs."""
    handed_in, kept = submissions(options.submissions), Store(options.out)
    if kept.log is None or options.replay not in kept.reports:
        raise BadInput(f"{options.out} holds no result of {options.replay!r}")
    before = kept.reports[options.replay]
    mine = [one for one in handed_in if digest(one) == before.submission]
    if not mine:
        raise BadInput(f"{options.replay!r} has handed in something else since")
    plan = replace(planned(options, handed_in, kept), jobs=1)
    with run.jobs(plan) as idle:
        [again] = run.graded(plan, mine, kept.log["broken"], idle)
    found = differences(before.result, again)
    for line in found:
        _say(line)
    _say(f"{options.replay}: the marks are {'not ' if found else ''}the same")
    return int(bool(found))


def differences(before: StudentResult, after: StudentResult) -> list[str]:
    """What two gradings of one student differ in, a line each; time does not count."""
    found = []
    for old, new in zip(before.questions, after.questions, strict=True):
        was, now = _outcomes(old), _outcomes(new)
        found += [
            f"{old.exercise}, {name}: was {was.get(name)}, is {now.get(name)}"
            for name in {**was, **now}
            if was.get(name) != now.get(name)
        ]
    return found


def _outcomes(question: QuestionResult) -> dict[str, str]:
    whole = f"{question.verdict}, {question.points:g} of {question.possible:g} points"
    return {"in all": whole} | {p.name: p.verdict for p in question.properties}


def _grade_the_rest(
    plan: Run, handed_in: Sequence[Submission], kept: Store, idle: run.Idle
) -> None:
    """Grade who is not done, or has handed in something else since."""
    digests = {one.student: digest(one) for one in handed_in}
    done = {name: report.submission for name, report in kept.reports.items()}
    rest = [one for one in handed_in if done.get(one.student) != digests[one.student]]
    lessons = {q.exercise.id: q.exercise.lesson for q in plan.questions}
    for one in handed_in:
        kept.name(one.student)  # in this order, whoever is graded first
    if not rest:
        return
    before = len(handed_in) - len(rest)
    bar = tqdm(total=len(handed_in), initial=before, unit=" students")
    # closed in any case: else the rest would be graded after an interruption
    with bar, closing(run.graded(plan, rest, kept.log["broken"], idle)) as graded:
        for result in graded:
            kept.save(result, feedback(result, lessons), digests[result.student])
            bar.update()


def _write_class_files(plan: Run, handed_in, students, kept: Store) -> None:
    starters = {q.exercise.id: q.starter for q in plan.questions}
    references = {q.exercise.id: q.reference for q in plan.questions}
    pairs = similar(handed_in, starters, references)
    texts = class_report.files(plan.questions, students, pairs, kept.name)
    for name, text in texts.items():
        paths.write_whole(kept.folder / name, text)


def _concluded(students: Sequence[StudentResult], kept: Store) -> int:
    """Say where everything is; 1, with a sentence, if an answer has no mark."""
    _say(f"{len(students)} students graded: {kept.folder / 'class.html'}")
    unmarked = sum(not q.marked for one in students for q in one.questions)
    if unmarked:
        have = "answer has" if unmarked == 1 else "answers have"
        place = kept.folder / "to_review.csv"
        print(f"privlab grade: {unmarked} {have} no mark, see {place}", file=sys.stderr)
    return int(bool(unmarked))


def _say(line: str) -> None:
    """Print for a person, whatever the terminal can show."""
    encoding = sys.stdout.encoding
    print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)
