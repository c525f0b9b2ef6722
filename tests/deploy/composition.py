"""All services of compose.yaml at once, each on a port of its own, started and ended in their order."""

import re
import shutil
from contextlib import ExitStack
from pathlib import Path

from tests.deploy.compose import Compose
from tests.deploy.conftest import ROOT
from tests.deploy.image import Image
from tests.deploy.replay import Service, seconds
from tests.deploy.stand_ins import image_of, set_up_postgres
from tests.servers.easyflow import free_port

PORTS = {"postgres": 5432, "redis": 6379, "web": 8000, "web-2": 8000, "proxy": 80}
OWN_IMAGE = ("web", "web-2", "work")


class Composition:
    """Every service of it, started in order, each when those that it needs are healthy."""

    def __init__(self, compose: Compose, image: Image, folder: Path) -> None:
        self._compose = compose
        self._image = image
        self._folder = folder
        self.ports = {name: free_port() for name in PORTS}
        self.running: dict[str, Service] = {}
        self.stack = ExitStack()

    def start(self) -> None:
        for name in self._compose.order():
            for number in range(self._compose.replicas(name)):
                one = self._service(name, number)
                self.running[f"{name} {number}"] = self.stack.enter_context(one)
            # Neighbours wait for it, and so do we, though nobody waits for workers.
            for number in range(self._compose.replicas(name)):
                self.running[f"{name} {number}"].until_healthy()

    def again(self, name: str) -> None:
        """Stop a service in order and start it, as `docker compose up -d` does with a new image."""
        grace = seconds(self._compose.services[name].get("stop_grace_period", "10s"))
        assert self.running[f"{name} 0"].stopped(grace) == 0
        fresh = self._service(name, 0)
        self.running[f"{name} 0"] = self.stack.enter_context(fresh)
        fresh.until_healthy()

    def _service(self, name: str, number: int) -> Service:
        image, environ = self._image, self._compose.environ(name)
        names = {f"{one}:{port}": f"127.0.0.1:{self.ports[one]}" for one, port in PORTS.items()}
        names |= {"9100": str(free_port()), "2020": str(free_port()), "0.0.0.0": "127.0.0.1"}
        own = PORTS.get(name)
        if own is not None:
            names[str(own)] = str(self.ports[name])
        service = dict(self._compose.services[name])
        if name not in OWN_IMAGE:
            image = image_of(name, self._folder / name)
        if name == "postgres":
            environ |= self._postgres(image, environ)
            options = ["-p", str(self.ports[name]), "-k", environ["PGHOST"]]
            service["command"] = [*service["command"], *options]
        elif name == "redis":
            options = ["--port", str(self.ports[name]), "--bind", "127.0.0.1"]
            service["command"] = [*service["command"], *options]
        elif name == "proxy":
            written = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
            for word, stands in names.items():
                written = re.sub(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", stands, written)
            here = image.root / "Caddyfile"
            here.write_text(written, encoding="utf-8")
            names["/etc/caddy/Caddyfile"] = str(here)
            environ |= {"HOME": str(image.root / "tmp"), "SITE": f"http://:{self.ports[name]}"}
        log = self._folder / f"{name}-{number}.log"
        return Service(f"{name} {number}", image, service, environ, names=names, log=log)

    def _postgres(self, image: Image, environ: dict[str, str]) -> dict[str, str]:
        script = image.root / "easyflow.sh"
        shutil.copy(ROOT / "deploy" / "postgres.sh", script)
        return set_up_postgres(image, script, environ, self.ports["postgres"])

    def end(self) -> dict[str, int]:
        """SIGTERM to all, who needs others before them; how each ended."""
        ended = {}
        for name in reversed(self._compose.order()):
            grace = seconds(self._compose.services[name].get("stop_grace_period", "10s"))
            for key, one in list(self.running.items()):
                if key.startswith(f"{name} "):
                    ended[key] = one.stopped(grace)
                    del self.running[key]
        return ended
