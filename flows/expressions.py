"""Expressions of flows: a small, halting part of Python's grammar, checked once, run often."""

import ast
import difflib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flows import closures, operators
from flows.closures import Run
from flows.env import Env
from flows.errors import FlowError, RunError
from flows.functions import FUNCTIONS
from flows.operators import LARGEST_NUMBER
from flows.syntax import REFUSED, wording

LONGEST_SOURCE = 500
MOST_NODES = 200
DEEPEST = 100

CONSTANT_NAMES: Mapping[str, Any] = {
    "null": None,
    "yes": True,
    "no": False,
    "true": True,
    "false": False,
}
MOMENT_NAMES = frozenset({"now", "today"})
RESERVED_NAMES = frozenset(CONSTANT_NAMES) | MOMENT_NAMES
"""Names that never come from a scope; nothing can be saved under them."""


class ExpressionError(FlowError):
    """An expression the owner has to change; `column` counts from 1 inside its source."""

    def __init__(self, text: str, column: int = 1) -> None:
        super().__init__(text)
        self.text = text
        self.column = column


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. `paths` holds every dotted name it reads, in full: `user.phone`."""

    source: str
    names: frozenset[str]
    paths: frozenset[str]
    _run: Run = field(repr=False, compare=False)

    def evaluate(self, scope: Mapping[str, Any], env: Env) -> Any:
        """The value; whatever is missing on the way is null. RunError for what has no value."""
        run = self._run
        try:
            return run(scope, env)
        except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
            raise RunError(f"не получилось посчитать «{self.source}»") from error
        except RunError as error:
            raise RunError(f"не получилось посчитать «{self.source}»: {error}") from error

    def true(self, scope: Mapping[str, Any], env: Env) -> bool:
        return bool(self.evaluate(scope, env))


def parse_expression(source: str) -> Expression:
    """Check an expression and make it ready to run; ExpressionError says what is wrong where."""
    if len(source) > LONGEST_SOURCE:
        raise ExpressionError(f"выражение длиннее {LONGEST_SOURCE} знаков", LONGEST_SOURCE + 1)
    line = source.replace("\r", " ").replace("\n", " ").replace("\t", " ")
    text = line.strip()
    if not text:
        raise ExpressionError("пустое выражение")
    shift = len(line) - len(line.lstrip())
    compiler = _Compiler(text, shift)
    tree = _parsed(text, shift)
    run = compiler.compile(tree)
    names, paths = shared(frozenset(compiler.names)), shared(frozenset(compiler.paths))
    return Expression(source, names, paths, run)


@lru_cache(4096)
def shared(names: frozenset[str]) -> frozenset[str]:
    """The one set of these names in memory: many expressions of a bot read the same ones."""
    return names


def _parsed(text: str, shift: int) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        said, column = wording(text, error)
        raise ExpressionError(said, column + shift) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("выражение слишком сложное или с недопустимым знаком") from None
    _refuse_comment(text, tree, shift)
    return tree


def _refuse_comment(text: str, tree: ast.expr, shift: int) -> None:
    """Python would silently drop everything after `#`."""
    end = len(text.encode()[: tree.end_col_offset].decode())
    place = text.find("#", end)
    if place >= 0:
        raise ExpressionError("знак # обрывает выражение, уберите его", place + shift + 1)


_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any, Env], Any]] = {
    ast.Add: operators.add,
    ast.Sub: operators.subtract,
    ast.Mult: operators.multiply,
    ast.Div: operators.divide,
    ast.FloorDiv: operators.floor_divide,
    ast.Mod: operators.modulo,
}


class _Compiler:
    """Turns a checked tree into nested closures and notes what names it reads."""

    def __init__(self, text: str, shift: int) -> None:
        self._text = text
        self._shift = shift
        self._nodes = 0
        self._depth = 0
        self.names: set[str] = set()
        self.paths: set[str] = set()

    def compile(self, node: ast.expr) -> Run:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise self._error(node, "выражение слишком длинное, разбейте его на шаги set")
        if self._depth > DEEPEST:
            raise self._error(node, "слишком много вложенных скобок")
        compiled = self._compilers.get(type(node))
        if compiled is None:
            raise self._error(node, REFUSED.get(type(node), "так в выражениях не пишут"))
        self._depth += 1
        run = compiled(self, node)
        self._depth -= 1
        return run

    def _error(self, node: ast.expr, text: str) -> ExpressionError:
        offset = len(self._text.encode()[: node.col_offset].decode())
        return ExpressionError(text, offset + self._shift + 1)

    # ------------------------------------------------------------ values

    def _constant(self, node: ast.Constant) -> Run:
        value = node.value
        if value is not None and not isinstance(value, (str, int, float)):
            raise self._error(node, "такого значения здесь нет")
        if not isinstance(value, str | None) and not abs(value) <= LARGEST_NUMBER:
            raise self._error(node, "слишком большое число")
        return lambda scope, env: value

    def _name(self, node: ast.Name) -> Run:
        name = node.id
        if name in CONSTANT_NAMES:
            value = CONSTANT_NAMES[name]
            return lambda scope, env: value
        if name == "now":
            return lambda scope, env: env.local_now
        if name == "today":
            return lambda scope, env: env.today
        self._refuse_hidden(node, name)
        self.names.add(name)
        self.paths.add(name)
        return lambda scope, env: scope.get(name)

    def _refuse_hidden(self, node: ast.expr, name: str) -> None:
        if name.startswith("_"):
            raise self._error(node, f"имя «{name}» не может начинаться с подчёркивания")

    def _attribute(self, node: ast.Attribute) -> Run:
        name = node.attr
        self._refuse_hidden(node, name)
        before = self.paths.copy()
        base = self.compile(node.value)
        self._lengthen(node, before)
        if isinstance(node.value, ast.Name) and node.value.id not in RESERVED_NAMES:
            return closures.root_field(node.value.id, name)
        return closures.field(base, name)

    def _lengthen(self, node: ast.Attribute | ast.Subscript, before: set[str]) -> None:
        """`user.phone` was noted as `user` by its beginning; keep only the whole."""
        path = _static_path(node)
        if path is not None:
            self.paths = before | {path}

    def _subscript(self, node: ast.Subscript) -> Run:
        before = self.paths.copy()
        base = self.compile(node.value)
        self._lengthen(node, before)
        key = self.compile(node.slice)
        return lambda scope, env: operators.element(base(scope, env), key(scope, env))

    def _list(self, node: ast.List) -> Run:
        items = [self.compile(item) for item in node.elts]
        return lambda scope, env: [item(scope, env) for item in items]

    def _dict(self, node: ast.Dict) -> Run:
        pairs = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise self._error(node, "звёздочка здесь не пишется")
            pairs.append((self.compile(key), self.compile(value)))
        return lambda scope, env: {key(scope, env): value(scope, env) for key, value in pairs}

    # ------------------------------------------------------------ logic

    def _bool(self, node: ast.BoolOp) -> Run:
        first, *rest = [self.compile(value) for value in node.values]
        joined = closures.both if isinstance(node.op, ast.And) else closures.either
        for operand in rest:
            first = joined(first, operand)
        return first

    def _unary(self, node: ast.UnaryOp) -> Run:
        if type(node.op) in REFUSED:
            raise self._error(node, REFUSED[type(node.op)])
        operand = self.compile(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda scope, env: not operand(scope, env)
        sign = operators.negative if isinstance(node.op, ast.USub) else operators.positive
        return lambda scope, env: sign(operand(scope, env))

    def _if(self, node: ast.IfExp) -> Run:
        test, body, other = map(self.compile, (node.test, node.body, node.orelse))
        return lambda scope, env: body(scope, env) if test(scope, env) else other(scope, env)

    def _compare(self, node: ast.Compare) -> Run:
        for sign in node.ops:
            if type(sign) in REFUSED:
                raise self._error(node, REFUSED[type(sign)])
        operands = [self.compile(operand) for operand in (node.left, *node.comparators)]
        if len(operands) == 2:
            return closures.compared(node.ops[0], *operands)
        return closures.chained([closures.comparison(sign) for sign in node.ops], operands)

    # ------------------------------------------------------------ arithmetic, functions

    def _binary(self, node: ast.BinOp) -> Run:
        if isinstance(node.op, ast.BitOr):
            return self._pipe(node)
        operation = _ARITHMETIC.get(type(node.op))
        if operation is None:
            raise self._error(node.right, REFUSED[type(node.op)])
        left, right = self.compile(node.left), self.compile(node.right)
        return lambda scope, env: operation(left(scope, env), right(scope, env), env)

    def _pipe(self, node: ast.BinOp) -> Run:
        filter_ = node.right
        if isinstance(filter_, ast.Name):
            return self._function(filter_, filter_, [node.left])
        if isinstance(filter_, ast.Call):
            return self._function(filter_, filter_.func, [node.left, *filter_.args])
        raise self._error(filter_, "после | пишется название фильтра: сумма | money")

    def _call(self, node: ast.Call) -> Run:
        return self._function(node, node.func, node.args)

    def _function(self, node: ast.expr, named: ast.expr, arguments: list[ast.expr]) -> Run:
        if isinstance(node, ast.Call) and node.keywords:
            raise self._error(node, "аргументы пишутся по порядку, без имён")
        if not isinstance(named, ast.Name):
            raise self._error(named, "функции пишутся так: len(список)")
        function = FUNCTIONS.get(named.id)
        if function is None:
            raise self._error(named, _unknown_function(named.id))
        if not function.least <= len(arguments) <= function.most:
            raise self._error(node, _wrong_count(named.id, function.least, function.most))
        return closures.applied(function.call, [self.compile(argument) for argument in arguments])

    _compilers: Mapping[type[ast.expr], Callable[[Any, Any], Run]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.List: _list,
        ast.Dict: _dict,
        ast.BoolOp: _bool,
        ast.UnaryOp: _unary,
        ast.IfExp: _if,
        ast.Compare: _compare,
        ast.BinOp: _binary,
        ast.Call: _call,
    }


def _static_path(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return None if node.id in RESERVED_NAMES else node.id
    if isinstance(node, ast.Attribute):
        base = _static_path(node.value)
        return None if base is None else f"{base}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        base = _static_path(node.value)
        return (
            None
            if base is None or not isinstance(node.slice.value, str)
            else f"{base}.{node.slice.value}"
        )
    return None


def _unknown_function(name: str) -> str:
    near = difflib.get_close_matches(name, FUNCTIONS, 1)
    return f"не знаю функции «{name}»" + (f" — может, «{near[0]}»?" if near else "")


def _wrong_count(name: str, least: int, most: int) -> str:
    count = str(least) if least == most else f"от {least} до {most}"
    return f"у «{name}» другое число аргументов: нужно {count}"
