"""Take a student's cells apart, statement by statement: what does one answer need?

Works on what the compiler says a statement binds and uses, and runs in the sandbox: a
text can be made to upset a parser.
"""

import ast
import dis
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial, reduce
from types import CodeType

CELL_MAGIC = re.compile(r"\A\s*%%.*(?:\n|\Z)")  # below `%%time` there is Python
MAGIC = re.compile(r"^([ \t]*)[%!].*", re.M)
IDLE = """
def get_ipython():
    from unittest.mock import MagicMock

    return MagicMock()

"""
BINDS = {"STORE_NAME", "STORE_GLOBAL"}
USES = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
CHANGES = {"STORE_ATTR", "STORE_SUBSCR", "STORE_SLICE"}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a cell: the global names that it binds, and that it uses."""

    code: CodeType
    binds: frozenset[str]
    uses: frozenset[str]
    imports: bool
    changes: bool

    @property
    def binds_anything(self) -> bool:
        """Whether it is ``from module import *``."""
        return self.imports and not self.binds


def statements(text: str) -> list[Statement]:
    """The statements of a cell; magics do nothing. ``SyntaxError`` if it is no Python.

    Each is compiled on its own, so that one may fail and the others run.
    """
    body = _parsed(CELL_MAGIC.sub("", text)).body
    future = [node for node in body if _is_future(node)]
    return [_statement(node, future) for node in body if node not in future]


def _parsed(text: str) -> ast.Module:
    """The cell as Python; else without lines of magic; else as IPython reads it."""
    for without_magic in (str, partial(MAGIC.sub, r"\1pass"), _as_ipython):
        try:
            return ast.parse(without_magic(text))
        except SyntaxError as error:
            failed = error
    raise failed


def _as_ipython(text: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager  # takes its time

    return IDLE + TransformerManager().transform_cell(text)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _statement(node: ast.stmt, future: list[ast.stmt]) -> Statement:
    code = compile(ast.Module([*future, node], []), "<cell>", "exec", dont_inherit=True)
    top = list(dis.get_instructions(code))
    return Statement(
        code=code,
        binds=frozenset(i.argval for i in top if i.opname in BINDS),
        uses=frozenset(i.argval for i in _deeply(code) if i.opname in USES),
        imports=isinstance(node, ast.Import | ast.ImportFrom),
        changes=any(i.opname in CHANGES for i in top),
    )


def _deeply(code: CodeType) -> Iterator[dis.Instruction]:
    """The instructions of some code and of the functions in it."""
    yield from dis.get_instructions(code)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _deeply(constant)


def needs(names: Iterable[str], among: list[Statement]) -> frozenset[str]:
    """The names that these names need, through all statements that bind them."""
    needed, before = frozenset(names), None
    while needed != before:
        before = needed
        binding = (s.uses for s in among if s.binds & needed)
        needed = reduce(frozenset.union, binding, needed)
    return needed


def without_tests(cell: list[Statement], name: str) -> list[Statement]:
    """The answer's cell without what only tries the answer out, after its definition.

    ``check("dp-01", f)``, ``print(f(1))``, ``assert f(1) == 2``: such a statement uses
    the answer and neither binds what the answer needs nor changes anything.
    """
    last = max((i for i, s in enumerate(cell) if name in s.binds), default=len(cell))
    needed = needs([name], cell)

    def tries(number: int, s: Statement) -> bool:
        idle = not (s.changes or s.binds & needed)
        return number > last and name in s.uses and idle

    return [s for number, s in enumerate(cell) if not tries(number, s)]


def helping(
    cell: list[Statement], name: str, others: list[Statement], known: Iterable[str]
) -> list[Statement]:
    """Those of the ``others`` that the answer needs, in their order.

    The ``known`` names are the course's own and not taken from a student.
    """
    used = reduce(frozenset.union, (s.uses for s in cell), frozenset([name]))
    there = reduce(frozenset.union, (s.binds for s in cell), frozenset(known))
    wanted = needs(used - there, others) - there
    return [s for s in others if s.binds_anything or s.binds & wanted]
