"""The documentation says what is there: settings, words of the language, links, the README's flow."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.actions.catalogue import CATALOGUE
from adapters.actions.page import Language
from adapters.actions.page import page as actions_page
from config.bot_folders import read_bot_folder
from config.environment import unknown_settings
from config.setting_names import all_settings, table
from flows.chart import chart_of_flow
from flows.functions import FUNCTIONS
from flows.load import load_bot
from flows.messengers import MESSENGERS
from flows.picture import svg
from flows.vocabulary import EVENTS, WORDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_TABLE = re.compile(r"\|[ :]*-[-| :]*\|")
_LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
_YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_table_of_settings_is_current() -> None:
    assert table() in page("docs/settings.md"), (
        "put config.setting_names.table() into docs/settings.md"
    )


def test_the_example_of_an_env_file_names_only_settings() -> None:
    known = {one.name for one in all_settings()}
    known |= {f"{one.name}_FILE" for one in all_settings() if one.secret}
    known.add("EASYFLOW_SECRETS__CRM_TOKEN")
    named = set(re.findall(r"EASYFLOW_\w+", page(".env.example")))
    assert named <= known


OF_TESTS = {
    f"EASYFLOW_{name}"
    for name in ("EXAMPLES", "FAULTS", "FAULTS_MINUTES", "RACES", "SPECS", "TIMERS")
}
"""Variables that only tests read."""


def test_every_setting_that_is_named_anywhere_is_one() -> None:
    places = ["README.md", "Makefile", "Dockerfile", "compose.yaml", ".env.example"]
    pages = [ROOT / place for place in places]
    pages += [*ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.[ysj]*")]
    for place in pages:
        named = re.findall(r"EASYFLOW_[A-Z0-9_]+", place.read_text(encoding="utf-8"))
        # One that ends so is the beginning of many.
        whole = {one for one in named if not one.endswith("_")}
        assert unknown_settings(dict.fromkeys(whole - OF_TESTS, "x")) == [], place


def test_the_limits_of_messengers_are_those_of_the_table() -> None:
    limits = page("docs/what-is-shown.md").split("## Limits")[1]
    for one in MESSENGERS:
        row = (one.label, one.buttons, one.text, one.caption, one.album or "—")
        assert f"| {one.title} | " + " | ".join(map(str, row)) + " |" in limits


def test_every_word_of_the_language_stands_on_its_page() -> None:
    text = page("docs/flow-language.md")
    built, _ = text.split("## Чего ещё нет")
    missing = [
        f"{word.where}: {word.name}"
        for word in WORDS
        if f"`{word.name}`" not in built
        and f"`{word.name}:" not in built
        and f"`{{{word.name}" not in built
        and f"{word.name}: " not in built
    ]
    assert missing == []


def test_every_function_event_and_action_stands_there_too() -> None:
    text = page("docs/flow-language.md")
    names = [*FUNCTIONS, *EVENTS, *CATALOGUE]
    assert [name for name in names if f"`{name}`" not in text] == []


@pytest.mark.parametrize(("name", "language"), [("actions", "en"), ("actions.ru", "ru")])
def test_the_catalogue_of_actions_is_current(name: str, language: Language) -> None:
    made = actions_page(CATALOGUE, language)
    assert page(f"docs/{name}.md") == made, f"run.py actions --page {language} > docs/{name}.md"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    links = [
        link
        for link in _LINK.findall(path.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith("mailto:")
    ]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_table_begins_in_a_line_of_its_own(path: Path) -> None:
    """Markdown takes a heading that stands behind other words for plain text, and all its rows too."""
    lines = path.read_text(encoding="utf-8").splitlines()
    headings = [above for above, rule in pairwise(lines) if _TABLE.fullmatch(rule)]
    assert [heading for heading in headings if not heading.startswith("|")] == []


def test_the_flow_of_the_readme_can_be_loaded() -> None:
    flow = _YAML.findall(page("README.md"))[0]
    assert len(flow.splitlines()) <= 15
    bot = "bot: Delivery\nlanguage: en\nstart: delivery\n"
    loaded = load_bot("readme", {"bot.yaml": bot, "flows/delivery.yaml": flow}, CATALOGUE)
    assert loaded.warnings == []


def test_the_first_bot_of_the_language_page_can_be_loaded() -> None:
    bot, flow = _YAML.findall(page("docs/flow-language.md"))[:2]
    loaded = load_bot("first", {"bot.yaml": bot, "flows/order.yaml": flow}, CATALOGUE)
    assert loaded.warnings == []


def test_the_picture_of_the_readme_is_current() -> None:
    shop = read_bot_folder(ROOT / "config" / "bots" / "shop")
    bot = load_bot(shop.name, shop.files, CATALOGUE, media=shop.media).bot
    drawn = svg(chart_of_flow(bot, "return_order"))
    assert page("docs/pictures/return_order.svg") == drawn, (
        "python run.py draw shop return_order --out docs/pictures/return_order.svg"
    )


def test_every_file_of_the_house_stands_in_its_place() -> None:
    files = re.findall(r"^  (\S+/\S+\.py)", page("docs/house.md"), re.MULTILINE)
    assert len(files) > 50
    assert [file for file in files if not (ROOT / file).exists()] == [], "run .ci/house"
