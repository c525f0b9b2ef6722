"""The commands of run.py that people use in a terminal: chat, check, test, draw."""
