"""What is wrong with an expression or a type, for owners who write in English."""

import re

from flows.patterns import REASONS

_FIXED = {
    "пустое выражение": "the expression is empty",
    "выражение слишком сложное или с недопустимым знаком": "it is too complex or holds an odd sign",
    "знак # обрывает выражение, уберите его": "the sign # cuts it off: take it away",
    "выражение слишком длинное, разбейте его на шаги set": "too long: split it into steps with set",
    "слишком много вложенных скобок": "too many brackets inside one another",
    "так в выражениях не пишут": "expressions have no such thing",
    "такого значения здесь нет": "there is no such value here",
    "слишком большое число": "the number is too large",
    "звёздочка здесь не пишется": "no star may stand here",
    "после | пишется название фильтра: сумма | money": "a filter's name follows |: sum | money",
    "аргументы пишутся по порядку, без имён": "arguments stand in order, without names",
    "функции пишутся так: len(список)": "a function is written len(list)",
    "скобки }} без {{ перед ними": "}} with no {{ before it",
    "скобки {{ не закрыты: нужно }}": "{{ is never closed: add }}",
    "условие пишется целиком: a if условие else b": "write it whole: a if condition else b",
    "выражение оборвано: после последнего знака чего-то не хватает": "something is missing at its end",
    "в этом месте выражение не читается": "it cannot be read here",
    "текст в выражении берут в прямые кавычки: 'да'": "a text stands in straight quotes: 'yes'",
    "кавычка не закрыта": "a quote is never closed",
    "сравнение пишется двумя знаками: ==": "write == instead of =",
    "вместо ! пишется not": "write not instead of !",
    "lambda здесь нет": "there is no lambda",
    "циклов в выражениях нет": "there are no loops in expressions",
    "f-строк нет: складывайте тексты знаком +": "there are no f-strings: join texts with +",
    "присваивать нельзя: сравнение пишется ==, а значения даёт шаг set": (
        "nothing is assigned here: compare with ==, give values with set"
    ),
    "список пишется в квадратных скобках: [1, 2]": "a list stands in square brackets: [1, 2]",
    "срезов нет, есть один элемент: список[0]": "there are no slices, only one element: list[0]",
    "степени ** нет": "there is no **",
    "знака & здесь нет, пишется and": "write and instead of &",
    "знака ~ здесь нет, пишется not": "write not instead of ~",
    "вместо is пишется ==": "write == instead of is",
    "вместо is not пишется !=": "write != instead of is not",
    "min больше, чем max": "min is greater than max",
    r"\b в matches стоит с краю слова: \bкот\b. Здесь поставьте пробел или \s": (
        r"\b in matches stands at the edge of a word: \bcat\b. Put a space or \s here"
    ),
    r"\B в matches нет: напишите, какие буквы стоят рядом": (
        r"there is no \B in matches: write which letters stand beside"
    ),
    r"в matches внутри [ ] нельзя \W — перечислите знаки: [^а-яё]": (
        r"no \W inside [ ] in matches: list the signs, as in [^a-z]"
    ),
}
_SHAPES = (
    (r"вместо «?(.+?)»? пишется (.+)", r"write \2 instead of \1"),
    (r"скобки (.+) не сходятся", r"the brackets \1 do not match"),
    (r"знака (.+) здесь нет", r"there is no \1"),
    (r"(await|yield) здесь нет", r"there is no \1"),
    (r"выражение длиннее (\d+) знаков", r"it is longer than \1 characters"),
    (r"имя «(.+)» не может начинаться с подчёркивания", r"the name \1 must not begin with _"),
    (r"не знаю функции «(.+?)» — может, «(.+)»\?", r"there is no function \1: did you mean \2?"),
    (r"не знаю функции «(.+)»", r"there is no function \1"),
    (r"у «(.+)» другое число аргументов: нужно (\d+)", r"\1 takes \2 arguments"),
    (r"у «(.+)» другое число аргументов: нужно от (\d+) до (\d+)", r"\1 takes \2 to \3 arguments"),
    (
        r"min и max не подходят к ответу «(.+)» — проверьте его в check вопроса",
        r"min and max cannot go with an answer of type \1: use the question's check",
    ),
    (r"(.+) не подход(?:ит|ят) к ответу «(.+)»", r"\1 cannot go with an answer of type \2"),
    (r"clean бывает (.+), а не «(.+)»", r"clean is one of \1, not \2"),
    (r"(min|max) — это число, а не «(.+)»", r"\1 is a number, \2 is not"),
    (r"(min|max) здесь — целое число от нуля", r"\1 is a whole number from zero here"),
    (r"(min|max) оценки бывает от 1 до 10", r"\1 of a rating is from 1 to 10"),
)
_PATTERN = re.compile(r"выражение «(.+)» в matches не читается: (.+)", re.DOTALL)
_REASONS = {ours: theirs for theirs, ours in REASONS.items()}


def english(said: str) -> str:
    """The same in English; empty where there is no wording for it."""
    pattern = _PATTERN.fullmatch(said)
    if pattern is not None:
        reason = _REASONS.get(pattern[2], pattern[2])
        return f"the pattern “{pattern[1]}” in matches cannot be read: {reason}"
    fixed = _FIXED.get(said)
    if fixed is not None:
        return fixed
    for russian, ours in _SHAPES:
        if re.fullmatch(russian, said):
            return re.sub(russian, ours, said).replace(" и ", " and ")
    return ""
