"""The one place that knows every part and puts them together; run.py alone imports it."""
