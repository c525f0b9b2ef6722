"""`python -m benchmarks.peers --install`: what the other bots run on, below benchmarks/.peers/.

Python's libraries come into a virtual environment of their own, pinned by requirements.txt; Node's by
`npm ci` from package-lock.json. better-sqlite3 is compiled where no finished one is there for this Node,
which takes minutes.
"""

import shutil
import subprocess
import sys

from benchmarks.peers.contestants import HOME, NODE, PYTHON
from benchmarks.server import ROOT

PEERS = ROOT / "benchmarks" / "peers"


def install() -> None:
    """What is not there yet. Raises CalledProcessError when an installer fails."""
    _python()
    _node()


def _python() -> None:
    wanted = (PEERS / "requirements.txt").read_text()
    done = HOME / "python" / "installed.txt"
    if done.exists() and done.read_text() == wanted:
        return
    print("Installing the Python bots' libraries: a minute, only this once", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", HOME / "python"], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(PEERS / "requirements.txt")], check=True)
    done.write_text(wanted)


def _node() -> None:
    wanted = (PEERS / "package-lock.json").read_text()
    done = HOME / "node" / "installed.json"
    if done.exists() and done.read_text() == wanted:
        return
    if not shutil.which("npm"):
        print("npm is not installed: without grammY and Telegraf")
        return
    print("Installing the Node bots' libraries: up to three minutes, only this once", flush=True)
    NODE.parent.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(PEERS / name, NODE.parent)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE.parent, check=True)
    done.write_text(wanted)
