"""The commands of run.py as somebody types them, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import warm

ROOT = Path(__file__).resolve().parents[3]


def run(
    *arguments: str, input: str = "", cwd: Path = ROOT, **settings: str
) -> subprocess.CompletedProcess[str]:
    """`python run.py …`, away from the settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EASYFLOW_")}
    return warm.run(
        [str(ROOT / "run.py"), *arguments],
        environ={**clean, **{f"EASYFLOW_{name}": value for name, value in settings.items()}},
        input=input,
        cwd=cwd,
    )


def test_a_dialog_through_a_pipe_leaves_nothing_behind(tmp_path: Path) -> None:
    said = run(
        "chat",
        "shop",
        input="/start\n1\n12\n№ 12345\n/quit\n",
        cwd=tmp_path,
        BOTS_DIR=str(ROOT / "config" / "bots"),
    )
    assert said.returncode == 0, said.stderr
    assert "1. 📦 Где мой заказ" in said.stdout
    assert "Номер заказа — это 5–8 цифр" in said.stdout
    assert "Ваш заказ №12345 находится в пути." in said.stdout
    assert "1. Отследить заказ → https://" in said.stdout
    assert list(tmp_path.iterdir()) == []


def bare(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """run.py in a folder of its own, by a Python that has no libraries."""
    (folder / "run.py").write_bytes((ROOT / "run.py").read_bytes())
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "run.py"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_python_without_the_libraries_leaves_the_work_to_the_one_of_make_run(
    tmp_path: Path,
) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    said = bare(tmp_path, "chat", "shop")
    assert said.stdout == f"{tmp_path.resolve() / 'run.py'} chat shop\n", said.stderr


def test_without_any_libraries_one_sentence_says_what_installs_them(tmp_path: Path) -> None:
    said = bare(tmp_path, "chat")
    assert said.returncode == 1
    assert said.stderr == "The libraries are not installed yet: `make run` installs them.\n"


def test_the_end_of_the_input_ends_the_chat_after_the_last_answer() -> None:
    said = run("chat", "salon", input="привет\nманикюр")
    assert said.returncode == 0, said.stderr
    assert "Чем помочь?" in said.stdout


def test_ctrl_c_leaves_the_chat_without_a_word() -> None:
    with subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), "chat", "salon"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as talk:
        assert talk.stdin is not None
        assert talk.stdout is not None
        talk.stdin.write("привет\n")
        talk.stdin.flush()
        assert talk.stdout.readline()
        talk.send_signal(signal.SIGINT)
        _, complaint = talk.communicate(timeout=120)
    assert talk.returncode == 0, complaint
    assert complaint == ""


def test_a_bot_that_is_not_there_is_said_in_one_sentence() -> None:
    said = run("chat", "shpo")
    assert said.returncode == 2
    assert said.stdout == ""
    assert "shop" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_example_bots_pass_their_check_and_their_tests() -> None:
    checked = run("check")
    assert (checked.returncode, checked.stdout.count("ошибок нет")) == (0, 2)
    tested = run("test", "salon")
    assert tested.returncode == 0
    assert tested.stdout.strip().endswith("все прошли")


def test_what_the_tests_leave_unwalked_is_named_and_too_little_is_an_error(broken: Path) -> None:
    test = broken / "tests" / "menu.test.yaml"
    test.write_text(test.read_text().replace("Пока!", "Привет!"))
    flow = broken / "flows" / "menu.yaml"
    flow.write_text(flow.read_text() + "  два:\n    - ask: Да?\n      as: yes_no\n      save: да\n")
    test.write_text(test.read_text() + "  - bot: Да?\n")
    enough = run("test", str(broken), "--min", "100")
    assert (enough.returncode, "пройдено 100%" in enough.stdout) == (0, True), enough.stdout
    flow.write_text(flow.read_text() + "      timeout: {after: 1h, then: done}\n")
    few = run("test", str(broken), "--min", "90")
    assert (few.returncode, "пройдено 66% < 90%" in few.stdout) == (1, True), few.stdout
    assert "шаг «два»: не проверено «timeout»" in few.stdout
    assert "mine/flows/menu.yaml:10" in few.stdout
    told = json.loads(run("test", str(broken), "--coverage", "--json").stdout)
    assert (told["passed"], told["coverage"]["percent"]) == (1, 66)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    bot = tmp_path / "bots" / "mine"
    (bot / "flows").mkdir(parents=True)
    (bot / "tests").mkdir()
    (bot / "bot.yaml").write_text("bot: Мой\nstart: меню\n")
    (bot / "flows" / "menu.yaml").write_text(
        "flow: меню\nwhen: /start\nsteps:\n  один:\n    - say: Привет!\n"
    )
    (bot / "tests" / "menu.test.yaml").write_text(
        "test: здоровается\nchat:\n  - client: /start\n  - bot: Пока!\n"
    )
    return bot


def test_a_stranger_makes_a_bot_changes_a_text_and_records_a_talk(tmp_path: Path) -> None:
    bot = tmp_path / "bots" / "mine"
    made = run("init", str(bot), "--template", "lead", "--language", "en")
    assert made.returncode == 0, made.stderr
    assert f"chat {bot}" in made.stdout
    menu = bot / "flows" / "menu.yaml"
    menu.write_text(menu.read_text().replace("Where shall we begin?", "What is it to be?"))
    said = run("chat", str(bot), "--record", "tests/first talk.yaml", input="/start\n2\n/quit\n")
    assert "What is it to be?" in said.stdout
    assert "written and played:" in said.stdout
    assert "What is it to be?" in (bot / "tests" / "first_talk.test.yaml").read_text()
    tested = run("test", str(bot), "-k", "first talk")
    assert (tested.returncode, "1 test, all passed" in tested.stdout) == (0, True), tested.stdout
    again = run("init", str(bot))
    assert (again.returncode, "там не пусто" in again.stderr) == (2, True)


def test_a_failed_test_shows_what_was_said_instead(broken: Path) -> None:
    tested = run("test", "mine", BOTS_DIR=str(broken.parent))
    assert tested.returncode == 1
    assert "✗ здоровается" in tested.stdout
    assert "Привет!" in tested.stdout
    assert "mine/tests/menu.test.yaml:4" in tested.stdout


def test_a_broken_flow_is_named_with_its_line_wherever_it_is_met(broken: Path) -> None:
    flow = broken / "flows" / "menu.yaml"
    flow.write_text(flow.read_text().replace("- say", "- sya"))
    place = "mine/flows/menu.yaml:5"
    checked = run("check", str(broken))
    assert checked.returncode == 1
    assert place in checked.stdout
    for command in ("serve", "chat", "draw", "test"):
        failed = run(command, BOTS_DIR=str(broken.parent))
        assert failed.returncode == 2
        assert place in failed.stderr
        assert "Traceback" not in failed.stderr


def test_a_wrong_setting_is_named_and_nothing_starts() -> None:
    said = run(HTTP__PORT="eighty", LOG__LEVEL="loud")
    assert said.returncode == 2
    assert "EASYFLOW_HTTP__PORT: found 'eighty'. Write a whole number" in said.stderr
    assert "EASYFLOW_LOG__LEVEL" in said.stderr


def test_a_flow_is_drawn() -> None:
    drawn = run("draw", "shop", "return_order")
    assert drawn.returncode == 0
    assert drawn.stdout.startswith("flowchart TD")
    assert "Исправить телефон" in drawn.stdout
