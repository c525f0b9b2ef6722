"""The dialog on aiogram 3, with one storage after another."""
