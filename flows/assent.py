"""Yes and no as people say them."""

import re
from collections.abc import Mapping

from flows.matching import fold

_YES_SIGNS = frozenset("+👍👌✅✔☑🙏💯🆗❤🙌👏🤝")
_NO_SIGNS = frozenset("-–—👎❌✖🚫🙅⛔✋")
_TONES = frozenset("🏻🏼🏽🏾🏿\ufe0f\u200d♂♀") | frozenset(" \n\t!.)(")
_MARKS = str.maketrans("", "", "'’‘ʻʼ`")
_STRETCHED = re.compile(r"(\w)\1{2,}")

_WHOLE: Mapping[str, bool | None] = {
    **dict.fromkeys(("не против", "не возражаю", "почему бы и нет", "почему нет", "а то"), True),
    **dict.fromkeys(("без проблем", "нет проблем", "не вопрос", "еще бы", "само собой"), True),
    **dict.fromkeys(("я не против", "да не вопрос", "так точно", "сто процентов", "100"), True),
    **dict.fromkeys(("why not", "no problem", "no worries", "of course", "go ahead"), True),
    **dict.fromkeys(
        (
            "sounds good",
            "sounds great",
            "lets do it",
            "i guess so",
            "you bet",
            "by all means",
            "thats right",
        ),
        True,
    ),
    **dict.fromkeys(
        ("i dont mind", "i do", "i am", "id love to", "mayli", "boladi", "xop boladi", "da boladi"),
        True,
    ),
    **dict.fromkeys(("да нет не надо", "да не надо", "да не", "no way", "not really"), False),
    **dict.fromkeys(("ни за что", "ни в коем случае", "i dont think so", "of course not"), False),
    **dict.fromkeys(
        ("im good", "no im good", "nah im good", "not at all", "not now", "not yet", "maybe later"),
        False,
    ),
    **dict.fromkeys(("kerak emas", "shart emas", "xohlamayman", "hozir emas"), False),
    **dict.fromkeys(("нет верно", "нет правильно", "нет все верно", "no right"), None),
}
"""What means something else than its words; None is for what says both."""

_PLAIN_YES = frozenset(
    [
        *("да", "ага", "угу", "lf", "yes", "yep", "yeah", "yup", "y", "д", "aha", "yea", "ye"),
        *("da", "агась", "йес", "йеп", "даа", "ага", "yess", "ha", "xa", "хa", "ха"),
    ]
)
_YES = _PLAIN_YES | frozenset(
    [
        *("конечно", "ок", "ok", "okay", "окей", "оке", "оки", "хорошо", "давай", "давайте", "кк"),
        *("верно", "правильно", "точно", "именно", "разумеется", "естественно", "непременно"),
        *("подтверждаю", "согласен", "согласна", "согласны", "подходит", "пойдет", "годится"),
        *("хочу", "хотим", "буду", "будем", "приду", "придем", "смогу", "можно", "нужно", "надо"),
        *("помогло", "получилось", "порядке", "нормально", "отлично", "супер", "идет", "так"),
        *("обязательно", "безусловно", "записывайте", "записывай", "отправляйте", "отправляй"),
        *("зовите", "позовите", "звать", "sure", "correct", "right", "fine", "great", "confirm"),
        *("absolutely", "definitely", "certainly", "agree", "agreed", "хочется", "оформляйте"),
        *("есть", "true", "course", "прошу", "ладно", "лады", "ладненько", "добро", "го"),
        *(
            "поехали",
            "погнали",
            "конешно",
            "канешно",
            "канешна",
            "канеш",
            "кнч",
            "ясно",
            "разрешаю",
        ),
        *("валяйте", "валяй", "оформляй", "абсолютно", "несомненно", "пусть", "подойдет"),
        *("устраивает", "удобно", "принято", "гоу", "окк", "k", "kk", "exactly", "indeed", "yas"),
        *("perfect", "albatta", "xop", "hop", "togri", "kerak", "roziman", "mayli", "boladi"),
    ]
)
_PLAIN_NO = frozenset(
    [
        *("нет", "неа", "нету", "ytn", "no", "nope", "nah", "n", "н", "net", "нит", "неее", "нее"),
        *("не", "ни", "not", "dont", "нельзя", "никак", "never", "нетт", "неет", "naw", "noo"),
        *("yoq", "нэ", "ноу", "emas", "nay"),
    ]
)
_NO = _PLAIN_NO | frozenset(
    [
        *("неверно", "неправильно", "отказываюсь", "против", "отмена", "отмените", "нехочу"),
        *("ненадо", "ненужно", "несогласен", "несогласна", "incorrect", "wrong", "cancel"),
        *("неудобно", "false", "передумал", "передумала", "никогда", "нифига", "фигушки"),
        *("откажусь", "вряд", "врядли", "отнюдь", "спасибонет", "нетуж", "disagree", "неудобно"),
    ]
)
_FILLERS = frozenset(
    [
        *("а", "ну", "и", "вот", "все", "это", "то", "спасибо", "пожалуйста", "очень", "мне"),
        *("меня", "вам", "я", "мы", "бы", "же", "уж", "пока", "сейчас", "уже", "еще", "совсем"),
        *("больше", "ничего", "в", "с", "на", "коем", "случае", "за", "что", "могу", "please"),
        *("thanks", "thank", "you", "it", "is", "i", "do", "that", "s", "all", "of", "its"),
        *("пож", "плиз", "большое", "благодарю", "думаю", "наверное", "скорее", "о", "ой", "эм"),
        *(
            "всего",
            "ли",
            "там",
            "просто",
            "наверно",
            "видимо",
            "вполне",
            "пожалуй",
            "thats",
            "then",
            "im",
        ),
        *("пжл", "пжлст", "спс", "сегодня", "вас", "нас", "thx", "oh", "well", "just", "rahmat"),
        *("raxmat", "iltimos", "think", "so", "thing", "need", "want", "today", "here"),
    ]
)


def yes_or_no(text: str) -> bool | None:
    """What an answer says; None for what is neither, or both at once."""
    if len(text) > 60:
        return None
    words = fold(text.translate(_MARKS)).split()
    if not words:
        return _signs(text)
    said = " ".join(words)
    if said in _WHOLE:
        return _WHOLE[said]
    words = [_unstretched(word) for word in words]
    if not all(word in _YES or word in _NO or word in _FILLERS for word in words):
        return None
    denied = any(word in _NO for word in words)
    if denied:
        return None if any(word in _PLAIN_YES for word in words) else False
    return True if any(word in _YES for word in words) else None


def _unstretched(word: str) -> str:
    """`даааа` is `да`; of double letters one may be meant."""
    return word if word in _YES or word in _NO else _STRETCHED.sub(r"\1", word)


def _signs(text: str) -> bool | None:
    signs = {sign for sign in text if sign not in _TONES}
    if signs and signs <= _YES_SIGNS:
        return True
    return False if signs and signs <= _NO_SIGNS else None
