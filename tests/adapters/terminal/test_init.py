"""A new bot folder: what lies in it, and where none is made."""

import io
from pathlib import Path

import pytest

from adapters.terminal.init import Draft, choose, make_bot
from adapters.terminal.leaving import Refused
from config.bot_folders import read_bot_folder
from config.bot_templates import LANGUAGES, TEMPLATES, Language, readme, template_files
from flows.report import Report
from flows.script_nodes import Told
from flows.yaml_text import Mapped, read_yaml

OFFERED = {name: Told(*one) for name, one in TEMPLATES.items()}


def draft(name: str, language: Language) -> Draft:
    return Draft(
        files=template_files(name, language),
        readme=readme(language),
        about=TEMPLATES[name].about(language),
        language=language,
        run="python run.py",
    )


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_bot_is_the_template_with_hints_for_editors_and_a_readme(
    tmp_path: Path, name: str, language: Language
) -> None:
    out = io.StringIO()
    folder = tmp_path / "bots" / "my-bot"
    made = draft(name, language)
    make_bot(folder, made, out)
    bot = read_bot_folder(folder)
    for path, text in {**bot.files, **bot.tests}.items():
        schema, rest = text.split("\n", 1)
        where = schema.removeprefix("# yaml-language-server: $schema=")
        assert (folder / path).parent.joinpath(where).is_file(), schema
        assert rest == made.files[path].decode()
        assert isinstance(read_yaml(path, text, Report())[0], Mapped)
    written = (folder / "README.md").read_text()
    assert f"python run.py chat {folder}" in written
    assert "$" not in written
    commands = [line.split("   #")[0].strip() for line in out.getvalue().split("\n")[2:5]]
    assert commands == [
        f"python run.py chat {folder}",
        f"python run.py test {folder}",
        f"EASYFLOW_BOTS_DIR={folder.parent} python run.py",
    ]


def test_the_language_of_a_template_is_the_bots() -> None:
    for name in TEMPLATES:
        for language in LANGUAGES:
            assert f"language: {language}\n" in template_files(name, language)["bot.yaml"].decode()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("моё")
    with pytest.raises(Refused, match="уже есть, и там не пусто"):
        make_bot(tmp_path, draft("lead", "ru"), io.StringIO())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_no_bot_may_be_called_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="letters, digits"):
        make_bot(tmp_path / "my bot", draft("lead", "en"), io.StringIO())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [("3\n", "lead"), ("desk\n", "desk"), ("\n", "shop"), ("9\n", "shop"), ("", "shop")],
)
def test_the_template_is_asked_for(answer: str, chosen: str) -> None:
    out = io.StringIO()
    assert choose(OFFERED, "ru", io.StringIO(answer), out) == chosen
    assert "  3. lead — бот для заявок:" in out.getvalue()
