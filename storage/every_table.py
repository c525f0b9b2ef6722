"""All tables together, for whoever makes or compares them."""

from sqlmodel import SQLModel

from storage import assistant_tables, billing_tables, people_tables, tables

MODULES = (tables, people_tables, assistant_tables, billing_tables)
METADATA = SQLModel.metadata
