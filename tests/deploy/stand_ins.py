"""Programs of this machine in place of others' images: PostgreSQL, Redis and Caddy."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.deploy.image import Image, rights

POSTGRES = Path("/usr/lib/postgresql/15/bin")
NEEDED = {"postgres": POSTGRES / "postgres", "redis-server": None, "caddy": None, "wget": None}


def missing() -> list[str]:
    """What has to be installed before images can be stood in for."""
    return [
        name
        for name, path in NEEDED.items()
        if not (path.exists() if path is not None else shutil.which(name))
    ]


def image_of(name: str, root: Path) -> Image:
    """An image that holds what is installed here; its user may write where it says so alone."""
    image = Image(root, Path(sys.base_prefix) / "bin" / "python3")
    image.environ["PATH"] = f"{POSTGRES}:/usr/local/bin:/usr/bin:/bin"
    image.user = _somebody(name)
    image.signal = "SIGINT" if name == "postgres" else "SIGTERM"
    return image


def _somebody(name: str) -> str:
    """A user with a name, which PostgreSQL wants; anybody else elsewhere."""
    if name == "postgres":
        try:
            found = pwd.getpwnam("postgres")
        except KeyError:
            found = pwd.getpwnam("nobody")
        return f"{found.pw_uid}:{found.pw_gid}"
    return "10001:10001"


def set_up_postgres(
    image: Image, script: Path, environ: Mapping[str, str], port: int
) -> dict[str, str]:
    """What the image does before its command is begun for the first time; the command's variables.

    A cluster whose every user needs a password, then the script of docker-entrypoint-initdb.d by a
    server that is reached by its socket alone.
    """
    owner = [int(one) for one in image.user.split(":")]
    folders = [image.root / "pgdata", image.root / "run"]
    for folder in folders:
        folder.mkdir(mode=0o700)
        if os.getuid() == 0:
            os.chown(folder, *owner)
    cluster, sockets = map(str, folders)
    password = image.root / "run" / "password"
    password.write_text(environ["POSTGRES_PASSWORD"])
    if os.getuid() == 0:
        os.chown(password, *owner)
    told = {"PATH": image.environ["PATH"], "HOME": "/tmp", "LC_ALL": "C.UTF-8", "PGHOST": sockets}
    told |= {**environ, "PGPORT": str(port)}

    def run(*words: str) -> None:
        subprocess.run([*rights(image.user), *words], env=told, cwd="/tmp", check=True, timeout=120)

    run(
        "initdb",
        "-D",
        cluster,
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "--pwfile",
        str(password),
        "-N",
    )
    password.unlink()
    # The image's own server of this moment trusts whoever has the socket.
    trusting = "local all all trust\nhost all all all scram-sha-256\n"
    (image.root / "pgdata" / "pg_hba.conf").write_text(trusting)
    only_here = f"-c listen_addresses='' -k {sockets} -p {port}"
    run("pg_ctl", "-D", cluster, "-o", only_here, "-w", "-s", "-l", f"{sockets}/log", "start")
    try:
        run("sh", str(script))
    finally:
        run("pg_ctl", "-D", cluster, "-w", "-s", "-m", "fast", "stop")
    return {"PGDATA": cluster, "PGHOST": sockets, "LC_ALL": "C.UTF-8"}
