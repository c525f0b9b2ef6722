"""The application: what a bot does, its nouns, its ports and its services."""
