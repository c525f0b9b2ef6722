"""The catalogue: what `do:` may name, a file for each family of actions."""
