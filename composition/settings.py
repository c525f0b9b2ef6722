"""The settings as they were read, or the end of the program with what is wrong with them."""

import os

import structlog

from adapters.addresses import Allowed
from adapters.terminal.leaving import stop
from composition.here import ENV_FILE
from config.environment import SettingsError, idle_settings, load_settings, unknown_settings
from config.logs import Mask, set_up_logs
from config.settings import Settings

log = structlog.get_logger()


def settings_or_stop() -> Settings:
    """The settings, with logs set up; every mistake in them is told at once."""
    try:
        settings = load_settings(os.environ, ENV_FILE)
    except SettingsError as error:
        stop("Some settings cannot be used:", *error.lines)
    log_as(settings)
    for warning in (*unknown_settings(os.environ, ENV_FILE), *idle_settings(settings)):
        log.warning(warning)
    return settings


def log_as(settings: Settings) -> Mask:
    """Log as the settings say, with every secret of theirs masked."""
    return set_up_logs(
        format=settings.log.format, level=settings.log.level, secrets=settings.secret_values
    )


def allowed_hosts(settings: Settings) -> Allowed:
    """Where actions may go although it is not public; one sentence if the setting makes no sense."""
    try:
        return Allowed.read(settings.allow_hosts or "")
    except ValueError as error:
        stop(
            f"EASYFLOW_ALLOW_HOSTS: found {str(error)!r}."
            " Write networks and servers such as 10.0.0.0/8, shop.local:8080"
        )
