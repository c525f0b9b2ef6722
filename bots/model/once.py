"""Work that is done once under a name: it notes that down in its own transaction."""

DONE = "idempotency done"
"""The shelf of the names, each with when: `{"at": …}`."""
