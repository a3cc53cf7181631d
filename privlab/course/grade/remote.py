"""An answer in another process, called by checks as if it were here."""

import os

import numpy as np

from privlab.course.answer import NotAttempted
from privlab.course.exercise import Wrong
from privlab.course.grade.channel import Channel, Crashed, why
from privlab.course.grade.sandbox import ENVIRONMENT, Isolation, Limits

# what a Windows process cannot start without
WINDOWS = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


class OutOfMemory(Exception):
    """The answer asked for more memory than it may have."""


class Sandbox(Channel):
    """One student's process, shut in; answer after answer runs in it.

    ``given`` is the course's own code: what it imports is imported once.
    """

    def __init__(
        self, isolation: Isolation, limits: Limits, given: list[str], *, folder, job=0
    ):
        command = isolation.command(limits, job)
        super().__init__(command, folder=folder, env={**ENVIRONMENT, **WINDOWS})
        self.send(given)

    def begin(self, job: dict) -> object:
        """Run an answer's code; then a ``RemoteAnswer``, or its value as data."""
        if self.result(job) is True:
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
        raise NotAttempted if kind == "not attempted" else Wrong(str(body)[:500])


class RemoteAnswer:
    """The answer's function as checks call it; its results are a stranger's data."""

    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox

    def __call__(self, *args, **kwargs):
        return self._sandbox.result({"do": "call", "args": args, "kwargs": kwargs})

    def samples(self, times: int, *args, rng: np.random.Generator, **kwargs):
        """The results of ``times`` calls with one generator, in an array."""
        request = {"do": "samples", "times": times, "args": args}
        result = self._sandbox.result({**request, "kwargs": {**kwargs, "rng": rng}})
        if not isinstance(result, np.ndarray) or result.shape[:1] != (times,):
            raise Wrong(f"{times} results were asked for, others came")
        return result
