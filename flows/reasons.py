"""What is said when an answer does not fit and the owner wrote no `retry` of his own."""

from collections.abc import Mapping

_RUSSIAN = {
    "text": "Напишите ответ текстом.",
    "text_min": "Напишите подробнее: не меньше {min} знаков.",
    "text_max": "Слишком длинно: не больше {max} знаков.",
    "matches": "Ответ не похож на то, что нужно. Проверьте, пожалуйста, и напишите ещё раз.",
    "number": "Нужно число, например 1500.",
    "integer": "Нужно целое число, например 3.",
    "number_min": "Нужно число не меньше {min}.",
    "number_max": "Нужно число не больше {max}.",
    "yes_no": "Ответьте, пожалуйста, «да» или «нет».",
    "choice": "Выберите, пожалуйста, один из вариантов.",
    "many": "Отметьте нужные варианты и нажмите «Готово».",
    "many_min": "Отметьте ещё: нужно не меньше {min}.",
    "many_max": "Оставьте не больше {max}: нажмите на лишнее ещё раз.",
    "date": "Нужна дата, например 15 января или завтра.",
    "time": "Нужно время, например 14:30.",
    "date_time": "Нужны день и время, например завтра в 14:30.",
    "phone": "Нужен номер телефона, например +7 999 123-45-67.",
    "email": "Нужен адрес почты, например anna@example.ru.",
    "url": "Нужна ссылка, например https://example.ru.",
    "photo": "Нужна фотография. Нажмите скрепку и выберите снимок.",
    "photos": "Нужны фотографии. Нажмите скрепку и выберите снимки.",
    "photos_min": "Нужно больше фотографий, не меньше {min}.",
    "video": "Нужно видео. Нажмите скрепку и выберите ролик.",
    "file": "Нужен файл. Нажмите скрепку и выберите его.",
    "voice": "Нужно голосовое сообщение.",
    "location": "Нужно место на карте. Отправьте геопозицию.",
    "rating": "Поставьте, пожалуйста, оценку от {min} до {max}.",
    "any": "Напишите что-нибудь или пришлите файл.",
}
_ENGLISH = {
    "text": "Please answer with a text.",
    "text_min": "A little more, please: at least {min} characters.",
    "text_max": "That is too long: at most {max} characters.",
    "matches": "That does not look right. Please check it and write once more.",
    "number": "A number, please, for example 1500.",
    "integer": "A whole number, please, for example 3.",
    "number_min": "A number not less than {min}, please.",
    "number_max": "A number not greater than {max}, please.",
    "yes_no": "Please answer “yes” or “no”.",
    "choice": "Please choose one of the options.",
    "many": "Mark the options you want and press “Done”.",
    "many_min": "Mark some more, please: at least {min}.",
    "many_max": "Keep {max} at most, please: press what is too many once more.",
    "date": "A date, please, for example January 15 or tomorrow.",
    "time": "A time, please, for example 14:30.",
    "date_time": "A day and a time, please, for example tomorrow at 14:30.",
    "phone": "A phone number, please, for example +7 999 123-45-67.",
    "email": "An e-mail address, please, for example anna@example.com.",
    "url": "A link, please, for example https://example.com.",
    "photo": "A photo, please. Press the paper clip and choose one.",
    "photos": "Photos, please. Press the paper clip and choose some.",
    "photos_min": "More photos, please: at least {min}.",
    "video": "A video, please. Press the paper clip and choose one.",
    "file": "A file, please. Press the paper clip and choose one.",
    "voice": "A voice message, please.",
    "location": "A place on the map, please. Send your location.",
    "rating": "Please rate from {min} to {max}.",
    "any": "Please write something or send a file.",
}
_LANGUAGES: Mapping[str, Mapping[str, str]] = {"ru": _RUSSIAN, "en": _ENGLISH}


def reason(name: str, language: str, least: float | None = None, most: float | None = None) -> str:
    """The sentence of that name; English where the language is not spoken here."""
    sentence = _LANGUAGES.get(language, _ENGLISH)[name]
    return sentence.format(min=_plain(least), max=_plain(most))


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
