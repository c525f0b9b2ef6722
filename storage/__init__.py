"""The stores of bots/ports/, in SQL."""
