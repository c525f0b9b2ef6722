"""What to tell an owner whose expression cannot be read or may not be: the usual slips, named."""

import ast
import re
from collections.abc import Mapping

_QUOTES = "«»“”„‘’"
_WORDS = {"и": "and", "или": "or", "не": "not", "если": "if", "иначе": "else", "в": "in"}
_STRINGS = re.compile(r"'[^']*'|\"[^\"]*\"")
_WORD = re.compile(r"\w+")
_ASSIGNMENT = re.compile(r"(?<![=!<>:])=(?!=)")

REFUSED: Mapping[type[ast.AST], str] = {
    ast.Lambda: "lambda здесь нет",
    ast.ListComp: "циклов в выражениях нет",
    ast.SetComp: "циклов в выражениях нет",
    ast.DictComp: "циклов в выражениях нет",
    ast.GeneratorExp: "циклов в выражениях нет",
    ast.JoinedStr: "f-строк нет: складывайте тексты знаком +",
    ast.NamedExpr: "присваивать нельзя: сравнение пишется ==, а значения даёт шаг set",
    ast.Tuple: "список пишется в квадратных скобках: [1, 2]",
    ast.Set: "список пишется в квадратных скобках: [1, 2]",
    ast.Slice: "срезов нет, есть один элемент: список[0]",
    ast.Starred: "звёздочка здесь не пишется",
    ast.Pow: "степени ** нет",
    ast.MatMult: "знака @ здесь нет",
    ast.LShift: "знака << здесь нет",
    ast.RShift: "знака >> здесь нет",
    ast.BitAnd: "знака & здесь нет, пишется and",
    ast.BitXor: "знака ^ здесь нет",
    ast.Invert: "знака ~ здесь нет, пишется not",
    ast.Is: "вместо is пишется ==",
    ast.IsNot: "вместо is not пишется !=",
    ast.Await: "await здесь нет",
    ast.Yield: "yield здесь нет",
    ast.YieldFrom: "yield здесь нет",
}


def wording(text: str, error: SyntaxError) -> tuple[str, int]:
    """What is wrong with `text` and the column, from 1, at which it is."""
    bare = _STRINGS.sub(lambda quoted: "'" + " " * (len(quoted.group()) - 2) + "'", text)
    return _slip(bare) or _unread(text, error)


def _unread(text: str, error: SyntaxError) -> tuple[str, int]:
    if "'else'" in error.msg:
        return "условие пишется целиком: a if условие else b", 1
    if not error.offset:
        return "выражение оборвано: после последнего знака чего-то не хватает", len(text) + 1
    return "в этом месте выражение не читается", min(error.offset, len(text) + 1)


def _slip(bare: str) -> tuple[str, int] | None:
    for place, sign in enumerate(bare):
        if sign in _QUOTES:
            return "текст в выражении берут в прямые кавычки: 'да'", place + 1
    for sign, instead in (("&&", "and"), ("||", "or"), ("<>", "!="), ("=<", "<="), ("=>", ">=")):
        place = bare.find(sign)
        if place >= 0:
            return f"вместо {sign} пишется {instead}", place + 1
    if bare.count("'") % 2 or bare.count('"') % 2:
        return "кавычка не закрыта", max(bare.rfind("'"), bare.rfind('"')) + 1
    for opening, closing in ("()", "[]", "{}"):
        if bare.count(opening) != bare.count(closing):
            place = bare.rfind(opening) if bare.count(opening) > bare.count(closing) else -1
            place = place if place >= 0 else bare.rfind(closing)
            return f"скобки {opening}{closing} не сходятся", place + 1
    return _word_slip(bare)


def _word_slip(bare: str) -> tuple[str, int] | None:
    assignment = _ASSIGNMENT.search(bare)
    if assignment:
        return "сравнение пишется двумя знаками: ==", assignment.start() + 1
    exclamation = re.search(r"!(?!=)", bare)
    if exclamation:
        return "вместо ! пишется not", exclamation.start() + 1
    for word in _WORD.finditer(bare):
        if word.group().lower() in _WORDS:
            instead = _WORDS[word.group().lower()]
            return f"вместо «{word.group()}» пишется {instead}", word.start() + 1
    return None
