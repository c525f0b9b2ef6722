"""Words that an owner may know from elsewhere, with ours for them."""

from collections.abc import Mapping

from flows.vocabulary import WORDS

_ELSEWHERE = {
    # Verbs of other languages and builders.
    "message": "say",
    "send": "say",
    "reply": "say",
    "print": "say",
    "answer": "say",
    "ответить": "say",
    "написать": "say",
    "question": "ask",
    "input": "ask",
    "prompt": "ask",
    "спроси": "ask",
    "скажи": "say",
    "let": "set",
    "var": "set",
    "assign": "set",
    "switch": "choose",
    "match": "choose",
    "for": "each",
    "foreach": "each",
    "loop": "each",
    "jump": "go",
    "next": "go",
    "run": "call",
    "return": "done",
    "end": "done",
    "stop": "done",
    "finish": "done",
    "exit": "done",
    "action": "do",
    "schedule": "later",
    "operator": "handoff",
    "human": "handoff",
    # Keys.
    "elif": "else",
    "elseif": "else",
    "otherwise": "else",
    "default": "else",
    "иначе": "else",
    "тогда": "then",
    "варианты": "cases",
    "case": "cases",
    "name": "flow",
    "description": "about",
    "on": "when",
    "trigger": "when",
    "triggers": "when",
    "variable": "save",
    "сохранить": "save",
    "type": "as",
    "тип": "as",
    "choices": "buttons",
    "keyboard": "buttons",
    "кнопки": "buttons",
    "validate": "check",
    "проверка": "check",
    "regex": "matches",
    "pattern": "matches",
    "error": "retry",
    "повтор": "retry",
    "attempts": "tries",
    "попытки": "tries",
    "reminder": "remind",
    "delay": "after",
    "params": "with",
    "args": "with",
    "image": "photo",
    "picture": "photo",
    "фото": "photo",
    "document": "file",
    "файл": "file",
    "link": "url",
    "ссылка": "url",
    # Types of answers.
    "string": "text",
    "str": "text",
    "текст": "text",
    "строка": "text",
    "int": "integer",
    "целое": "integer",
    "float": "number",
    "decimal": "number",
    "число": "number",
    "bool": "yes_no",
    "boolean": "yes_no",
    "да_нет": "yes_no",
    "select": "choice",
    "выбор": "choice",
    "multiple": "many",
    "дата": "date",
    "время": "time",
    "datetime": "date_time",
    "телефон": "phone",
    "telefon": "phone",
    "tel": "phone",
    "mail": "email",
    "почта": "email",
    "место": "location",
    "geo": "location",
    "stars": "rating",
    "оценка": "rating",
}


def _all() -> Mapping[str, frozenset[str]]:
    ours: dict[str, set[str]] = {}
    for word in WORDS:
        if word.alias:
            ours.setdefault(word.alias, set()).add(word.name)
    for theirs, name in _ELSEWHERE.items():
        ours.setdefault(theirs, set()).add(name)
    return {theirs: frozenset(names) for theirs, names in ours.items()}


SYNONYMS = _all()
