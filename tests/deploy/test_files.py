"""Dockerfile, .dockerignore and compose.yaml say what they should, before anything is run."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.compose import KEYS, Compose, MissingVariable, filled
from tests.deploy.conftest import ROOT, files_of
from tests.deploy.dockerfile import Ignored, context, instructions

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def compose(*lines: str, folder: Path) -> Compose:
    """compose.yaml beside an .env of those lines."""
    env = folder / ".env"
    env.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Compose(ROOT / "compose.yaml", env)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("run.py", True),
        ("adapters/http/static/widget/widget.js", True),
        ("config/bots/shop/bot.yaml", True),
        ("requirements-scale.txt", True),
        (".env", False),
        (".env.production", False),
        ("config/bots/shop/.env", False),
        ("data/easyflow.db", False),
        ("data/easyflow.key", False),
        (".git/config", False),
        ("bots/__pycache__/inbox.cpython-311.pyc", False),
        ("tests/conftest.py", False),
        ("easyflow-20261126-031500.zip", False),
    ],
)
def test_an_image_holds_the_application_and_no_secret(path: str, kept: bool) -> None:
    ignored = Ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    assert ignored(path) is not kept


def test_all_packages_of_the_application_are_in_the_image() -> None:
    ignored = Ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    tops = {file.split("/")[0] for file in context(ROOT, files_of(ROOT), ignored)}
    packages = {"adapters", "bots", "composition", "config", "flows", "scheduler", "storage"}
    assert packages <= tops
    assert tops - packages - {"run.py", "LICENSE", "pyproject.toml"} == {
        file.name for file in ROOT.glob("requirements*.txt")
    }


def test_lines_of_a_dockerignore_are_read_as_docker_reads_them() -> None:
    ignored = Ignored("# all\n*\n!kept\nkept/not\n**/*.pyc\n!kept/a/b.pyc\n")
    assert [ignored(one) for one in ("x", "kept/a", "kept/not/b", "kept/a/c.pyc")] == [
        True,
        False,
        True,
        True,
    ]
    assert not ignored("kept/a/b.pyc")


def test_nobody_runs_as_root_and_the_signal_is_the_one_the_server_hears() -> None:
    found = {one.word: one.rest for one in instructions(DOCKERFILE)}
    assert found["USER"] == "10001:10001"
    assert found["STOPSIGNAL"] == "SIGTERM"
    # In its list form, so that no shell stands between the signal and the server.
    assert found["CMD"].startswith("[")


def test_an_unknown_instruction_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="ONBUILD"):
        instructions("FROM a\nONBUILD RUN b\n")


def test_lines_that_go_on_are_one_instruction() -> None:
    (one,) = instructions("# why\nRUN --mount=type=cache a \\\n # why\n && b\n")
    assert (one.options, one.rest.split()) == ({"mount": "type=cache"}, ["a", "&&", "b"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A/${A}", "1/1"),
        ("${B:-x}", "x"),
        ("${A:-x}", "1"),
        ("${B:-}", ""),
        ("${A:+x${A}}", "x1"),
        ("${B:+x}", ""),
        ("${B:-${A:-y}}", "1"),
        ("$$A", "$A"),
    ],
)
def test_variables_are_filled_in(text: str, value: str) -> None:
    assert filled(text, {"A": "1"}) == value


def test_a_variable_that_must_be_there_is_asked_for() -> None:
    with pytest.raises(MissingVariable, match="write it"):
        filled("${B:?write it}", {})


def test_without_a_line_of_env_there_is_one_service_one_volume_and_one_port(tmp_path: Path) -> None:
    one = compose(folder=tmp_path)
    assert list(one.services) == ["web"]
    assert one.services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    named = [volume for volume in one.services["web"]["volumes"] if not volume.startswith(".")]
    assert named == ["data:/data"]


def everything(folder: Path) -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = compose(folder=folder).file["services"]
    return services


def test_every_service_is_held_to_the_least_it_needs(tmp_path: Path) -> None:
    for name, service in everything(tmp_path).items():
        assert set(service) <= KEYS, name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == "unless-stopped", name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name}: nobody else's machine by default"


def test_volumes_networks_and_neighbours_that_are_named_are_there(tmp_path: Path) -> None:
    file = compose(folder=tmp_path).file
    for name, service in file["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{name}: {source}"
            else:
                assert source in file["volumes"], f"{name}: {source}"
        assert set(service.get("depends_on", {})) <= set(file["services"]), name


def test_a_container_has_time_to_finish_what_it_began(tmp_path: Path) -> None:
    """The server takes 9 seconds at most by itself, a worker's drain 30."""
    assert everything(tmp_path)["web"]["stop_grace_period"] == "40s"


def test_the_env_file_is_the_settings_and_the_composition_has_the_last_word(tmp_path: Path) -> None:
    told = compose(
        "EASYFLOW_HTTP__HOST=127.0.0.1",
        "EASYFLOW_DATA_DIR=here",
        "EASYFLOW_LOG__LEVEL=debug",
        folder=tmp_path,
    ).environ("web")
    assert told["EASYFLOW_HTTP__HOST"] == "0.0.0.0"
    assert told["EASYFLOW_DATA_DIR"] == "/data"
    assert told["EASYFLOW_LOG__LEVEL"] == "debug"


def test_variables_of_the_composition_stand_in_the_example(tmp_path: Path) -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)", text))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in sorted(used) if f"\n# {name}=" not in example] == []
    assert yaml.safe_load(text)["name"] == "easyflow"
    assert not (ROOT / ".env.example").stat().st_mode & stat.S_IXUSR
