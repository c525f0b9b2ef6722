"""What the engine itself says to customers, where no owner's words are at hand."""

from collections.abc import Mapping

RUSSIAN: Mapping[str, str] = {
    "yes": "Да",
    "no": "Нет",
    "other": "Другой",
    "done": "Готово",
    "right": "{value} — верно?",
    "stale": "Эта кнопка уже не действует.",
    "resume": "Продолжим «{about}»?",
    "which": "К чему вернёмся?",
    "neither": "Ни к чему",
    "dropped": "Начатых дел стало слишком много, «{about}» закрыто.",
    "stopped": "Хорошо, остановились.",
    "nowhere_back": "Дальше назад нельзя.",
    "not_understood": "Простите, не получилось вас понять.",
    "not_here": "К этому вопросу вложение не подходит.",
    "choose": "Выберите, пожалуйста, один из вариантов.",
    "broken": "Что-то пошло не так. Уже разбираемся.",
    "updated": "Мы только что обновили этот раздел, начнём его ещё раз. Ответы сохранены.",
    "gone": "Этого раздела больше нет.",
    "picked": "Выбрано: {labels}.",
    "nothing_picked": "Пока ничего не выбрано.",
}

ENGLISH: Mapping[str, str] = {
    "yes": "Yes",
    "no": "No",
    "other": "Another",
    "done": "Done",
    "right": "{value} — is that right?",
    "stale": "This button no longer works.",
    "resume": "Shall we go on with “{about}”?",
    "which": "What shall we go back to?",
    "neither": "None of these",
    "dropped": "I have put “{about}” aside for good: too many things were begun.",
    "stopped": "All right, we have stopped.",
    "nowhere_back": "There is nothing further back.",
    "not_understood": "Sorry, I did not understand.",
    "not_here": "An attachment does not answer this question.",
    "choose": "Please choose one of these.",
    "broken": "Something went wrong. We are looking into it.",
    "updated": "We have just changed this part, let us begin it again. Your answers are kept.",
    "gone": "This part is no longer there.",
    "picked": "Chosen: {labels}.",
    "nothing_picked": "Nothing is chosen yet.",
}

CANCEL_WORDS = frozenset({"/cancel", "отмена", "отменить", "cancel"})
BACK_WORDS = frozenset({"/back", "назад", "back"})
GO_ON_WORDS = frozenset(
    {"продолжим", "продолжай", "продолжайте", "продолжаем", "продолжить", "continue", "go on"}
)


def phrase(language: str, name: str, **filling: str) -> str:
    """The engine's phrase in the bot's language; English where it is neither."""
    words = RUSSIAN if language.startswith("ru") else ENGLISH
    text = words[name]
    return text.format(**filling) if filling else text
