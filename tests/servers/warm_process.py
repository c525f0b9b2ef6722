"""A Python that has imported everything of ours, and becomes `run.py` or a fake whenever it is asked to.

Run by `tests.servers.warm`: it listens at the socket whose number is its one argument. Each order is
JSON with three file descriptors; each answer tells of a process that began or ended.
"""

import atexit
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import traceback
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
OURS = ("flows", "bots", "adapters", "storage", "scheduler", "config", "composition")
HEAVY = (
    "alembic.command",
    "alembic.config",
    "alembic.script",
    "uvicorn",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
    "uvicorn.lifespan.on",
    "uvloop",
)
FAKES = ("bot_api", "fake_", "graph_", "max_", "tiny_http", "vk_")
"""What the names of modules begin with that fake messengers are made of."""
LARGEST = 1 << 18


def import_everything() -> None:
    """What `run.py` imports at once, and what it imports when it is needed."""
    sys.path.insert(0, str(ROOT))
    for package in OURS:
        for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if ".migrations" not in found.name:
                importlib.import_module(found.name)
    for found in pkgutil.iter_modules([str(ROOT / "tests" / "servers")], "tests.servers."):
        if found.name.removeprefix("tests.servers.").startswith(FAKES):
            importlib.import_module(found.name)
    for name in HEAVY:
        importlib.import_module(name)
    make_routes_ready()


def make_routes_ready() -> None:
    """What a server does before its first answer, and every one of them in the same way."""
    from fastapi.routing import iter_route_contexts

    from adapters.http.app import SPOKEN, routes_of

    for package in SPOKEN:
        list(iter_route_contexts(routes_of(package)))


def serve(orders: socket.socket) -> None:
    """Until nobody holds the other end any more."""
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([orders.fileno(), waking], [], [])
        if waking in ready:
            os.read(waking, 4096)
            _tell_of_the_ended(orders)
        if orders.fileno() in ready:
            content, files, _, _ = socket.recv_fds(orders, LARGEST, 3)
            if not content:
                return
            _begin(orders, json.loads(content), files)


def _tell_of_the_ended(orders: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        told = {"pid": pid, "status": os.waitstatus_to_exitcode(status)}
        orders.send(json.dumps(told).encode())


def _begin(orders: socket.socket, order: Mapping[str, Any], files: list[int]) -> None:
    pid = os.fork()
    if pid == 0:
        orders.close()
        _become(order, files)
    for file in files:
        os.close(file)
    orders.send(json.dumps({"began": pid, "order": order["number"]}).encode())


def _become(order: Mapping[str, Any], files: list[int]) -> NoReturn:
    """A process as if it had been started by itself."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for standard, file in enumerate(files):
            os.dup2(file, standard)
            os.close(file)
        os.environ.clear()
        os.environ.update(order["environ"])
        os.chdir(order["cwd"])
        sys.argv = list(order["argv"])
        status = _run(order)
    except KeyboardInterrupt:
        status = 130
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a program
        traceback.print_exc()
    finally:
        os._exit(_ended(status))


def _run(order: Mapping[str, Any]) -> int:
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    module = order["module"]
    if module:
        path = str(ROOT / (module.replace(".", "/") + ".py"))
    else:
        path = order["argv"][0]
        sys.path[0] = str(Path(path).resolve().parent)
    main.__file__ = path
    try:
        exec(compile(Path(path).read_bytes(), path, "exec"), main.__dict__)  # noqa: S102
    except SystemExit as left:
        if left.code is None or isinstance(left.code, int):
            return left.code or 0
        print(left.code, file=sys.stderr)
        return 1
    return 0


def _ended(status: int) -> int:
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            status = status or 120
    return status


if __name__ == "__main__":
    at = socket.socket(fileno=int(sys.argv[1]))
    import_everything()
    serve(at)
