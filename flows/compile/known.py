"""Every name of a bot, gathered before its flows are compiled, so that all may refer to all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flows.answers import AnswerType
from flows.errors import Place
from flows.model import ActionSpec, Need
from flows.yaml_text import Mapped


@dataclass(frozen=True, slots=True)
class Header:
    """A flow's name and promises; `node` is the whole of it."""

    name: str
    place: Place
    node: Mapped
    needs: Mapping[str, Need] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    is_task: bool = False


@dataclass(slots=True)
class Known:
    """`whole` is False where a file could not be read: then a missing name proves nothing.

    `queues` is None where the bot declares none: any name is a queue then. `calendar` says that there is
    a calendar.yaml. `knowledge` are the files there are and `given_secrets` the names (folded) that have a value, None if that is not known.
    """

    actions: Mapping[str, ActionSpec]
    media: Collection[str] | None = None
    whole: bool = True
    types: dict[str, AnswerType] = field(default_factory=dict)
    own_types: list[str] = field(default_factory=list)
    user: dict[str, str] = field(default_factory=dict)
    hours: Collection[str] = ()
    queues: Collection[str] | None = None
    used_queues: set[str] = field(default_factory=set)
    knowledge: Collection[str] | None = None
    given_secrets: Collection[str] | None = None
    sources: Collection[str] = ()
    secrets: tuple[str, ...] = ()
    calendar: bool = False
    flows: dict[str, Header] = field(default_factory=dict)
