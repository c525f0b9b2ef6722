"""HTTP: the intake of webhooks, the dialects, health, documentation pages and their assets."""
