"""Settings, bot folders and logs: what is configured, read by run.py alone."""
