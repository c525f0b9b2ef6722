"""The same dialog on Easy Flow and on what a user would otherwise pick, measured in one run."""
