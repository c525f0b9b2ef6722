"""The pieces a checked expression is built of: small functions of a scope and an Env."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from flows import operators
from flows.env import Env

Run = Callable[[Any, Env], Any]
"""A part of an expression, ready: from a scope (any Mapping) and an Env to a value."""

_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


def root_field(root: str, name: str) -> Run:
    def read(scope: Any, env: Env) -> Any:
        value = scope.get(root)
        return value.get(name) if type(value) is dict else operators.attribute(value, name)

    return read


def field(base: Run, name: str) -> Run:
    def read(scope: Any, env: Env) -> Any:
        value = base(scope, env)
        return value.get(name) if type(value) is dict else operators.attribute(value, name)

    return read


def both(left: Run, right: Run) -> Run:
    return lambda scope, env: left(scope, env) and right(scope, env)


def either(left: Run, right: Run) -> Run:
    return lambda scope, env: left(scope, env) or right(scope, env)


def applied(call: Callable[..., Any], arguments: list[Run]) -> Run:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda scope, env: call(only(scope, env), env)
    if len(arguments) == 2:
        first, second = arguments
        return lambda scope, env: call(first(scope, env), second(scope, env), env)
    return lambda scope, env: call(*[argument(scope, env) for argument in arguments], env)


def comparison(sign: ast.cmpop) -> Callable[[Any, Any, Env], bool]:
    """A comparison of two values by a sign of the grammar."""
    if isinstance(sign, ast.Eq):
        return operators.equal
    if isinstance(sign, ast.NotEq):
        return lambda left, right, env: not operators.equal(left, right, env)
    if isinstance(sign, ast.In):
        return operators.within
    if isinstance(sign, ast.NotIn):
        return lambda left, right, env: not operators.within(left, right, env)
    written, compare = _COMPARISONS[type(sign)]

    def ordered(left: Any, right: Any, env: Env) -> bool:
        if left is None or right is None:
            return False
        try:
            return bool(compare(left, right))
        except TypeError:
            return operators.ordered(compare, left, right, env, written)

    return ordered


def compared(sign: ast.cmpop, left: Run, right: Run) -> Run:
    compare = comparison(sign)
    return lambda scope, env: compare(left(scope, env), right(scope, env), env)


def chained(compares: list[Callable[[Any, Any, Env], bool]], operands: list[Run]) -> Run:
    first, rest = operands[0], list(zip(compares, operands[1:], strict=True))

    def holds(scope: Any, env: Env) -> bool:
        left = first(scope, env)
        for compare, operand in rest:
            right = operand(scope, env)
            if not compare(left, right, env):
                return False
            left = right
        return True

    return holds
