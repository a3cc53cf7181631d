"""An answer in another process, called by checks as if it were here."""

import os
import secrets
import tempfile

import numpy as np

from privlab.course.answer import NotAttempted, said
from privlab.course.exercise import Wrong
from privlab.course.grade.channel import Channel, Crashed, OutOfTime, why
from privlab.course.grade.sandbox import ENVIRONMENT, Isolation, Limits
from privlab.course.grade.task import LONGEST, READY

PATIENCE = 30  # seconds for what is not the answer's own: starting, slow imports
# what a Windows process cannot start without
WINDOWS = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


class OutOfMemory(Exception):
    """The answer asked for more memory than it may have."""


class NotStarted(Crashed):
    """The sandbox itself did not begin: that is no answer's fault."""


class Sandbox(Channel):
    """A process that is shut in; answer after answer runs in it.

    ``given`` is the course's own code: what it imports is imported once.
    """

    def __init__(
        self, isolation: Isolation, limits: Limits, given: list[str], *, folder, user=0
    ):
        self._room = tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True)
        command, env = isolation.command(limits, user), {**ENVIRONMENT, **WINDOWS}
        super().__init__(command, folder=self._room.name, env=env)
        self._given, self._ready = given, False

    def ready(self) -> None:
        """Wait until answers can run, or ``NotStarted``."""
        if not self._ready:
            self._expect(READY, self._given)
            self._ready = True

    def prepare(self, job: dict) -> None:
        """Run what the course gives for an answer, or ``NotStarted``.

        The reply holds a word that no earlier answer can have known: whatever such a
        one has left in the channel comes before it, and is not taken for a reply.
        """
        self.ready()
        token = secrets.token_hex()
        self._expect(token, job | {"token": token})

    def _expect(self, word: str, message: object) -> None:
        try:
            with self.within(PATIENCE):
                result = self.result(message)
        except (Crashed, OutOfTime, OutOfMemory, NotAttempted, Wrong) as error:
            raise NotStarted(f"the sandbox is not ready: {said(error)}") from error
        if result != word:
            raise NotStarted("the sandbox does not say that it is ready")

    def close(self) -> None:
        """End everything in it; its folder goes, too."""
        super().close()
        self._room.cleanup()

    def begin(self, job: dict) -> object:
        """Prepare an answer and run it."""
        self.prepare(job)
        return self.run()

    def run(self) -> object:
        """Run the prepared answer; then a ``RemoteAnswer``, or its value as data."""
        if self.result({"do": "run"}) is True:
            return RemoteAnswer(self)
        return self.result({"do": "value"})

    def end(self) -> None:
        """Let go of the answer; the next one may begin."""
        if self.ask({"do": "end"}) != {"ended": 0}:
            raise Crashed("the answer did not end as it should")

    def result(self, request: dict) -> object:
        """The result of one request, or what went wrong in the words of checks."""
        reply = self.ask(request)
        if type(reply) is not dict or len(reply) != 1:
            raise Crashed("its reply has the wrong form")
        [(kind, body)] = reply.items()
        if kind == "result":
            return body
        if kind == "ended":
            raise why(body)
        if kind == "memory":
            raise OutOfMemory("it asked for more memory than it may have")
        if kind == "not attempted":
            raise NotAttempted
        if kind == "wrong" and type(body) is str:
            raise Wrong(_harmless(body))
        raise Crashed("its reply has the wrong form")


def _harmless(text: str) -> str:
    """A message without what could upset a file, a terminal or its reader."""
    shown = (
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    return "".join(shown)[:LONGEST]


class RemoteAnswer:
    """The answer's function as checks call it; its results are a stranger's data."""

    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox

    def __call__(self, *args, **kwargs):
        return self._sandbox.result({"do": "call", "args": args, "kwargs": kwargs})

    def each(self, cases: list[dict]) -> list:
        """The results of one call for each case: asked, and answered, at one go."""
        results = self._sandbox.result({"do": "each", "cases": cases})
        if type(results) is not list or len(results) != len(cases):
            raise Wrong(f"{len(cases)} results were asked for, others came")
        return results

    def samples(self, times: int, *args, rng: np.random.Generator, **kwargs):
        """The results of ``times`` calls with one generator, in an array."""
        request = {"do": "samples", "times": times, "args": args, "kwargs": kwargs}
        result = self._sandbox.result({**request, "rng": rng})
        if not isinstance(result, np.ndarray) or result.shape[:1] != (times,):
            raise Wrong(f"{times} results were asked for, others came")
        return result
