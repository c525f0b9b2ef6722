"""Reads what a bot's actions.py declares, without running a line of it."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import cast

from flows.errors import Complaint, Place
from flows.model import ActionSpec, Effect, Input, Wording

FILE = "actions.py"
CONTEXT = "ctx"

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_KINDS: Mapping[str, str] = {
    "str": "text",
    "int": "integer",
    "float": "number",
    "bool": "yes_no",
    "list": "list",
    "dict": "object",
}
_EFFECTS = ("none", "undo", "yes")
_CODE = "E095"
FORBIDDEN = Wording(
    "файл actions.py выключен — его включает настройка EASYFLOW_ALLOW_ACTIONS=yes",
    "the file actions.py is switched off: the setting EASYFLOW_ALLOW_ACTIONS=yes switches it on",
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Declared:
    """The actions of one file by name, and what is wrong with it."""

    def __init__(
        self,
        source: str,
        *,
        taken: Collection[str] = (),
        language: str = "ru",
        allowed: bool = True,
    ) -> None:
        """`taken` are names that the file cannot use; `allowed` says that it may be run."""
        self.specs: dict[str, ActionSpec] = {}
        self.complaints: list[Complaint] = []
        self._taken = taken
        self._english = language == "en"
        self._missing = None if allowed else FORBIDDEN
        try:
            tree = ast.parse(source, FILE)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            # The latter two are how Python refuses what is nested too deeply.
            line = getattr(error, "lineno", 1) or 1
            self._wrong(
                line, f"Python этого не понимает: {error}", f"Python cannot read it: {error}"
            )
            return
        for function, call in _decorated(tree):
            self._read(function, call)

    def _wrong(self, line: int, ru: str, en: str) -> None:
        text = en if self._english else ru
        self.complaints.append(Complaint(Place(FILE, line), _CODE, text))

    def _read(self, function: Function, call: ast.Call) -> None:
        name = _text(call.args[0]) if len(call.args) == 1 else None
        if name is None or not _NAME.fullmatch(name):
            self._wrong(
                call.lineno,
                'имя действия пишется прямо здесь, с точкой: @action("loyalty.points")',
                'write the action\'s name here, with a dot: @action("loyalty.points")',
            )
            return
        if name in self._taken or name in self.specs:
            self._wrong(
                call.lineno,
                f"действие «{name}» уже есть — возьмите другое имя",
                f"there is an action “{name}” already: take another name",
            )
            return
        keywords = {word.arg: word.value for word in call.keywords}
        effect = _text(keywords["effect"]) if "effect" in keywords else "yes"
        if effect not in _EFFECTS:
            self._wrong(
                call.lineno,
                f"effect бывает: {', '.join(_EFFECTS)}",
                f"effect is one of {', '.join(_EFFECTS)}",
            )
            return
        if function.args.vararg or function.args.kwarg or function.args.posonlyargs:
            self._wrong(
                function.lineno,
                "у аргументов действия должны быть имена: без *, ** и /",
                "an action's arguments need names: no *, ** and /",
            )
            return
        about = _text(keywords.get("about")) or _first_line(function)
        self.specs[name] = ActionSpec(
            name=name,
            about=Wording(about, about),
            inputs=dict(_inputs(function)),
            effect=cast(Effect, effect),
            cost="slow",
            missing=self._missing,
        )


def _decorated(tree: ast.Module) -> Iterator[tuple[Function, ast.Call]]:
    for one in tree.body:
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in one.decorator_list:
                if isinstance(decorator, ast.Call) and _called(decorator.func) == "action":
                    yield one, decorator


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _first_line(function: Function) -> str:
    return (ast.get_docstring(function) or "").split("\n")[0].rstrip(".")


def _inputs(function: Function) -> Iterator[tuple[str, Input]]:
    given = function.args
    required = len(given.args) - len(given.defaults)
    for place, one in enumerate(given.args):
        if one.arg != CONTEXT:
            yield one.arg, Input(kind=_kind(one.annotation), required=place < required)
    for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if one.arg != CONTEXT:
            yield one.arg, Input(kind=_kind(one.annotation), required=default is None)


def _kind(annotation: ast.expr | None) -> str:
    """The kind of `str`, `list[str]`, `str | None`."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr()):
            return _kind(left)
        case ast.Subscript(value=value):
            return _kind(value)
        case ast.Name(id=name):
            return _KINDS.get(name, "any")
    return "any"
