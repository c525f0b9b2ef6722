"""The dialog engine: decides what to say next, touches nothing of the world."""
