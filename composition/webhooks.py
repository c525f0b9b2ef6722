"""Customers' systems that are told of events."""

import asyncio
import secrets
import time
from functools import partial

from adapters.addresses import Allowed
from adapters.guarded_http import GuardedHttp
from adapters.http.webhook_metrics import WebhookMetrics
from adapters.ids import Ids
from adapters.webhooks import HttpWebhookSender
from bots.services.operators import OWNERS
from bots.services.webhook_couriers import Couriers
from bots.services.webhooks import Webhooks
from composition.here import now
from composition.house import House
from composition.settings import allowed_hosts
from config.keys import keys_at_hand
from config.settings import Settings
from storage.beside import Beside
from storage.stores import Stores
from storage.vault import KeyRing


def couriers_of(house: House, settings: Settings) -> Couriers:
    """What tells customers' systems of what happens, and its figures."""
    stores, meter = house.stores, WebhookMetrics(house.metrics, owner=OWNERS)
    couriers = Couriers(
        stores.webhook_deliveries(KeyRing(partial(keys_at_hand, settings))),
        stores.feed,
        webhook_sender(settings),
        meter=meter,
        clock=now,
        sleep=asyncio.sleep,
        rest=house.news.rest(),
    )
    meter.watch(couriers, now)
    return couriers


def webhooks_of(settings: Settings, stores: Stores | Beside) -> Webhooks:
    """The addresses that are told, in the server or beside it."""
    return Webhooks(
        stores.webhooks(KeyRing(partial(keys_at_hand, settings))),
        stores.feed,
        webhook_sender(settings),
        clock=now,
        new_id=Ids(time.time_ns, secrets.token_bytes),
        random_bytes=secrets.token_bytes,
    )


def webhook_sender(settings: Settings) -> HttpWebhookSender:
    """What calls them: of other workspaces than the owner's, at public addresses alone."""
    return HttpWebhookSender(
        GuardedHttp(allowed_hosts(settings)), GuardedHttp(Allowed()), owner=OWNERS, clock=now
    )
