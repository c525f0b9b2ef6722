"""What columns of tables are made of: ids, moments, tables without row ids."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field

WITHOUT_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


def big_id() -> Any:
    """A number the database gives: 64 bits everywhere, and SQLite's own rowid there."""
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def moment(*, index: bool = False) -> Any:
    return Field(sa_type=BigInteger, index=index)


def maybe_moment() -> Any:
    return Field(default=None, sa_type=BigInteger, nullable=True)


def slot() -> Any:
    """The hash slot of a row's chat: processes share slots out among them. Where one process has all, it is 0."""
    return Field(default=0, sa_type=Integer, sa_column_kwargs={"server_default": "0"})
