"""What can be ordered, told to whoever may order it."""

from collections.abc import Sequence

from adapters.messengers.telegram.desk.order import Command
from adapters.messengers.telegram.desk.words import Words
from bots.model.operator import Operator

WORDS = Words(
    {
        "stranger": (
            (
                "Здесь операторы отвечают клиентам. Чтобы стать одним из них, возьмите у владельца код и"
                " напишите: /link КОД"
            ),
            (
                "Operators answer customers here. To become one of them get a code from the owner and"
                " write: /link CODE"
            ),
        ),
        "answering": (
            (
                "Как отвечать: возьмите чат (кнопка «Взять» или /take) и пишите в его теме — слова уходят"
                " клиенту. // в начале — заметка для своих."
            ),
            (
                "How to answer: take a chat (the button “Take” or /take) and write in its topic: your"
                " words go to the customer. // at the beginning makes it a note inside."
            ),
        ),
        "inside": (
            (
                "Как отвечать: возьмите чат (кнопка «Взять» или /take). В этой очереди написанное остаётся"
                " внутри; клиенту уходит то, что начато с > или /r."
            ),
            (
                "How to answer: take a chat (the button “Take” or /take). In this queue what you write stays"
                " inside; what begins with > or /r goes to the customer."
            ),
        ),
        "chat": ("В теме чата:", "In a chat's topic:"),
        "everywhere": ("Где угодно:", "Anywhere:"),
    }
)


def told(
    commands: Sequence[Command], who: Operator, language: str, *, internal: bool = False
) -> str:
    """All commands that somebody may give, each in a line."""
    if not who.active:
        return WORDS.say(language, "stranger")
    may = [one for one in commands if who.may(one.role)]
    here = [one for one in may if not one.everywhere]
    anywhere = [one for one in may if one.everywhere]
    lines = [WORDS.say(language, "inside" if internal else "answering")]
    for name, some in (("chat", here), ("everywhere", anywhere)):
        lines += ["", WORDS.say(language, name), *(_line(one, language) for one in some)]
    return "\n".join(lines)


def _line(one: Command, language: str) -> str:
    side = 0 if language == "ru" else 1
    name = f"/{one.name}"
    if side == 0 and one.also:
        name += f" (/{one.also[0]})"
    return " ".join(filter(None, (name, one.takes[side]))) + f" — {one.means[side]}"
