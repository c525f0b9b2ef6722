"""Settings, bot folders and logs: what is configured, read by the composition alone."""
