"""`docker compose up`, without an engine: the image built, the one service run, talked to, stopped."""

import os
from pathlib import Path

import pytest

from tests.deploy.compose import Compose
from tests.deploy.conftest import ROOT
from tests.deploy.image import Image
from tests.deploy.replay import Service, asked
from tests.servers.easyflow import KEY, free_port

ENV = f"""\
EASYFLOW_ADMIN__EMAIL=owner@example.com
EASYFLOW_ADMIN__PASSWORD=correct horse battery
EASYFLOW_ADMIN__API_KEY={KEY}
EASYFLOW_HTTP__PORT=1
"""


@pytest.mark.skipif(os.name != "posix", reason="containers are Linux")
def test_the_composition_of_one_server_builds_starts_answers_and_ends(
    image: Image, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    env.write_text(ENV, encoding="utf-8")
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
