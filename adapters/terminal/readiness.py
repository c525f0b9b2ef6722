"""Asks a server of this machine how it is."""

import http.client
import json

PATIENCE = 5.0


def asked_ready(host: str, port: int) -> dict[str, object] | None:
    """What `/readyz` says; None where nobody answers."""
    there = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    connection = http.client.HTTPConnection(there, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        found = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return found if isinstance(found, dict) else None
