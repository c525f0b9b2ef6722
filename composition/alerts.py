"""Who is told of troubles of the owner's desk, and by which way."""

import asyncio
from functools import partial

from adapters.alerts import MailServer, MailWay, WebhookWay
from adapters.guarded_http import GuardedHttp
from bots.services.alerts import Alerts, Way
from composition.desk import desk_state
from composition.here import now
from composition.house import House
from composition.live import spoken
from composition.settings import allowed_hosts
from composition.webhooks import webhooks_of
from config.settings import Settings


def alerts_of(house: House, settings: Settings) -> Alerts | None:
    """Who is told of troubles of the owner's desk; None where nobody is to be."""
    given, desk = settings.alerts, house.desk
    ways: dict[str, Way] = {}
    if given.webhook is not None and given.secret is not None:
        http = GuardedHttp(allowed_hosts(settings))
        secret = given.secret.get_secret_value()
        ways["webhook"] = WebhookWay(http, given.webhook, secret, clock=now, new_id=house.new_id)
    if given.email is not None and given.smtp_host is not None:
        password = given.smtp_password
        server = MailServer(
            host=given.smtp_host,
            port=given.smtp_port,
            user=given.smtp_user,
            password=password.get_secret_value() if password is not None else "",
            security=given.smtp_security,
        )
        sender = given.smtp_from or given.smtp_user
        ways["email"] = MailWay(server, sender=sender, to=given.email, subject="Easy Flow")
    if not ways or desk is None:
        return None
    return Alerts(
        ways,
        workspace=house.workspace,
        feed=house.stores.feed,
        shelf=house.stores.shelf,
        state=partial(desk_state, house),
        language=spoken(settings),
        clock=now,
        sleep=asyncio.sleep,
        webhooks=webhooks_of(settings, house.stores).troubles,
    )
