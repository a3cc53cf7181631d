"""What a stranger's bytes must not reach: a check does it in a process of its own."""

import inspect
import sys
import tempfile
from collections.abc import Callable

from privlab.course.answer import NotAttempted
from privlab.course.exercise import Wrong
from privlab.course.grade.channel import Crashed, OutOfTime
from privlab.course.grade.remote import NotStarted, OutOfMemory
from privlab.course.grade.sandbox import LIMITS_ONLY, Limits
from privlab.course.grade.session import CURRENT, Place


def apart(function: Callable, *data):
    """``function(*data)``, computed where a crash or a hang harms nothing.

    For what a library reads at its own risk, such as a ciphertext. ``function`` is one
    of a module that can be run on its own, like a lesson's checks; it takes and gives
    plain data, and holds what the answer must not see (a secret key). If it fails in
    any way, the data is to blame: ``Wrong``. In a grading run the process is shut in
    as answers are, in a notebook it has limits only.
    """
    module = inspect.getsource(sys.modules[function.__module__])
    job = {"given": [module], "around": [], "code": "", "name": function.__name__}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = CURRENT.get() or Place(LIMITS_ONLY, Limits(), folder=folder)
        with place.another() as process, process.within(place.limits.seconds):
            try:
                return process.begin(job)(*data)
            except NotStarted:
                raise
            except (Wrong, NotAttempted, Crashed, OutOfTime, OutOfMemory) as failed:
                raise Wrong("what you gave back cannot be read") from failed
