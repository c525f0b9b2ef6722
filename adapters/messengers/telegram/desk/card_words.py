"""The words of cards, topics and closings, in both languages."""

from collections.abc import Mapping
from typing import Any

from adapters.messengers.telegram.desk.words import Words

_WORDS: Mapping[str, tuple[str, str]] = {
    "waiting": ("❗ Ждёт оператора", "❗ Waits for an operator"),
    "position": (" · {position}-й в очереди", " · number {position} in the queue"),
    "snoozed": ("Отложен до {until}", "Snoozed until {until}"),
    "active": ("💬 Отвечает: {who}", "💬 Answered by: {who}"),
    "no orders": (
        "🛒 Заказы клиента не загрузились",
        "🛒 The customer's orders could not be had",
    ),
    "elsewhere": ("↪️ Тот же человек: {where}", "↪️ The same person: {where}"),
    "button elsewhere": ("✋ {platform} #{id}", "✋ {platform} #{id}"),
    "internal": (
        "🔒 Написанное остаётся внутри; клиенту уйдёт начатое с > или /r",
        "🔒 What is written stays inside; what begins with > or /r goes to the customer",
    ),
    "nobody": ("никто", "nobody"),
    "ended released": ("🤖 Возвращён боту", "🤖 Given back to the bot"),
    "ended closed": ("✅ Закрыт", "✅ Closed"),
    "ended offline": ("🌙 Запрос в нерабочее время", "🌙 Asked outside of working hours"),
    "ended unanswered": ("⌛ Никто не взял", "⌛ Nobody took it"),
    "ended cancel": ("↩️ Клиент передумал", "↩️ The customer changed their mind"),
    "missed": ("🔥 Просрочено: {clocks}", "🔥 Overdue: {clocks}"),
    "missed first_response": ("первый ответ", "first response"),
    "missed update": ("очередной ответ", "next response"),
    "missed resolve": ("решение", "resolution"),
    "missed unclaimed": ("никто не взял", "nobody took it"),
    "missed operator_silent": ("оператор молчит", "the operator is silent"),
    "missed customer_silent": ("клиент молчит", "the customer is silent"),
    "unreachable": (
        "⛔ Недоступен: клиент заблокировал бота или удалил чат",
        "⛔ Unreachable: the customer blocked the bot or deleted the chat",
    ),
    "blocked": ("⛔ В чёрном списке", "⛔ Blocked by us"),
    "window": (
        "Окно открыто до {until}",
        "The window is open until {until}",
    ),
    "window closed": (
        "🔒 Окно закрыто: до ответа клиента уйдут только шаблоны (/tpl)",
        "🔒 The window is closed: only templates (/tpl) go out until the customer writes",
    ),
    "reason": ("Причина:", "Reason:"),
    "source step": ("так решил сценарий", "the flow asked for a person"),
    "source phrase": ("просит человека", "asks for a person"),
    "source button": ("нажал кнопку", "pressed the button"),
    "source misfits": (
        "бот несколько раз не понял",
        "the bot did not understand several times",
    ),
    "source rule": ("правило бота", "a rule of the bot"),
    "source api": ("запрос через API", "asked for over the API"),
    "source operator": ("взял оператор", "an operator took it"),
    "source native": ("ответили в самом мессенджере", "somebody answered in the messenger itself"),
    "source reopened": ("клиент написал снова", "the customer wrote again"),
    "queue": ("очередь {queue}", "queue {queue}"),
    "priority low": ("не срочно", "low priority"),
    "priority high": ("❗ срочно", "❗ high priority"),
    "priority urgent": ("🔥 очень срочно", "🔥 urgent"),
    "note": ("Заметка бота:", "The bot's note:"),
    "stands": ("Бот стоит:", "The bot stands at:"),
    "rating": ("Оценка:", "Rating:"),
    "earlier": ("Раньше:", "Earlier:"),
    "history": ("До этого:", "Before:"),
    "author bot": ("Бот", "Bot"),
    "author operator": ("Оператор", "Operator"),
    "author api": ("Система", "System"),
    "kind photo": ("фото", "photo"),
    "kind video": ("видео", "video"),
    "kind audio": ("аудио", "audio"),
    "kind voice": ("голосовое", "voice message"),
    "kind document": ("файл", "file"),
    "kind sticker": ("стикер", "sticker"),
    "kind location": ("место", "location"),
    "kind contact": ("контакт", "contact"),
    "kind unknown": ("вложение", "attachment"),
    "button take": ("✋ Взять", "✋ Take"),
    "button assign": ("Назначить…", "Assign…"),
    "button answer": ("🤖 Пусть ответит бот", "🤖 Answer from bot"),
    "button spam": ("Спам", "Spam"),
    "button canned": ("Заготовки", "Canned"),
    "button note": ("Заметка", "Note"),
    "button transfer": ("Передать", "Transfer"),
    "button release": ("🤖 Вернуть боту", "🤖 Return to bot"),
    "button close": ("✅ Закрыть", "✅ Close"),
    "button reopen": ("Открыть снова", "Reopen"),
    "button transcript": ("Переписка", "Transcript"),
    "queue topic": ("Очередь", "Queue"),
    "took": ("{ended} · за {time}", "{ended} · in {time}"),
    "rated": ("Оценка клиента: {stars}", "The customer's rating: {stars}"),
    "commented": ("Клиент к оценке: {comment}", "The customer on the rating: {comment}"),
    "moved": ("➡️ Чат теперь в группе «{group}»", "➡️ The chat is in the group “{group}” now"),
    "has topic": ("{header}: есть своя тема", "{header}: has a topic of its own"),
}

_CODES: Mapping[str, tuple[str, str]] = {
    "silence": ("клиент молчал", "the customer was silent"),
    "blocked": ("в чёрном списке", "blocked"),
    "spam": ("спам", "spam"),
}

_TABLE = Words(_WORDS)

QUEUE_TOPICS = frozenset(_WORDS["queue topic"])
"""What the topic of the queue may be called."""


def say(language: str, name: str, **given: Any) -> str:
    """A sentence by its name; of what has none, the last word of the name."""
    return _TABLE.say(language, name, **given) if name in _WORDS else name.rpartition(" ")[2]


def code_of(code: str, language: str) -> str:
    """What a hand-off was closed with: our own codes in words, an operator's as it is."""
    russian, english = _CODES.get(code, (code, code))
    return russian if language == "ru" else english
