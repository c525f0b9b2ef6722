"""How little work the dialog could be: bots that remember nothing of it."""
