"""Yes and no as people say them."""

from flows.matching import fold

_YES_SIGNS = frozenset("+👍👌✅✔☑🙏💯🆗❤🙌👏")
_NO_SIGNS = frozenset("-–—👎❌✖🚫🙅⛔")
_TONES = frozenset("🏻🏼🏽🏾🏿\ufe0f\u200d♂♀") | frozenset(" \n\t!.")

_PLAIN_YES = frozenset(
    [
        *("да", "ага", "угу", "lf", "yes", "yep", "yeah", "yup", "y", "д", "aha"),
        *("da", "агась"),
    ]
)
_YES = _PLAIN_YES | frozenset(
    [
        *("конечно", "ок", "ok", "okay", "окей", "оке", "оки", "хорошо", "давай", "давайте"),
        *("верно", "правильно", "точно", "именно", "разумеется", "естественно", "непременно"),
        *("подтверждаю", "согласен", "согласна", "согласны", "подходит", "пойдет", "годится"),
        *("хочу", "хотим", "буду", "будем", "приду", "придем", "смогу", "можно", "нужно", "надо"),
        *("помогло", "получилось", "порядке", "нормально", "отлично", "супер", "идет", "так"),
        *("обязательно", "безусловно", "записывайте", "записывай", "отправляйте", "отправляй"),
        *("зовите", "позовите", "звать", "sure", "correct", "right", "fine", "great", "confirm"),
        *("absolutely", "definitely", "certainly", "agree", "agreed", "хочется", "оформляйте"),
        *("есть", "true", "course", "прошу"),
    ]
)
_PLAIN_NO = frozenset(
    [
        *("нет", "неа", "нету", "ytn", "no", "nope", "nah", "n", "н", "net", "нит", "неее", "нее"),
        *("не", "ни", "not", "don't", "dont", "нельзя", "никак", "never"),
    ]
)
_NO = _PLAIN_NO | frozenset(
    [
        *("неверно", "неправильно", "отказываюсь", "против", "отмена", "отмените", "нехочу"),
        *("ненадо", "ненужно", "несогласен", "несогласна", "incorrect", "wrong", "cancel"),
        *("неудобно", "false", "передумал", "передумала"),
    ]
)
_FILLERS = frozenset(
    [
        *("а", "ну", "и", "вот", "все", "это", "то", "спасибо", "пожалуйста", "очень", "мне"),
        *("меня", "вам", "я", "мы", "бы", "же", "уж", "пока", "сейчас", "уже", "еще", "совсем"),
        *("больше", "ничего", "в", "с", "на", "коем", "случае", "за", "что", "могу", "please"),
        *("thanks", "thank", "you", "it", "is", "i", "do", "that", "s", "all", "of"),
        *("пож", "плиз", "большое", "благодарю", "думаю", "наверное", "скорее", "о", "ой", "эм"),
    ]
)


def yes_or_no(text: str) -> bool | None:
    """What an answer says; None for what is neither, or both at once."""
    if len(text) > 60:
        return None
    words = fold(text).split()
    if not words:
        return _signs(text)
    if not all(word in _YES or word in _NO or word in _FILLERS for word in words):
        return None
    denied = any(word in _NO for word in words)
    if denied:
        return None if any(word in _PLAIN_YES for word in words) else False
    return True if any(word in _YES for word in words) else None


def _signs(text: str) -> bool | None:
    signs = {sign for sign in text if sign not in _TONES}
    if signs and signs <= _YES_SIGNS:
        return True
    return False if signs and signs <= _NO_SIGNS else None
