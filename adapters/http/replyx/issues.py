"""What is wrong with a value, in the language of the ReplyX contract."""

from collections.abc import Mapping

from adapters.http.faults import Detail

WORDS: Mapping[str, str] = {
    "missing": "Обязательное поле",
    "string_type": "Нужна строка",
    "string_too_short": "Минимум символов: {min_length}",
    "string_too_long": "Максимум символов: {max_length}",
    "int_type": "Нужно целое число",
    "int_parsing": "Нужно целое число",
    "int_from_float": "Нужно целое число",
    "float_type": "Нужно число",
    "float_parsing": "Нужно число",
    "finite_number": "Нужно конечное число",
    "bool_type": "Нужно true или false",
    "bool_parsing": "Нужно true или false",
    "list_type": "Нужен список",
    "too_long": "Максимум значений: {max_length}",
    "too_short": "Минимум значений: {min_length}",
    "dict_type": "Нужен объект",
    "model_attributes_type": "Нужен объект",
    "literal_error": "Допустимые значения: {expected}",
    "greater_than": "Должно быть больше {gt}",
    "greater_than_equal": "Должно быть не меньше {ge}",
    "less_than": "Должно быть меньше {lt}",
    "less_than_equal": "Должно быть не больше {le}",
}
"""By pydantic's names of its rules; every other issue is told in its own words."""


def issue_of(detail: Detail) -> str:
    """One sentence for people: `Минимум символов: 8`."""
    words = WORDS.get(detail.rule)
    if words is None:
        return detail.error
    return words.format_map(detail.bounds).replace("' or '", "' или '")
