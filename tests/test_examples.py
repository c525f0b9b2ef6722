"""What the documentation shows is true: its YAML reads well, its dialogs play, its pages are current."""

import importlib.machinery
import importlib.util
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.actions.catalogue import CATALOGUE
from adapters.actions.job import BotFacts
from adapters.actions.knowledge import texts_of
from adapters.actions.rehearsing import rehearsed
from adapters.understanding.stemmed import StemmedUnderstanding
from config.bot_folders import bot_folders
from flows.errors import Complaint, LoadError
from flows.load import load_bot
from flows.model import Bot
from flows.report import Report
from flows.schema import FILES, schema_files, schema_of
from flows.testing import Company, play
from flows.vocabulary import WORDS, words
from flows.yaml_text import read_yaml
from tests.flows.json_schema import data_of, flaws

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SHIPPED = {folder.name: folder for folder in bot_folders(ROOT / "config" / "bots")}
# Names that a piece of a bot takes from the rest of it, and what only the whole can show.
_ELSEWHERE = frozenset(("E014", "E015", "E017", "E018", "E020", "E021", "E024", "E026", "E031"))
_BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_FILE = re.compile(r"# (?:config/bots/)?(?:([^/\s]+)/)?((?:flows/|tests/)?[\w.-]+\.yaml)\n")


class Block(NamedTuple):
    """A piece of YAML on a page. `bot` and `file` are what its first line names, "" for nothing."""

    page: str
    line: int
    text: str
    bot: str
    file: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> Iterator[Block]:
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for found in _BLOCK.finditer(text):
            line = text.count("\n", 0, found.start(1)) + 1
            named = _FILE.match(found[1])
            bot, file = (named[1] or "", named[2]) if named else ("", "")
            yield Block(path.relative_to(ROOT).as_posix(), line, found[1], bot, file)


BLOCKS = list(blocks())


def complaints(files: Mapping[str, str]) -> list[Complaint]:
    try:
        return load_bot("page", files, CATALOGUE).warnings
    except LoadError as error:
        return error.complaints


def kind_of(block: Block) -> str:
    """The file a piece belongs to: what it names, or what its first key may stand at the top of."""
    if block.text.startswith("- "):
        return "actions"
    first = re.search(r"^(\w+):", block.text, re.MULTILINE)
    assert first is not None, block
    if first[1] == "test":
        return "test"
    if block.file == "calendar.yaml" or first[1] == "services":
        return "calendar"
    if block.file == "canned.yaml":
        return "canned"
    if first[1] in words("flow") and "bot:" not in block.text:
        return "flow"
    return "bot"


def as_files(block: Block) -> dict[str, str]:
    """The piece with as much of a bot around it as it takes to be read."""
    files = {"bot.yaml": "bot: А\n"}
    kind, text = kind_of(block), block.text
    if kind == "actions":
        body = "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
        files["flows/a.yaml"] = f"flow: а\nwhen: /a\nsteps:\n  а:\n{body}"
    elif kind == "flow":
        more = "" if re.search("^flow:", text, re.MULTILINE) else "flow: а\n"
        more += "" if re.search("^steps:", text, re.MULTILINE) else "steps: {а: {say: Да}}\n"
        files["flows/a.yaml"] = more + text
    elif kind == "canned":
        files["canned.yaml"] = text
    elif kind == "bot":
        files["bot.yaml"] = text if re.search("^bot:", text, re.MULTILINE) else f"bot: А\n{text}"
    return files


@pytest.mark.parametrize("block", [one for one in BLOCKS if kind_of(one) != "test"], ids=str)
def test_a_piece_of_yaml_on_a_page_reads_well(block: Block) -> None:
    if kind_of(block) == "calendar":
        (node,) = read_yaml("calendar.yaml", block.text, Report())
        assert flaws(data_of(node), schema_of("calendar.schema.json", "ru")) == []
        return
    told = [one for one in complaints(as_files(block)) if one.code not in _ELSEWHERE]
    assert [one for one in told if one.level == "error"] == []


@pytest.mark.parametrize("block", [one for one in BLOCKS if kind_of(one) == "test"], ids=str)
def test_a_test_on_a_page_has_only_keys_that_tests_have(block: Block) -> None:
    for node in read_yaml("a.test.yaml", block.text, Report()):
        assert flaws(data_of(node), schema_of("test.schema.json", "ru")) == []


def bot_of(page: str, name: str) -> tuple[Bot, BotFacts]:
    """A bot that ships, or the one that a page shows."""
    folder = SHIPPED.get(name)
    if folder is not None:
        bot = load_bot(name, folder.files, CATALOGUE, media=folder.media).bot
        knowledge = texts_of(bot.knowledge, folder.knowledge)
    else:
        shown = {one.file: one.text for one in BLOCKS if one.page == page and one.bot == name}
        loaded = load_bot(name, shown, CATALOGUE)
        assert loaded.warnings == []
        bot, knowledge = loaded.bot, {}
    return bot, BotFacts(timezone=bot.timezone, knowledge=knowledge, booking=bot.booking)


@pytest.mark.parametrize("block", [one for one in BLOCKS if "tests/" in one.file], ids=str)
def test_a_dialog_on_a_page_goes_as_it_stands_there(block: Block) -> None:
    bot, facts = bot_of(block.page, block.bot)
    means = StemmedUnderstanding().at_once
    company = Company(bot=bot, fresh=partial(rehearsed, facts), means=means)
    (outcome,) = play(company, {block.file: block.text})
    assert outcome.passed, str(outcome)


# ---------------------------------------------------------------- the pages that are drawn


def _drawing() -> Any:
    loader = importlib.machinery.SourceFileLoader("reference", str(ROOT / ".ci" / "reference"))
    spec = importlib.util.spec_from_loader("reference", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


REFERENCE = _drawing()
KINDS = REFERENCE.kinds()


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("name", list(REFERENCE.EXAMPLES["complaints"]))
def test_every_complaint_has_an_example_in_which_it_is_all_that_is_told(
    name: str, language: str
) -> None:
    found = REFERENCE.complaints_of(REFERENCE.EXAMPLES["complaints"][name], language)
    assert [one.code for one in found] == [KINDS[name].code]
    if language == "en" and name != "MIXED_ALPHABETS":
        assert not re.search("[А-Яа-яЁё]", found[0].text)


def test_no_complaint_is_without_an_example() -> None:
    shown = {*REFERENCE.EXAMPLES["complaints"], *REFERENCE.NO_EXAMPLE}
    assert [name for name in KINDS if name not in shown] == [], "put it into docs/examples.yaml"


def test_every_word_stands_in_the_example_of_its_place() -> None:
    examples = REFERENCE.EXAMPLES["words"]
    missing = [
        f"{word.where}: {word.name}"
        for word in WORDS
        if not re.search(rf"(?<!\w){word.name}(?!\w)", examples.get(word.where, ""))
    ]
    assert missing == [], "put them into docs/examples.yaml"


def test_examples_for_readers_of_english_are_in_english() -> None:
    shown = {**REFERENCE.EXAMPLES["words"], **REFERENCE.EXAMPLES["complaints"]}
    left = {name: REFERENCE.said_in(str(text), "en") for name, text in shown.items()}
    del left["MIXED_ALPHABETS"]
    assert [name for name, text in left.items() if re.search("[А-Яа-яЁё]", text)] == []


def test_the_pages_are_current() -> None:
    stale = [
        path.name
        for path, text in REFERENCE.pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run .ci/reference"


def test_the_schemas_beside_the_example_bots_are_current() -> None:
    folder = ROOT / "config" / "schema"
    for name, text in schema_files("ru").items():
        assert (folder / name).read_text(encoding="utf-8") == text, (
            "run.py schema --write config/schema"
        )
    assert {path.name for path in folder.iterdir()} == set(FILES)
