"""What is told to whoever watches: metrics and health."""

from functools import partial

from adapters.http import watching
from adapters.http.metrics import Metrics
from bots.model.episode import Episode
from bots.services.channels import Channels
from bots.services.health import Health, not_behind
from composition.desk import desk_state
from composition.here import VERSION, now
from composition.house import House
from config.settings import Settings


def watch_house(settings: Settings, metrics: Metrics, house: House, role: str) -> None:
    """What /metrics tells of a process that runs the machinery; its `role` is web or work."""

    def episodes() -> list[Episode]:
        return [one.episode for one in house.handoff.board.all()]

    watching.watch_process(metrics, version=VERSION, role=role)
    watching.watch_disk(metrics, settings.data_dir)
    watching.watch_queues(metrics, house.inbox, house.outbox, now)
    watching.watch_database(metrics, house.stores)
    watching.watch_timers(metrics, house.stores.timers.overdue, now)
    watching.watch_handoffs(metrics, episodes, now)
    sharing, hints = house.sharing, house.hints
    watching.watch_redis(metrics, None if hints is None else lambda: hints.up)
    watching.watch_sharing(
        metrics, house.slots, lambda: () if sharing is None else sharing.processes, role
    )
    house.supervisor.keep("loop lag", partial(watching.watch_loop, metrics))


def health_of(house: House, channels: Channels) -> Health:
    """Whether all that must answer does."""
    return Health(
        {
            "database": lambda: house.stores.answers(house.workspace, now()),
            "inbox": not_behind(lambda: house.inbox.oldest, now),
        },
        # Anybody may ask whether we are ready: that is no place for accounts of others.
        channels=partial(channels.states, house.workspace),
        desk=partial(desk_state, house),
    )
