"""YAML nodes into operations: one file per part of the language."""
