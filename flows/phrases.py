"""What the engine itself says to customers, where no owner's words are at hand."""

from collections.abc import Mapping

RUSSIAN: Mapping[str, str] = {
    "yes": "Да",
    "no": "Нет",
    "other": "Другой",
    "done": "Готово",
    "right": "{value} — верно?",
    "this": "Вот это",
    "stale": "Эта кнопка уже не действует.",
    "resume": "Продолжим «{about}»?",
    "which": "К чему вернёмся?",
    "neither": "Ни к чему",
    "about_which": "Вы про {topics}?",
    "quoted": "«{text}»",
    "or": " или ",
    "dropped": "Начатых дел стало слишком много, «{about}» закрыто.",
    "stopped": "Хорошо, остановились.",
    "nowhere_back": "Дальше назад нельзя.",
    "not_understood": "Простите, не получилось вас понять.",
    "not_here": "К этому вопросу вложение не подходит.",
    "choose": "Выберите, пожалуйста, один из вариантов.",
    "broken": "Что-то пошло не так. Уже разбираемся.",
    "updated": "Мы только что обновили этот раздел, начнём его ещё раз. Ответы сохранены.",
    "gone": "Этого раздела больше нет.",
    "nobody_came": "Сейчас никто не смог ответить. Мы помним о вашем вопросе.",
    "picked": "Выбрано: {labels}.",
    "nothing_picked": "Пока ничего не выбрано.",
    "most_picked": "Можно выбрать не больше {most}. {picked}",
    "more": "Ещё {count} ›",
    "from_start": "‹ К началу",
    "more_shown": "Вот ещё:",
}

ENGLISH: Mapping[str, str] = {
    "yes": "Yes",
    "no": "No",
    "other": "Another",
    "done": "Done",
    "right": "{value} — is that right?",
    "this": "This",
    "stale": "This button no longer works.",
    "resume": "Shall we go on with “{about}”?",
    "which": "What shall we go back to?",
    "neither": "None of these",
    "about_which": "Is it about {topics}?",
    "quoted": "“{text}”",
    "or": " or ",
    "dropped": "I have put “{about}” aside for good: too many things were begun.",
    "stopped": "All right, we have stopped.",
    "nowhere_back": "There is nothing further back.",
    "not_understood": "Sorry, I did not understand.",
    "not_here": "An attachment does not answer this question.",
    "choose": "Please choose one of these.",
    "broken": "Something went wrong. We are looking into it.",
    "updated": "We have just changed this part, let us begin it again. Your answers are kept.",
    "gone": "This part is no longer there.",
    "nobody_came": "Nobody could answer just now. We keep your question in mind.",
    "picked": "Chosen: {labels}.",
    "nothing_picked": "Nothing is chosen yet.",
    "most_picked": "You can choose {most} at most. {picked}",
    "more": "{count} more ›",
    "from_start": "‹ Back to the top",
    "more_shown": "Here are some more:",
}

UZBEK: Mapping[str, str] = {
    "yes": "Ha",
    "no": "Yo‘q",
    "other": "Boshqa",
    "done": "Tayyor",
    "right": "{value} — to‘g‘rimi?",
    "this": "Mana bu",
    "stale": "Bu tugma endi ishlamaydi.",
    "resume": "“{about}” davom ettiramizmi?",
    "which": "Nimaga qaytamiz?",
    "neither": "Hech biriga",
    "about_which": "{topics} haqidami?",
    "quoted": "“{text}”",
    "or": " yoki ",
    "dropped": "Boshlangan ishlar ko‘payib ketdi, “{about}” yopildi.",
    "stopped": "Yaxshi, to‘xtadik.",
    "nowhere_back": "Bundan ortga qaytib bo‘lmaydi.",
    "not_understood": "Kechirasiz, tushunmadim.",
    "not_here": "Bu savolga fayl bilan javob berib bo‘lmaydi.",
    "choose": "Iltimos, variantlardan birini tanlang.",
    "broken": "Nimadir xato ketdi. Aniqlayapmiz.",
    "updated": "Bu bo‘limni hozirgina yangiladik, qaytadan boshlaymiz. Javoblaringiz saqlangan.",
    "gone": "Bu bo‘lim endi yo‘q.",
    "nobody_came": "Hozir hech kim javob bera olmadi. Savolingiz biz bilan.",
    "picked": "Tanlandi: {labels}.",
    "nothing_picked": "Hali hech narsa tanlanmagan.",
    "most_picked": "Ko‘pi bilan {most} ta tanlash mumkin. {picked}",
    "more": "Yana {count} ta ›",
    "from_start": "‹ Boshiga",
    "more_shown": "Mana yana:",
}
SPOKEN: Mapping[str, Mapping[str, str]] = {"ru": RUSSIAN, "en": ENGLISH, "uz": UZBEK}

CANCEL_WORDS = frozenset({"/cancel", "отмена", "отменить", "cancel", "bekor qilish"})
BACK_WORDS = frozenset({"/back", "назад", "back", "ortga", "orqaga"})
GO_ON_WORDS = frozenset(
    [
        *("продолжим", "продолжай", "продолжайте", "продолжаем", "продолжить"),
        *("continue", "go on", "davom etamiz", "davom eting"),
    ]
)


def phrase(language: str, name: str, **filling: str) -> str:
    """The engine's phrase in the bot's language; English where it has none there."""
    words = SPOKEN.get(language[:2], ENGLISH)
    text = words.get(name) or ENGLISH[name]
    return text.format(**filling) if filling else text
