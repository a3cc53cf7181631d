"""Where answers run: a place with a sandbox, and one answer's session in it."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from privlab.course.answer import NotAttempted
from privlab.course.exercise import Wrong
from privlab.course.grade.channel import Crashed, OutOfTime
from privlab.course.grade.remote import OutOfMemory, Sandbox
from privlab.course.grade.sandbox import Isolation, Limits

MOST_TIMES = 3  # a question may take that many times the seconds of one check
FAREWELL = 3  # seconds for an answer to end
USERS = 700  # pairs of them: one for answers, one for what is done apart


class Place:
    """Where answers run, one at a time: a sandbox, begun again when it has died.

    What the course's ``given`` code imports is imported once in each sandbox.
    ``number`` tells apart the places of one run; by default the process does.
    """

    def __init__(
        self,
        isolation: Isolation,
        limits: Limits,
        given: Iterable[str] = (),
        *,
        folder: str,
        number: int | None = None,
    ):
        self.isolation, self.limits, self._given = isolation, limits, list(given)
        self._folder = folder
        # the system counts by user: two runs, and the jobs of one, shall not share any
        self._user = 2 * ((os.getpid() if number is None else number) % USERS)
        self._sandbox: Sandbox | None = None

    def sandbox(self) -> tuple[Sandbox, bool]:
        """A living sandbox, and whether no answer has run in it before."""
        if self._sandbox is not None and self._sandbox.alive:
            return self._sandbox, False
        self.close()
        self._sandbox = self._opened(self._given, user=self._user)
        return self._sandbox, True

    def another(self) -> Sandbox:
        """A sandbox for something else than answers; the caller closes it."""
        return self._opened([], user=self._user + 1)

    def _opened(self, given: list[str], *, user: int) -> Sandbox:
        sandbox = Sandbox(
            self.isolation, self.limits, given, folder=self._folder, user=user
        )
        try:
            sandbox.ready()
        except Crashed:
            sandbox.close()
            raise
        return sandbox

    def close(self) -> None:
        if self._sandbox is not None:
            self._sandbox.close()


CURRENT: ContextVar[Place | None] = ContextVar("CURRENT", default=None)


class Session:
    """One answer in a place: begun when first asked for, and after each death.

    ``job`` is what the worker is told (see ``worker``). ``fresh`` tells whether no
    other answer has run in the same sandbox before.
    """

    def __init__(self, job: dict, place: Place):
        self._job, self._place = job, place
        self._sandbox: Sandbox | None = None
        self.fresh = False
        self._restart()

    def _restart(self) -> None:
        self._failed: Exception | None = None
        self._left = MOST_TIMES * self._place.limits.seconds

    @contextmanager
    def answer(self) -> Iterator[object]:
        """The answer for one check; the time it may take begins here.

        Code that fails as it is run fails for every check alike.
        """
        if self._failed is not None:
            raise self._failed
        if self._left <= 0:
            raise OutOfTime("its earlier runs took all the time of this question")
        begun = self._sandbox is not None and self._sandbox.alive
        if not begun:
            self._sandbox, self.fresh = self._place.sandbox()
            self._sandbox.prepare(self._job)
        start, before = time.monotonic(), CURRENT.set(self._place)
        try:
            with self._sandbox.within(min(self._left, self._place.limits.seconds)):
                if not begun:
                    self._run()
                yield self._answer
        except Crashed:
            self._place.close()
            raise
        finally:
            CURRENT.reset(before)
            self._left -= time.monotonic() - start

    def _run(self) -> None:
        try:
            self._answer = self._sandbox.run()
        except (Wrong, NotAttempted, OutOfTime, OutOfMemory, Crashed) as failed:
            self._failed = failed
            raise

    def renew(self) -> None:
        """Begin again in a new sandbox: an earlier answer may have spoilt this one."""
        self._place.close()
        self._restart()

    def close(self) -> None:
        """End the answer; a sandbox that does not let go of it is ended too."""
        if self._sandbox is None or not self._sandbox.alive:
            return
        try:
            with self._sandbox.within(FAREWELL):
                self._sandbox.end()
        except (Crashed, OutOfTime):
            self._place.close()
