"""`init`: a new bot folder made from a template, with a README and hints for editors."""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TextIO

from adapters.terminal.leaving import Refused
from flows.schema import schema_files
from flows.script_nodes import Told

SCHEMAS = ".schema"
"""Where the schemas lie in a bot's folder; who reads bots passes hidden folders by."""

_NAME = re.compile(r"[\w-]{1,64}")
_TITLE = re.compile(r"^bot: *(.+?) *(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a new bot is made of. `run` is how this program was called."""

    files: Mapping[str, bytes]
    readme: str
    about: str
    language: str
    run: str


def choose(templates: Mapping[str, Told], language: str, answers: TextIO, out: TextIO) -> str:
    """Ask which template is wanted; the first one where the answer is none of them."""
    names = list(templates)
    print(Told("Какой бот нужен?", "Which bot shall it be?").by(language), file=out)
    for number, (name, about) in enumerate(templates.items(), 1):
        bot = Told(f"бот {about.ru}", f"a bot {about.en}").by(language)
        print(f"  {number}. {name} — {bot}", file=out)
    print("> ", end="", file=out, flush=True)
    answer = answers.readline().strip().casefold()
    if answer.isdecimal() and 1 <= int(answer) <= len(names):
        return names[int(answer) - 1]
    return answer if answer in templates else names[0]


def make_bot(folder: Path, draft: Draft, out: TextIO) -> None:
    """Write the folder and say what to do next. Raises Refused and OSError; nothing is overwritten."""
    _refuse(folder, draft.language)
    for path, content in _files(folder, draft).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as written:
            written.write(content)
    told = Told(f"Бот готов: {folder}. Дальше:", f"The bot is there: {folder}. What next:")
    print(told.by(draft.language), "", sep="\n", file=out)
    shown = shlex.quote(str(folder))
    steps = (
        (f"{draft.run} chat {shown}", Told("поговорить с ним здесь", "talk to it here")),
        (f"{draft.run} test {shown}", Told("сыграть его проверки", "play its tests")),
        (
            f"EASYFLOW_BOTS_DIR={shlex.quote(str(folder.parent))} {draft.run}",
            Told("открыть в браузере", "open it in a browser"),
        ),
    )
    width = max(len(command) for command, _ in steps)
    for command, meaning in steps:
        print(f"  {command:<{width}}   # {meaning.by(draft.language)}", file=out)
    readme = Told("Как менять тексты, написано в", "How to change the texts is told in")
    print("", f"{readme.by(draft.language)} {folder / 'README.md'}", sep="\n", file=out)


def _refuse(folder: Path, language: str) -> None:
    name = folder.resolve().name
    if not _NAME.fullmatch(name):
        raise Refused(
            Told(
                f"Папку «{name}» так назвать нельзя: нужны буквы, цифры, _ и -.",
                f"A folder cannot be called “{name}”: use letters, digits, _ and -.",
            ).by(language)
        )
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise Refused(
            Told(
                f"{folder} уже есть, и там не пусто: назовите другую папку.",
                f"{folder} is there already and not empty: name another folder.",
            ).by(language)
        )


def _files(folder: Path, draft: Draft) -> dict[str, bytes]:
    files = {path: _with_schema(path, text) for path, text in draft.files.items()}
    schemas = schema_files("en" if draft.language == "en" else "ru")
    files |= {f"{SCHEMAS}/{name}": text.encode() for name, text in schemas.items()}
    return {**files, "README.md": _readme(folder, draft).encode()}


def _with_schema(path: str, content: bytes) -> bytes:
    """A file with the line by which an editor finds out what may stand in it."""
    kind = {"bot.yaml": "bot", "calendar.yaml": "calendar", "canned.yaml": "canned"}.get(path)
    if path.startswith("flows/"):
        kind = "flow"
    elif path.endswith(".test.yaml"):
        kind = "test"
    if kind is None or not path.endswith(".yaml"):
        return content
    up = "../" * path.count("/")
    line = f"# yaml-language-server: $schema={up}{SCHEMAS}/{kind}.schema.json\n"
    return line.encode() + content


def _readme(folder: Path, draft: Draft) -> str:
    bot = draft.files["bot.yaml"].decode()
    found = _TITLE.search(bot)
    rows = "".join(_rows(draft.files, draft.language))
    first = next(path for path in sorted(draft.files) if path.startswith("flows/"))
    return Template(draft.readme).substitute(
        title=found.group(1) if found else folder.name,
        about=draft.about,
        folder=shlex.quote(str(folder)),
        bots=shlex.quote(str(folder.parent)),
        run=draft.run,
        first=f"`{first}`",
        rows=rows,
    )


def _rows(files: Iterable[str], language: str) -> Iterable[str]:
    """Rows of the README's table for what only some bots have."""
    paths = list(files)
    for start, told in _SOMETIMES.items():
        if any(path.startswith(start) for path in paths):
            yield f"| `{start}` | {told.by(language)} |\n"


_SOMETIMES = {
    "knowledge/": Told("тексты, по которым бот отвечает на вопросы", "texts the bot answers from"),
    "calendar.yaml": Told("услуги, цены и часы записи", "services, prices and hours for booking"),
    "canned.yaml": Told("готовые ответы операторов", "answers that operators have ready"),
    "media/": Told("картинки и файлы", "pictures and files"),
}
