"""The bots that `init` begins with: two of them are the example bots themselves, so they cannot drift."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "en")

_HERE = Path(__file__).resolve().parent
_EXAMPLES: Mapping[tuple[str, Language], Path] = {
    ("shop", "ru"): _HERE / "bots" / "shop",
    ("booking", "ru"): _HERE / "bots" / "salon",
}


class Template(NamedTuple):
    """A kind of bot: what it does, in a few words that follow its name."""

    ru: str
    en: str

    def about(self, language: Language) -> str:
        return self.en if language == "en" else self.ru


TEMPLATES: Mapping[str, Template] = {
    "shop": Template(
        "магазина: статус заказа, возврат с фото, ответы на вопросы, оператор",
        "of a shop: order status, returns with photos, answers to questions, an operator",
    ),
    "booking": Template(
        "для записи на услуги: свободное время, напоминания, перенос и отмена",
        "that books visits: free time, reminders, moving and cancelling",
    ),
    "lead": Template(
        "для заявок: анкета с кнопками, фото и проверкой ответов, передача менеджеру",
        "for requests: a form with buttons, photos and checked answers, passed on to a manager",
    ),
    "desk": Template(
        "поддержки: ответы по базе знаний, помощь с поломкой, оператор по часам работы, оценка",
        "of a support desk: answers from the knowledge, help with a fault, an operator, a rating",
    ),
}


def template_files(name: str, language: Language) -> dict[str, bytes]:
    """The files of a template by their paths inside the bot's folder."""
    root = template_folder(name, language)
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def template_folder(name: str, language: Language) -> Path:
    return _EXAMPLES.get((name, language), _HERE / "templates" / name / language)


def readme(language: Language) -> str:
    """The owner's README, with `$names` to be filled in."""
    return (_HERE / "templates" / f"README.{language}.md").read_text(encoding="utf-8")
