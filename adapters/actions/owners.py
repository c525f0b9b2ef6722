"""Runs a bot's actions.py: loads it anew when it changes, and calls its functions as actions."""

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from importlib.abc import ExecutionLoader
from pathlib import Path
from typing import Any

import structlog

from adapters.actions.declared import CONTEXT, FILE, FORBIDDEN
from adapters.actions.job import Act, Acts, Job
from adapters.actions.threads import Threads
from bots.errors import ActionFailed
from bots.owners import MARK, Context, Failed
from flows.errors import Complaint, LoadError, Place, RunError
from flows.values import freeze_light

log = structlog.get_logger()


class OwnersActions:
    """The functions of every bot's actions.py, by the names they were given."""

    def __init__(self, *, allowed: bool) -> None:
        self._allowed = allowed
        self._loaded: dict[str, tuple[str, Acts]] = {}

    def load(self, bot: str, folder: Path, source: str | None) -> None:
        """Run the file, if it is new and may be run. Raises LoadError with the line that raised."""
        if source is None or not self._allowed:
            self._loaded.pop(bot, None)
            return
        known = self._loaded.get(bot)
        if known is None or known[0] != source:
            self._loaded[bot] = source, _acts(bot, folder / FILE, source)

    def of(self, bot: str) -> Acts:
        """The actions of a bot; where the file may not be run, each fails in words."""
        if not self._allowed:
            return _Forbidden()
        return self._loaded[bot][1] if bot in self._loaded else {}


class _Forbidden(dict[str, Act]):
    """Answers for every name: the loader has seen that it is declared."""

    def get(self, name: str, default: Any = None) -> Act:
        return _fail


async def _fail(job: Job) -> None:
    raise ActionFailed(job.words(*FORBIDDEN))


class _Text(ExecutionLoader):
    """Runs the text that was read and looked at, and nothing else.

    Python itself would rather run what lies in `__pycache__`: a copy that somebody packed with the
    bot, or that of the same second's version before.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def get_filename(self, fullname: str) -> str:
        return str(self._path)

    def get_source(self, fullname: str) -> str:
        return self._text


def _acts(bot: str, path: Path, source: str) -> dict[str, Act]:
    # A module of its own for each bot; what its last version left behind is forgotten.
    name = f"bots_of_owners.{bot}.actions"
    spec = importlib.util.spec_from_loader(name, _Text(path, source))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        log.warning("An actions.py raised", bot=bot, exc_info=True)
        line = _line(error, path)
        told = f"{type(error).__name__}: {error}"
        raise LoadError([Complaint(Place(FILE, line), "E095", told)]) from None
    found = [one for one in vars(module).values() if callable(one) and hasattr(one, MARK)]
    threads = Threads()
    return {getattr(one, MARK): _act(one, path, threads) for one in found}


def _act(function: Callable[..., Any], path: Path, threads: Threads) -> Act:
    parameters = inspect.signature(function).parameters

    async def act(job: Job) -> Any:
        given = {
            name: _fitting(job.arguments[name], parameters[name].annotation, name)
            for name in parameters
            if name in job.arguments
        }
        if CONTEXT in parameters:
            given[CONTEXT] = _context(job)
        try:
            if inspect.iscoroutinefunction(function):
                result = await function(**given)
            else:
                result = await threads.run(function, given)
            return freeze_light(result)
        except Failed as failed:
            raise ActionFailed(str(failed), transient=failed.again) from None
        except RunError as error:
            raise ActionFailed(f"{FILE}: {function.__name__}: {error}") from None
        except (Exception, SystemExit) as error:
            # The owner's own mistake: the file and line say more than our traceback.
            place = f"{FILE}:{_line(error, path)}"
            log.warning("An owner's action raised", bot=job.address.bot, place=place, exc_info=True)
            raise ActionFailed(f"{place}: {type(error).__name__}: {error}") from None

    return act


def _context(job: Job) -> Context:
    address = job.address
    return Context(
        bot=address.bot,
        channel=address.channel,
        chat_id=address.chat_id,
        key=job.key,
        now=job.now,
    )


def _fitting(value: Any, annotation: Any, name: str) -> Any:
    """A text where the function wants a number is read as one."""
    if annotation in (int, float) and isinstance(value, str):
        try:
            return annotation(value.strip().replace(",", "."))
        except ValueError:
            raise ActionFailed(f"{name} must be a number, not {value!r:.40}") from None
    return str(value) if annotation is str and isinstance(value, (int, float)) else value


def _line(error: BaseException, path: Path) -> int:
    """The deepest line of the owner's file on the way to an error."""
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path) and frame.lineno
    ]
    return lines[-1] if lines else 1
