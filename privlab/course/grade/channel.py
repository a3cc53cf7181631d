"""A child process that is spoken to in frames of data, and can always be ended."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

from privlab.course.grade import wire

CPU_SPENT = (24, -24, 128 + 24)  # SIGXCPU, as different wrappers report it


class OutOfTime(Exception):
    """The process took longer than it may."""


class Crashed(Exception):
    """The process ended, or spoke nonsense."""


def why(status: object) -> Exception:
    """What an exit status says of an ended process."""
    if status in CPU_SPENT:
        return OutOfTime("it used up its processor time")
    return Crashed(f"its process ended with status {status}")


class Channel:
    """A process and its two pipes. Use it as a context: it is gone afterwards.

    A thread waits for each reply: what a process leaves behind where nothing holds it
    can keep a pipe open, and that must not keep the grader.
    """

    def __init__(self, command: list[str], *, folder: str, env: dict[str, str]):
        self._late = False
        self._replies: SimpleQueue = SimpleQueue()
        self._waiting = threading.Thread()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=env,
            start_new_session=True,
        )

    def __enter__(self) -> "Channel":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """End the process and everything it started, and let go of the pipes."""
        self._kill()
        self._process.wait()
        if self._waiting.ident is not None:
            self._waiting.join(timeout=1)
        if self._waiting.is_alive():
            return  # somebody holds the pipes open, and the thread holds our ends
        self._process.stdout.close()
        with suppress(OSError):  # what it never read
            self._process.stdin.close()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: object) -> None:
        """Send a message that has no reply."""
        try:
            wire.write(self._process.stdin, message)
        except OSError as error:
            raise self._gone() from error

    def ask(self, message: object) -> object:
        """Send a message and wait for the reply; ``OutOfTime`` or ``Crashed``."""
        frame = wire.frame(message)
        self._replies = replies = SimpleQueue()
        if self._late:  # the alarm looks for the queue after it has set this
            raise self._gone()
        self._waiting = threading.Thread(
            target=self._exchange, args=(frame, replies), daemon=True
        )
        self._waiting.start()
        reply, error = replies.get()
        if isinstance(error, EOFError | OSError):
            raise self._gone() from error
        if isinstance(error, wire.WireError | MemoryError):
            self._kill()  # what follows could not be told from noise
            raise Crashed(f"its reply is not data: {error}") from error
        if error is not None:
            raise error
        return reply

    def _exchange(self, frame: bytes, replies: SimpleQueue) -> None:
        try:
            self._process.stdin.write(frame)
            self._process.stdin.flush()
            replies.put((wire.read(self._process.stdout), None))
        except BaseException as error:  # raised where the reply is waited for
            replies.put((None, error))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """End the process when ``seconds`` are over; calls are then ``OutOfTime``."""
        alarm = threading.Timer(seconds, self._too_late)
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def _too_late(self) -> None:
        self._late = True
        self._kill()
        self._replies.put((None, EOFError("the time is over")))

    def _kill(self) -> None:
        if self._process.returncode is not None:
            return  # already waited for: its number may be another's by now
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._process.kill()
        else:
            self._process.kill()

    def _gone(self) -> Exception:
        """Why the process ended, as far as its exit status tells."""
        self._kill()
        status = self._process.wait()
        return OutOfTime("it did not end in time") if self._late else why(status)
