"""What bots may do, and what decides and carries it out."""

from typing import TYPE_CHECKING

from adapters.actions.calendar import Calendar
from adapters.actions.http import Http
from adapters.actions.job import Acts
from adapters.actions.knowledge import KnowledgeBase
from adapters.actions.llm import NoModel
from adapters.actions.marketplace import DemoShop
from adapters.actions.pay import Pay
from adapters.actions.stats import Stats
from adapters.guarded_http import GuardedHttp
from adapters.understanding.stemmed import StemmedUnderstanding
from bots.actions import Performer
from bots.board import Board
from bots.deciding import Decider
from bots.ports import Actions, Meter
from bots.publishing import Published
from bots.services.payments import Payments
from composition.here import now
from composition.settings import allowed_hosts
from composition.tracing import traced_by
from config.settings import Settings
from storage.stores import Stores

if TYPE_CHECKING:
    from adapters.tracing.spans import Spans
    from bots.tape import Tape


def families_of(
    settings: Settings, stores: Stores, payments: Payments, spans: "Spans | None"
) -> list[Acts]:
    """What every bot may do."""
    fetch = traced_by(spans).fetch(GuardedHttp(allowed_hosts(settings)).fetch)
    return [
        Http(fetch).acts,
        DemoShop(stores.shelf).acts,
        KnowledgeBase().acts,
        Calendar(stores.shelf).acts,
        Pay(payments).acts,
        Stats(stores.shelf).acts,
        NoModel().acts,
    ]


def decider_of(
    published: Published, performer: Performer, board: Board, tape: "Tape | None"
) -> Decider:
    """What asks the engine; a tape listens to it where somebody tries a bot."""
    if tape is None:
        return Decider(published=published, performer=performer, clock=now, board=board)
    from bots.tape import TapedDecider

    return TapedDecider(published=published, performer=performer, clock=now, board=board, tape=tape)


def performer_of(
    settings: Settings, actions: Actions, meter: Meter, tape: "Tape | None", owners: int
) -> Performer:
    """What carries out actions, with the secrets for bots of the owner's workspace alone; a tape
    listens to it where somebody tries a bot."""
    understanding = StemmedUnderstanding()
    if tape is None:
        return Performer(actions, understanding, meter, settings.secret, of=owners)
    from bots.tape import TapedPerformer

    return TapedPerformer(actions, understanding, meter, settings.secret, tape, of=owners)
