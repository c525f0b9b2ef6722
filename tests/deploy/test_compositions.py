"""`docker compose up`, of one server and of many processes, without an engine.

The image is built, every service runs with its own command, environment and rights, customers talk to
it, and it ends. PostgreSQL, Redis and Caddy are those of this machine. With many processes a worker is
killed meanwhile, and both web processes are restarted one after the other.
"""

import copy
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.migrate import HEAD
from tests.deploy.compose import Compose
from tests.deploy.composition import OWN_IMAGE, Composition
from tests.deploy.conftest import ROOT
from tests.deploy.image import Image
from tests.deploy.replay import Service, asked
from tests.deploy.stand_ins import missing
from tests.faults.test_g12_upgrade import MIGRATION, NEXT
from tests.servers.easyflow import KEY, free_port

OWNERS = f"""\
EASYFLOW_ADMIN__EMAIL=owner@example.com
EASYFLOW_ADMIN__PASSWORD=correct horse battery
EASYFLOW_ADMIN__API_KEY={KEY}
"""


def test_the_composition_of_one_server_builds_starts_answers_and_ends(
    image: Image, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    env.write_text(OWNERS + "EASYFLOW_HTTP__PORT=1\n", encoding="utf-8")
    compose = Compose(ROOT / "compose.yaml", env)
    assert compose.order() == ["web"]
    port = free_port()
    before = listing(image.root)
    web = Service(
        "web",
        image,
        compose.services["web"],
        compose.environ("web"),
        # The port inside, which is everybody's here, and the address: this machine's own.
        names={"8000": str(port), "0.0.0.0": "127.0.0.1"},
        log=tmp_path / "web.log",
    )
    with web:
        web.until_healthy()
        talk = {"message": "Здравствуйте", "user_id": "one", "platform": "web"}
        answer = asked(port, "/api/v1/conversation/chat", talk, key=KEY)
        assert answer["message"]
        assert "shop" in web.ran("python", "run.py", "versions")
        assert asked(port, "/readyz")["status"] == "ready"
        told = web.ran("python", "run.py", "backup", "/data/monday.zip")
        assert "conversations" in told
        # Well within the grace that Docker gives by default, which is 10 seconds.
        assert web.stopped(within=30) == 0
    told = web.ran("python", "run.py", "restore", "/data/monday.zip", "--force")
    assert "Restored from" in told
    assert (image.root / "data" / "easyflow.db").exists()
    assert listing(image.root) == before, "something was written beside /data and /tmp"


def listing(root: Path) -> set[str]:
    """Everything of the image's file system that is no volume and no tmpfs."""
    found = set()
    for at, folders, files in os.walk(root):
        if Path(at) == root:
            folders[:] = [one for one in folders if one not in {"data", "tmp"}]
        found |= {str(Path(at) / one) for one in files}
    return found


def example(folder: Path) -> Path:
    """.env as the example says for many processes, with a password."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    (block,) = re.findall(r"# Many processes.*\n((?:# [A-Z].*\n)+)", text)
    lines = re.sub(r"(?m)^# ", "", block).replace("PASSWORD=\n", "PASSWORD=of0nly6tests\n")
    env = folder / ".env"
    env.write_text(OWNERS + lines, encoding="utf-8")
    return env


def test_with_the_lines_of_the_example_everything_is_started_in_order(tmp_path: Path) -> None:
    compose = Compose(ROOT / "compose.yaml", example(tmp_path))
    assert set(compose.services) == {"web", "web-2", "work", "proxy", "postgres", "redis"}
    place = compose.order().index
    for one in OWN_IMAGE:
        assert max(place("postgres"), place("redis")) < place(one)
        assert set(compose.needs(one)) == {"postgres", "redis"}
        assert all(how["condition"] == "service_healthy" for how in compose.needs(one).values())
    assert max(place("web"), place("web-2")) < place("proxy")
    assert compose.replicas("work") == 4
    told = compose.environ("work")
    assert told["EASYFLOW_DATABASE_URL"].startswith("postgresql+asyncpg://easyflow:of0nly6tests@")
    assert compose.environ("web") == compose.environ("web-2")
    published = {name for name, one in compose.services.items() if one.get("ports")}
    assert published == {"web", "proxy"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where every service's user comes to."""
    made = Path(tempfile.mkdtemp(prefix="easyflow-compose-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def talk(port: int, person: str, *said: str) -> list[str]:
    """What the bot answers one person, through the proxy."""
    answers = []
    for words in said:
        body = {"message": words, "user_id": person, "platform": "web"}
        answers.append(asked(port, "/api/v1/conversation/chat", body, key=KEY)["message"])
    return answers


def test_the_composition_of_many_processes_is_talked_to_while_parts_of_it_end(
    image: Image, tmp_path: Path, folder: Path
) -> None:
    if lacking := missing():
        said = f"missing: {', '.join(lacking)}, which stand in for images"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    compose = Compose(ROOT / "compose.yaml", example(tmp_path))
    whole = Composition(compose, image, folder)
    try:
        with whole.stack:
            whole.start()
            talked_to_while_parts_end(whole)
    except BaseException as error:
        for log in sorted(folder.glob("*.log")):
            error.add_note(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}")
        raise


def talked_to_while_parts_end(whole: Composition) -> None:
    """The story; see the top."""
    proxy = whole.ports["proxy"]
    before = [talk(proxy, f"person {one}", "Здравствуйте") for one in range(12)]
    assert all(answer for answers in before for answer in answers)

    killed = whole.running.pop("work 1")
    os.kill(killed.process_id, signal.SIGKILL)
    # Whose chats it had are answered by the others, within seconds.
    after = [talk(proxy, f"person {one}", "Где мой заказ 12345?") for one in range(12)]
    assert all(answer for answers in after for answer in answers)

    for name in ("web", "web-2"):
        whole.again(name)
        assert all(talk(proxy, f"person {one}", "Спасибо") for one in range(4))
    assert all(code == 0 for code in whole.end().values())


def test_a_new_version_brings_what_is_kept_up_to_date_and_a_backup_leads_back(
    image: Image, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    env.write_text(OWNERS, encoding="utf-8")
    compose, port = Compose(ROOT / "compose.yaml", env), free_port()
    volume = image.root.parent / "volume"
    old, new = with_volume(image, "old", volume), with_volume(image, "new", volume)
    make_next_version(new.root / "app")

    def web(image: Image) -> Service:
        names = {"8000": str(port), "9100": str(free_port()), "0.0.0.0": "127.0.0.1"}
        service = {**compose.services["web"], "restart": "no"}
        log = tmp_path / f"{image.root.name}.log"
        return Service("web", image, service, compose.environ("web"), names=names, log=log)

    def said(words: str) -> str:
        body = {"message": words, "user_id": "anna", "session_id": "anna", "platform": "web"}
        return str(asked(port, "/api/v1/conversation/chat", body, key=KEY)["message"])

    with web(old) as running:
        running.until_healthy()
        asks = said("Где мой заказ?")
        running.ran("python", "run.py", "backup", "/data/before.zip")
        assert running.stopped(within=30) == 0
    with web(new) as running:
        running.until_healthy()
        # The dialog goes on where it stood.
        assert "12345" in said("12345")
        assert running.stopped(within=30) == 0
    with (
        web(old) as running,
        pytest.raises(AssertionError, match="of a later version of Easy Flow"),
    ):
        running.until_healthy()
    web(old).ran("python", "run.py", "restore", "/data/before.zip", "--force")
    with web(old) as running:
        running.until_healthy()
        assert said("/start") != asks
        assert said("Где мой заказ?") == asks


def with_volume(image: Image, name: str, volume: Path) -> Image:
    """The same image under a name of its own, with a volume for its data."""
    root = image.root.parent / name
    subprocess.run(["cp", "-al", image.root, root], check=True)
    if not volume.exists():
        volume.mkdir(mode=0o700)
        owner = (root / "data").stat()
        os.chown(volume, owner.st_uid, owner.st_gid)
    shutil.rmtree(root / "data")
    (root / "data").symlink_to(volume)
    named = copy.copy(image)
    named.root = root
    return named


def make_next_version(app: Path) -> None:
    """What a new version brings: other tables."""
    replaced(app / "storage" / "migrations" / "versions" / f"{NEXT}_rig.py", MIGRATION)
    migrate = app / "storage" / "migrate.py"
    known = migrate.read_text(encoding="utf-8")
    replaced(migrate, known.replace(f'HEAD = "{HEAD}"', f'HEAD = "{NEXT}"'))


def replaced(file: Path, text: str) -> None:
    """In this image alone: it shares its files with others."""
    file.unlink(missing_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o644)
