"""What went wrong, in the languages of the contracts: a line for each kind of fault."""

import re
from collections.abc import Mapping, Sequence

WORDS: Mapping[str, Mapping[str, str]] = {
    "bad_request": {
        "ru": "Запрос не удаётся прочитать",
        "en": "The request cannot be read",
        "uz": "So'rovni o'qib bo'lmadi",
    },
    "validation_error": {
        "ru": "Некорректные данные",
        "en": "Invalid request parameters",
        "uz": "Ma'lumotlar noto'g'ri",
    },
    "unauthorized": {
        "ru": "Требуется авторизация",
        "en": "Authentication is required",
        "uz": "Avtorizatsiya talab qilinadi",
    },
    "invalid_credentials": {
        "ru": "Неверный email или пароль",
        "en": "Invalid email or password",
        "uz": "Email yoki parol noto'g'ri",
    },
    "token_expired": {
        "ru": "JWT токен истек",
        "en": "The token has expired",
        "uz": "Token muddati tugagan",
    },
    "two_factor_required": {
        "ru": "Нужен код второго фактора",
        "en": "A code of the second factor is needed",
        "uz": "Ikkinchi omil kodi kerak",
    },
    "forbidden": {
        "ru": "Недостаточно прав",
        "en": "You may not do this",
        "uz": "Huquqlar yetarli emas",
    },
    "not_found": {"ru": "Не найдено", "en": "Not found", "uz": "Topilmadi"},
    "method_not_allowed": {
        "ru": "Этот адрес не принимает такой метод",
        "en": "This address does not take this method",
        "uz": "Bu manzil bunday metodni qabul qilmaydi",
    },
    "conflict": {
        "ru": "Сейчас это сделать нельзя",
        "en": "This cannot be done now",
        "uz": "Buni hozir bajarib bo'lmaydi",
    },
    "payload_too_large": {
        "ru": "Тело запроса слишком велико",
        "en": "The body is too large",
        "uz": "So'rov hajmi juda katta",
    },
    "unsupported_media_type": {
        "ru": "Тело такого вида не принимается",
        "en": "This kind of body is not taken",
        "uz": "Bunday turdagi so'rov qabul qilinmaydi",
    },
    "rate_limit_exceeded": {
        "ru": "Слишком много запросов",
        "en": "Too many requests",
        "uz": "So'rovlar juda ko'p",
    },
    "internal_error": {
        "ru": "Внутренняя ошибка сервера",
        "en": "Something went wrong on our side",
        "uz": "Serverda ichki xatolik",
    },
    "service_unavailable": {
        "ru": "Сервис временно недоступен, ничего не потеряно",
        "en": "The service is unavailable for a moment; nothing was lost",
        "uz": "Xizmat vaqtincha ishlamayapti, hech narsa yo'qolmadi",
    },
    "not_implemented": {
        "ru": "Этого пока нет",
        "en": "This is not there yet",
        "uz": "Bu hali yo'q",
    },
    "insufficient_balance": {
        "ru": "Недостаточно средств",
        "en": "The balance does not pay for it",
        "uz": "Mablag' yetarli emas",
    },
    "invalid_amount": {
        "ru": "Некорректная сумма",
        "en": "This is no amount",
        "uz": "Summa noto'g'ri",
    },
    "payment_failed": {
        "ru": "Ошибка платежа",
        "en": "The payment failed",
        "uz": "To'lovda xatolik",
    },
    "file_too_large": {
        "ru": "Файл превышает лимит",
        "en": "The file is too large",
        "uz": "Fayl hajmi limitdan oshgan",
    },
    "unsupported_format": {
        "ru": "Неподдерживаемый формат",
        "en": "This format is not taken",
        "uz": "Bu format qo'llab-quvvatlanmaydi",
    },
    "virus_detected": {
        "ru": "Обнаружен вирус",
        "en": "A virus was found",
        "uz": "Virus topildi",
    },
    "upload_quota_exceeded": {
        "ru": "Превышена квота загрузок",
        "en": "The quota of uploads is used up",
        "uz": "Yuklash kvotasi oshib ketgan",
    },
    "invalid_telegram_token": {
        "ru": "Некорректный токен Telegram",
        "en": "This is no token of Telegram",
        "uz": "Telegram tokeni noto'g'ri",
    },
    "bot_already_exists": {
        "ru": "Бот с таким токеном уже существует",
        "en": "There is a bot with this token already",
        "uz": "Bunday tokenli bot allaqachon mavjud",
    },
    "bot_startup_failed": {
        "ru": "Ошибка запуска бота",
        "en": "The bot could not be started",
        "uz": "Botni ishga tushirib bo'lmadi",
    },
}
"""By kind and language; what is not here is told in the fault's own words."""

_PREFERENCE = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[\w-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*"
)


def worded(kind: str, language: str, otherwise: str) -> str:
    """The line of a kind of fault."""
    return WORDS.get(kind, {}).get(language, otherwise)


def preferred(accept_language: str, spoken: Sequence[str]) -> str:
    """Which of the languages somebody likes best, by their `Accept-Language`; else the first."""
    best, weight = spoken[0], 0.0
    for part in accept_language[:200].split(","):
        found = _PREFERENCE.fullmatch(part)
        if found is None or found[1].lower() not in spoken:
            continue
        if (liked := float(found[2] or 1)) > weight:
            best, weight = found[1].lower(), liked
    return best
