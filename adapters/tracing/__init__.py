"""Spans for OpenTelemetry, where the settings name a collector; nothing of it is imported otherwise."""
