"""One answer at work: the course's code before it, its own, and calls of it.

Runs in the sandbox; see ``worker``.
"""

from collections.abc import Callable, Iterable

from privlab.course.answer import NotAttempted, called, plain, said, sampled
from privlab.course.exercise import Wrong
from privlab.course.grade import wire
from privlab.course.grade.cells import Statement, helping, statements, without_tests

READY = "ready"
LONGEST = 500  # characters of a message


def import_early(given: Iterable[str]) -> None:
    """Import what the course's own code imports; it is there for every answer."""
    for code in given:
        _run([s for s in statements(code) if s.imports], {})


class Task:
    """One answer to run and to call.

    ``given`` is the course's own code, ``code`` the answer's cell, ``around`` all the
    student's cells, and ``name`` what the answer defines. ``token`` says that it is
    this answer, and no earlier one, that replies.
    """

    def __init__(self, job: dict):
        self._given = job["given"]
        self._code, self._around, self._name = job["code"], job["around"], job["name"]
        self._token = job["token"]
        self._namespace = {"__name__": "__main__"}

    def prepare(self) -> str:
        """Run the course's own code; imports that seem not needed wait."""
        given = [s for code in self._given for s in statements(code)]
        self._courses = {name for s in given if not s.imports for name in s.binds}
        used = {name for s in given for name in s.uses}

        def waits(s: Statement) -> bool:
            needed = (name in used or name in self._code for name in s.binds)
            return s.imports and not s.binds_anything and not any(needed)

        self._waiting = [s for s in given if waits(s)]
        if failed := _run([s for s in given if not waits(s)], self._namespace):
            raise failed
        return self._token

    def do(self, request: dict) -> object:
        """Run the answer, give its value, or call it once or many times."""
        if request["do"] == "run":
            return self._run()
        answer = self._namespace[self._name]
        if request["do"] == "value":
            return plain(answer)
        if request["do"] == "each":
            return [called(answer, (), case) for case in request["cases"]]
        args, kwargs = request["args"], request["kwargs"]  # copies: they were sent
        if request["do"] == "samples":
            return sampled(answer, request["times"], args, kwargs, request["rng"])
        return called(answer, args, kwargs)

    def _run(self) -> bool:
        """Run the student's code; whether the answer is a function, to be called.

        Of the other cells only what the answer needs is run, and what this needs may
        be missing. A statement that fails does not stop those after it, as long as
        the answer is there in the end.
        """
        name, namespace = self._name, self._namespace
        answer = without_tests(statements(self._code), name)
        around = [s for code in self._around for s in _readable(code)]
        helpers = helping(answer, name, around, self._courses)
        used = {one for s in (*helpers, *answer) for one in s.uses}
        _run([s for s in self._waiting if s.binds & used], namespace)
        _run(helpers, namespace)
        failed = _run(answer, namespace)
        if name not in namespace:
            raise failed or NameError(f"the answer does not define {name}")
        return callable(namespace[name])


def _readable(code: str) -> list[Statement]:
    try:
        return statements(code)
    except Exception:  # no Python: nothing in it can help an answer
        return []


def _run(several: list[Statement], namespace: dict) -> BaseException | None:
    """Run one after another, whatever happens; the first error, if there was one."""
    first = None
    for statement in several:
        try:
            exec(statement.code, namespace)
        except BaseException as error:
            first = first or error
    return first


def reply(work: Callable[[], object]) -> bytes:
    """What came of ``work``, as it is sent: a result, or why there is none."""
    try:
        return wire.frame({"result": work()})
    except NotAttempted:
        return wire.frame({"not attempted": ""})
    except MemoryError:
        return wire.frame({"memory": ""})
    except wire.WireError as error:
        return wire.frame({"wrong": f"your answer cannot be taken: {error}"})
    except Wrong as wrong:
        memory = isinstance(wrong.__cause__, MemoryError)
        return wire.frame({"memory": ""} if memory else {"wrong": str(wrong)[:LONGEST]})
    except BaseException as error:
        message = f"your code stopped with {said(error)}"
        return wire.frame({"wrong": message[:LONGEST]})
