"""The nouns of the application, one file each."""
