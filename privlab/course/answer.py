"""An answer as a check sees it: call it with data, get data back."""

import copy
from collections.abc import Callable
from traceback import format_exception_only

import numpy as np

from privlab.course.exercise import Wrong


class NotAttempted(Exception):
    """The learner has not written this answer yet."""


class LocalAnswer:
    """The learner's function, run in this process.

    It gets copies of the arguments, and in place of a generator a fresh one seeded
    from it: so it must be where the answer runs in another process, and both see the
    same.
    """

    def __init__(self, function: Callable):
        self._function = function

    def __call__(self, *args, **kwargs):
        args = [_own(value) for value in args]
        kwargs = {name: _own(value) for name, value in kwargs.items()}
        return called(self._function, args, kwargs)

    def each(self, cases: list[dict]) -> list:
        """The results of one call for each case, a dict of arguments by name."""
        return [self(**case) for case in cases]

    def samples(self, times: int, *args, rng: np.random.Generator, **kwargs):
        """The results of ``times`` calls with one generator, stacked in an array."""
        return sampled(self._function, times, args, kwargs, _own(rng))


def sampled(function: Callable, times: int, args, kwargs, rng) -> np.ndarray:
    """The results of many calls, each with copies of the arguments but one ``rng``."""

    def once():
        fresh_args = [_own(value) for value in args]
        fresh_kwargs = {name: _own(value) for name, value in kwargs.items()}
        return called(function, fresh_args, {**fresh_kwargs, "rng": rng})

    return np.array([once() for _ in range(times)])


def called(function: Callable, args, kwargs):
    """The result of one call as plain data; ``NotAttempted`` or ``Wrong``."""
    try:
        result = function(*args, **kwargs)
    except NotImplementedError as error:
        raise NotAttempted from error
    except (Exception, SystemExit) as error:
        raise Wrong(f"your code stopped with {said(error)}") from error
    if result is None:
        raise Wrong("your function returned None: is a `return` missing?")
    return plain(result)


def said(error: BaseException) -> str:
    """``"ValueError: its text"``, or only the name where an error has no text."""
    return "".join(format_exception_only(error)).strip()


def _own(value):
    """A copy the answer may spoil; a generator becomes a fresh one seeded from it."""
    if isinstance(value, np.random.Generator):
        return np.random.default_rng(value.integers(2**63))
    if type(value) in (int, float, str, bool):  # most values: no need for a deep copy
        return value
    return value.copy() if type(value) is np.ndarray else copy.deepcopy(value)


def plain(value):
    """``value`` as plain data: Python numbers, strings, lists, dicts, numpy arrays.

    A numpy scalar or a 0-d array becomes a Python number: nobody loses marks for
    ``np.float64``. ``NotAttempted`` for an Ellipsis; ``Wrong`` names anything else
    that is not data, subclasses of ``float`` with their own arithmetic included.
    """
    if value is Ellipsis:
        raise NotAttempted
    if isinstance(value, np.floating):
        return float(value)  # item() would leave a longdouble as it is
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        array = np.array(value, subok=False)
        if array.dtype == object:
            raise Wrong("your array holds Python objects; make it an array of numbers")
        return array if array.ndim else plain(array[()])
    if type(value) in (bool, int, float, complex, str, bytes):
        return value
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    raise Wrong(
        f"your answer is a {type(value).__name__}; return numbers, text, lists or "
        "arrays"
    )


def wrap(answer):
    """The answer as checks take it: a ``LocalAnswer``, or plain data."""
    return LocalAnswer(answer) if callable(answer) else plain(answer)
