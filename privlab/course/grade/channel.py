"""A child process that is spoken to in frames of data, and can always be ended."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
    """A process and its two pipes. Use it as a context: it is gone afterwards."""

    def __init__(self, command: list[str], *, folder: str, env: dict[str, str]):
        self._late = False
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
        self._process.stdout.close()
        try:
            self._process.stdin.close()
        except OSError:  # what it never read
            return

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
        self.send(message)
        try:
            return wire.read(self._process.stdout)
        except (EOFError, OSError) as error:
            raise self._gone() from error
        except (wire.WireError, MemoryError) as error:
            self._kill()  # what follows could not be told from noise
            raise Crashed(f"its reply is not data: {error}") from error

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
