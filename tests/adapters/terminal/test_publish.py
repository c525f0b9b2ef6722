"""`publish` and `versions` as an owner types them, beside the server that runs and without it."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.terminal.test_commands import run
from tests.servers.easyflow import EasyFlow

CHAT = "/api/v1/conversation/chat"

BOT = "bot: Анкета\nlanguage: ru\nstart: форма\n"
FORM = """flow: форма
when: [/form]
steps:
  имя:
    - ask: Как вас зовут?
      save: имя
  город:
    - ask: Какой город?
      save: город
"""
ACTIONS = """from bots.owners import action


@action("crm.points", effect="none", about="баллы клиента")
async def points(phone: str) -> dict:
    return {"points": 1}
"""


@pytest.fixture
def bots(tmp_path: Path) -> Path:
    bots = tmp_path / "bots"
    (bots / "form" / "flows").mkdir(parents=True)
    (bots / "form" / "bot.yaml").write_text(BOT)
    (bots / "form" / "flows" / "form.yaml").write_text(FORM)
    return bots


@pytest.fixture
def server(tmp_path: Path, bots: Path) -> Iterator[EasyFlow]:
    with EasyFlow(tmp_path / "data", bots=bots, reload="no") as server:
        yield server


def says(server: EasyFlow, who: str, text: str) -> str:
    body = {"message": text, "user_id": who, "session_id": who}
    status, answer = server.call("POST", CHAT, body)
    assert status == 200, answer
    return str(answer["message"])


def history(server: EasyFlow, who: str) -> list[str]:
    _, told = server.call("GET", f"/api/v1/conversation/history/{who}")
    return [one["content"] for one in told["messages"] if one["role"] == "assistant"]


def typed(server: EasyFlow, bots: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(*words, DATA_DIR=str(server.data), BOTS_DIR=str(bots))


def until(what: Callable[[], bool], *, within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def edit(bots: Path, before: str, after: str) -> None:
    flow = bots / "form" / "flows" / "form.yaml"
    text = flow.read_text()
    assert before in text
    flow.write_text(text.replace(before, after))


def test_a_publishing_tells_what_it_means_and_the_server_takes_it(
    server: EasyFlow, bots: Path
) -> None:
    says(server, "anna", "/form")
    says(server, "boris", "/form")
    says(server, "boris", "Борис")
    edit(bots, "Как вас зовут?", "Ваше имя?")
    edit(bots, "  город:", "  адрес:")
    only_asked = typed(server, bots, "publish", "form", "--dry-run")
    assert only_asked.returncode == 0, only_asked.stderr
    assert only_asked.stdout.splitlines() == [
        "Анкета: сейчас версия 1, будет новая.",
        "2 чата внутри: 1 перейдёт, 1 доживёт на версии 1",
        "  форма, шаг «город»: 1 — шага больше нет",
    ]
    assert says(server, "clara", "/form") == "Как вас зовут?"
    done = typed(server, bots, "publish")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Анкета: опубликована версия 2." in done.stdout
    assert "Сервер уже отвечает по ней." in done.stdout
    assert says(server, "dora", "/form") == "Ваше имя?"
    listed = typed(server, bots, "versions", "form").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["form", "2", "1"]
    assert listed[1].endswith("← отвечает")
    assert "3 чата" in listed[2]


def test_an_urgent_one_lets_nobody_stay(server: EasyFlow, bots: Path) -> None:
    says(server, "anna", "/form")
    says(server, "anna", "Анна")
    edit(bots, "  город:", "  адрес:")
    done = typed(server, bots, "publish", "form", "--retire", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 чат внутри: 1 начнёт заново" in done.stdout
    # Asked twice, sorry, and asked anew.
    until(lambda: len(history(server, "anna")) == 4)
    assert "1 чат" not in typed(server, bots, "versions").stdout.splitlines()[-1]


def test_with_reload_off_a_start_answers_by_what_was_published(
    server: EasyFlow, bots: Path
) -> None:
    says(server, "anna", "/form")
    server.stop()
    edit(bots, "Как вас зовут?", "Ваше имя?")
    server.start()
    assert says(server, "boris", "/form") == "Как вас зовут?"
    assert "changes that are not published" in server.log
    # Even a folder that is broken by now keeps nobody from answering.
    edit(bots, "- ask: Какой город?", "- asc: Какой город?")
    server.stop()
    server.start()
    assert says(server, "clara", "/form") == "Как вас зовут?"
    refused = typed(server, bots, "publish")
    assert refused.returncode == 2
    assert "flows/form.yaml:8" in refused.stderr
    edit(bots, "- asc: Какой город?", "- ask: Какой город?")
    server.stop()
    alone = typed(server, bots, "publish")
    assert "Сервер сейчас не запущен" in alone.stdout
    server.start()
    assert says(server, "dora", "/form") == "Ваше имя?"


def test_it_goes_back_by_the_number(server: EasyFlow, bots: Path) -> None:
    edit(bots, "Как вас зовут?", "Ваше имя?")
    typed(server, bots, "publish")
    assert says(server, "anna", "/form") == "Ваше имя?"
    back = typed(server, bots, "publish", "form", "--version", "1")
    assert "опубликована версия 1" in back.stdout, back.stderr
    assert says(server, "boris", "/form") == "Как вас зовут?"
    missing = typed(server, bots, "publish", "form", "--version", "7")
    assert missing.returncode == 2
    assert "there are: 2, 1" in missing.stderr


def test_before_the_first_start_there_is_nothing_to_publish_to(tmp_path: Path, bots: Path) -> None:
    said = run("publish", DATA_DIR=str(tmp_path / "data"), BOTS_DIR=str(bots))
    assert said.returncode == 2
    assert "start the server once" in said.stderr
    assert not (tmp_path / "data").exists()


def test_chats_in_a_version_whose_action_is_gone_hold_up_the_start(
    tmp_path: Path, bots: Path
) -> None:
    actions = bots / "form" / "actions.py"
    actions.write_text(ACTIONS)
    do = "    - do: crm.points\n      with: {phone: '1'}\n      save: баллы\n"
    with EasyFlow(tmp_path / "data", bots=bots, reload="no", allow_actions="yes") as server:
        edit(bots, "  город:", "  город:\n" + do)
        first = run("publish", DATA_DIR=str(server.data), BOTS_DIR=str(bots), ALLOW_ACTIONS="yes")
        assert first.returncode == 0, first.stdout + first.stderr
        says(server, "anna", "/form")
        server.stop()
        actions.rename(tmp_path / "actions.py")
        with pytest.raises(AssertionError, match="form, version 2: flows/form.yaml:"):
            server.start()
        (tmp_path / "actions.py").rename(actions)
        edit(bots, do, "")
        edit(bots, "  имя:", "  фамилия:")
        again = run("publish", DATA_DIR=str(server.data), BOTS_DIR=str(bots), ALLOW_ACTIONS="yes")
        assert "1 доживёт на версии 2" in again.stdout, again.stdout
        actions.unlink()
        with pytest.raises(AssertionError, match="whose actions are gone") as refused:
            server.start()
        assert "form, version 2: flows/form.yaml:" in str(refused.value)
        assert "anna" in str(refused.value)
        typed(server, bots, "publish", "--retire", "--yes")
        server.start()
        assert says(server, "boris", "/form") == "Как вас зовут?"


def test_where_files_are_published_as_they_are_saved_nobody_types_anything(
    tmp_path: Path, bots: Path
) -> None:
    with EasyFlow(tmp_path / "data", bots=bots) as server:
        assert says(server, "anna", "/form") == "Как вас зовут?"
        edit(bots, "Как вас зовут?", "Ваше имя?")
        until(lambda: "Published" in server.log)
        assert says(server, "boris", "/form") == "Ваше имя?"
