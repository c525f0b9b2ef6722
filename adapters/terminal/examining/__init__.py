"""What `doctor` looks at, and the words for what it finds: around the house, inside of it, outside."""
