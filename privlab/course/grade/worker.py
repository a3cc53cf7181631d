"""Inside the sandbox: run one student's answers, and call them as the grader asks.

Started as ``python -I worker.py LIMITS``; requests come on standard input, replies go
to what was standard output. Each answer runs in a child of its own, forked after the
slow imports, where the system can fork. Everything after an answer's code has run may
be under its control: the grader takes every reply as a stranger's data.
"""

import ast
import contextlib
import json
import os
import signal
import sys
import tempfile

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
IDLE = """
def get_ipython():
    from unittest.mock import MagicMock

    return MagicMock()

"""


def main() -> None:
    limits = json.loads(sys.argv[1])
    requests, replies = _channels()
    _limit(limits)  # before numpy: whatever is loaded counts
    from privlab.course.grade import wire

    _warm(wire.read(requests))
    while True:
        try:
            job = wire.read(requests)
        except EOFError:
            return
        status = _in_child(lambda j=job: _serve(j, requests, replies))
        wire.write(replies, {"ended": status})


def _warm(given: list[str]) -> None:
    """Import once what the course's own cells import, for all answers."""
    for code in given:
        for node in ast.parse(code).body:
            if isinstance(node, IMPORTS):
                exec(compile(ast.Module([node], []), "<given>", "exec"), {})


def _in_child(work) -> int:
    """Do ``work`` in a child with a folder of its own; the child's exit status.

    What the child leaves running in its group ends with it.
    """
    if not hasattr(os, "fork"):
        work()
        return 0
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(tempfile.mkdtemp(dir="."))
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)


def _serve(job: dict, requests, replies) -> None:
    """Run one answer, and call it until the grader has asked all."""
    from privlab.course.grade import wire

    namespace = {"__name__": "__main__"}
    wire.write(replies, _prepared(job, namespace))
    while True:
        request = wire.read(requests)
        if request["do"] == "end":
            return
        reply = _reply(lambda r=request: _called(namespace[job["name"]], r))
        wire.write(replies, reply)


def _channels():
    """Keep standard input and output for the grader; give the answer empty ones."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    return requests, replies


def _limit(limits: dict) -> None:
    """Give up root, if this is root's sandbox, and set the limits that the system has.

    The kernel does not count root's processes, so a fork bomb needs a plain user.
    """
    if "user" in limits:
        os.setgroups([])
        os.setgid(limits["user"])
        os.setuid(limits["user"])
    try:
        import resource
    except ImportError:  # Windows: only the grader's clock holds
        return
    for name, value in limits["resources"].items():
        resource.setrlimit(getattr(resource, name), (value, value))


def _prepared(job: dict, namespace: dict) -> dict:
    """Run what the answer leans on, then the answer itself; reply whether to call it.

    ``given`` is the course's own code. Of the student's other cells (``around``) only
    imports, definitions and constants run; what they need may be missing, and if the
    answer needs them it will say so itself.
    """
    for code in job["given"]:
        exec(compile(code, "<given>", "exec"), namespace)
    for code in job["around"]:
        for definition in _definitions(code):
            try:
                exec(compile(definition, "<around>", "exec"), namespace)
            except Exception:
                continue

    def run():
        exec(compile(_parsed(job["code"]), "<answer>", "exec"), namespace)
        if job["name"] not in namespace:
            raise NameError(f"the answer does not define {job['name']}")
        return callable(namespace[job["name"]])

    return _reply(run)


def _parsed(code: str) -> ast.Module:
    """The cell as Python; if it is not, as IPython reads it, with idle magics."""
    try:
        return ast.parse(code)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return ast.parse(IDLE + TransformerManager().transform_cell(code))


def _definitions(code: str) -> list[ast.Module]:
    """The statements of a cell that only define something; they run at no cost."""
    try:
        body = _parsed(code).body
    except Exception:
        return []
    return [ast.Module([node], []) for node in body if _defines(node)]


def _defines(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign):
        return isinstance(node, DEFINITIONS)
    try:
        ast.literal_eval(node.value)
    except ValueError:
        return False
    return True


def _called(answer: object, request: dict) -> object:
    from privlab.course.answer import LocalAnswer, plain

    if request["do"] == "value":
        return plain(answer)
    local = LocalAnswer(answer)
    if request["do"] == "samples":
        return local.samples(request["times"], *request["args"], **request["kwargs"])
    return local(*request["args"], **request["kwargs"])


def _reply(work) -> dict:
    from privlab.course.answer import NotAttempted, said
    from privlab.course.exercise import Wrong

    try:
        return {"result": work()}
    except NotAttempted:
        return {"not attempted": ""}
    except MemoryError:
        return {"memory": ""}
    except Wrong as wrong:
        memory = isinstance(wrong.__cause__, MemoryError)
        return {"memory": ""} if memory else {"wrong": str(wrong)}
    except BaseException as error:
        return {"wrong": f"your code stopped with {said(error)}"}


if __name__ == "__main__":
    main()
