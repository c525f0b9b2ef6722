"""MAX, through its Bot API."""
