"""The command check: complaints about a bot folder."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from adapters.terminal.check import check
from flows.load import Loaded, load_bot

GOOD = {
    "bot.yaml": "bot: Проба\nstart: меню\n",
    "flows/menu.yaml": """flow: меню
about: Главное меню
when: /start
steps:
  привет:
    - ask: Как дела?
      buttons: {Хорошо: {go: конец}, Плохо: {go: привет}}
  конец:
    - say: До встречи!
""",
}


@dataclass
class Folder:
    name: str
    files: Mapping[str, str]
    media: frozenset[str] = frozenset()
    tests: Mapping[str, str] = field(default_factory=dict)


def loaded(folder: Folder, told: str | None = None) -> Loaded:
    return load_bot(folder.name, folder.files, {}, media=folder.media, told=told)


def checked(*folders: Folder) -> tuple[int, str]:
    out = io.StringIO()
    return check(folders, loaded, out), out.getvalue()


def test_a_good_bot_passes() -> None:
    status, printed = checked(Folder("проба", GOOD))
    assert status == 0
    assert printed.splitlines()[-1] == "проба: 1 сценарий, ошибок нет"


def test_every_error_has_its_file_and_line_and_fails_the_check() -> None:
    broken = GOOD["flows/menu.yaml"].replace("go: конец", "go: канец").replace("ask", "asq")
    status, printed = checked(
        Folder("проба", {**GOOD, "flows/menu.yaml": broken}), Folder("другой", GOOD)
    )
    assert status == 1
    assert printed.startswith("проба/flows/menu.yaml:")
    assert "ask" in printed
    assert "другой: 1 сценарий, ошибок нет" in printed


def test_warnings_are_printed_and_block_nothing() -> None:
    warned = GOOD["flows/menu.yaml"].replace("До встречи!", "Заказ #5 готов")
    status, printed = checked(Folder("проба", {**GOOD, "flows/menu.yaml": warned}))
    assert status == 0
    assert "W" in printed
    assert printed.splitlines()[-1].endswith("ошибок нет, 1 предупреждение")


def test_complaints_for_programs_are_one_list_of_objects() -> None:
    broken = GOOD["flows/menu.yaml"].replace("go: конец", "go: канец")
    out = io.StringIO()
    assert (
        check([Folder("проба", {**GOOD, "flows/menu.yaml": broken})], loaded, out, as_json=True)
        == 1
    )
    assert json.loads(out.getvalue()) == [
        {
            "code": "E014",
            "severity": "error",
            "file": "проба/flows/menu.yaml",
            "line": 7,
            "column": 30,
            "message": "в сценарии «меню» нет шага «канец» — может, «конец»?",
            "hint": "может, «конец»?",
        }
    ]


def test_what_is_known_by_its_line_alone_has_the_column_where_the_line_begins() -> None:
    idle = GOOD["flows/menu.yaml"] + "    - set: {x: 5}\n"
    out = io.StringIO()
    assert (
        check([Folder("проба", {**GOOD, "flows/menu.yaml": idle})], loaded, out, as_json=True) == 0
    )
    (found,) = json.loads(out.getvalue())
    assert (found["code"], found["severity"], found["line"], found["column"]) == (
        "W021",
        "warning",
        10,
        7,
    )


def test_complaints_are_told_in_another_language_than_the_bots() -> None:
    broken = GOOD["flows/menu.yaml"].replace("go: конец", "go: канец")
    out = io.StringIO()
    in_english = partial(loaded, told="en")
    check([Folder("проба", {**GOOD, "flows/menu.yaml": broken})], in_english, out, told="en")
    assert "the flow “меню” has no step “канец”: did you mean “конец”?" in out.getvalue()
    assert out.getvalue().endswith("проба: 1 error\n")


def test_a_bot_without_complaints_is_an_empty_list() -> None:
    out = io.StringIO()
    assert check([Folder("проба", GOOD)], loaded, out, as_json=True) == 0
    assert json.loads(out.getvalue()) == []
