"""Who takes part: how each is started, what stands beside it, what it keeps."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks import platform as telegram
from benchmarks.peers import postgres
from benchmarks.peers.running import Command
from benchmarks.server import ROOT, settled

HOME = ROOT / "benchmarks" / ".peers"
PYTHON = HOME / "python" / "bin" / "python"
NODE = HOME / "node" / "node_modules"

WORKERS = 2

Beside = Literal["", "redis", "postgresql"]
Kept = Literal["nothing", "memory", "minute", "second", "queue", "synced"]
"""Where a dialog is kept. `queue`: synced to disk, but only after it was said to be taken."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where one contestant runs this time."""

    port: int
    data: Path
    api: str
    redis: str = ""
    database: str = ""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One line of the table. `program` is a module of Python or a file of Node, or empty for Easy Flow."""

    name: str
    title: str
    kept: Kept
    program: str = ""
    beside: Beside = ""
    own: bool = False
    """Runs on the libraries of this project, so nothing has to be installed for it."""

    @property
    def ours(self) -> bool:
        return not self.program

    def missing(self) -> str:
        """Why it cannot take part here, or nothing."""
        if self.beside and not shutil.which("redis-server"):
            return "redis-server is not installed"
        if self.beside == "postgresql" and not postgres.answers():
            return f"no PostgreSQL answers at {postgres.SERVER}; BENCH_POSTGRES names another"
        if self.own or self.ours:
            return ""
        if self.program.endswith(".cjs"):
            if not shutil.which("node"):
                return "Node is not installed"
            return "" if NODE.exists() else "not installed; --install does it"
        return "" if PYTHON.exists() else "not installed; --install does it"

    def commands(self, site: Site) -> list[Command]:
        """The processes it consists of, the one that takes webhooks first."""
        if self.ours:
            environment = settled(site.data, site.port, telegram.settings(site.api))
            serving = Command((sys.executable, "run.py"), environment)
            if not site.database:
                return [serving]
            environment |= {"EASYFLOW_DATABASE_URL": site.database}
            environment |= {"EASYFLOW_REDIS_URL": site.redis}
            return [serving, *[Command((sys.executable, "run.py", "work"), environment)] * WORKERS]
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "BENCH_PORT": str(site.port),
            "BENCH_API": site.api,
            "BENCH_TOKEN": telegram.TOKEN,
            "BENCH_SECRET": telegram.SECRET,
            "BENCH_DATA": str(site.data),
            "BENCH_REDIS": site.redis,
        }
        if self.program.endswith(".cjs"):
            node = shutil.which("node") or "node"
            environment |= {"NODE_PATH": str(NODE), "NODE_ENV": "production"}
            return [Command((node, f"benchmarks/peers/{self.program}"), environment)]
        python = sys.executable if self.own else str(PYTHON)
        return [Command((python, "-m", f"benchmarks.peers.{self.program}"), environment)]


FLOOR = Contestant("floor", "floor: raw ASGI, parse, send", "nothing", "floor.stateless", own=True)
EASY_FLOW = Contestant("easyflow", "**Easy Flow, SQLite**", "synced")
ON_POSTGRESQL = Contestant(
    "easyflow-pg", "**Easy Flow, PostgreSQL, 2 workers**", "synced", beside="postgresql"
)
AIOGRAM = Contestant("aiogram", "aiogram, MemoryStorage", "memory", "aiogram.memory")

CONTESTANTS = (
    FLOOR,
    Contestant(
        "durable-floor", "durable floor: and the update synced", "synced", "floor.durable", own=True
    ),
    EASY_FLOW,
    ON_POSTGRESQL,
    AIOGRAM,
    Contestant("aiogram-redis", "aiogram, RedisStorage", "second", "aiogram.redis", "redis"),
    Contestant("aiogram-sqlite", "aiogram, aiosqlite by hand", "synced", "aiogram.sqlite"),
    Contestant("aiogram-orm", "aiogram, SQLAlchemy", "synced", "aiogram.sqlalchemy"),
    Contestant("ptb", "python-telegram-bot", "memory", "telegram_bot.memory"),
    Contestant(
        "ptb-pickle", "python-telegram-bot, PicklePersistence", "minute", "telegram_bot.pickled"
    ),
    Contestant("ptb-sqlite", "python-telegram-bot, SQLite by hand", "queue", "telegram_bot.sqlite"),
    Contestant("grammy", "grammY", "memory", "grammy/memory.cjs"),
    Contestant("grammy-redis", "grammY, Redis", "second", "grammy/redis.cjs", "redis"),
    Contestant("grammy-sqlite", "grammY, better-sqlite3", "synced", "grammy/sqlite.cjs"),
    Contestant("telegraf", "Telegraf", "memory", "telegraf/memory.cjs"),
    Contestant("telegraf-redis", "Telegraf, Redis", "second", "telegraf/redis.cjs", "redis"),
    Contestant("telegraf-sqlite", "Telegraf, better-sqlite3", "synced", "telegraf/sqlite.cjs"),
)
