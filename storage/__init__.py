"""The stores of bots/ports.py, in SQL."""
