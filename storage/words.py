"""How passages are found by their words; each database has an index of its own for that."""

from collections.abc import Iterable
from typing import NamedTuple


class Form(NamedTuple):
    """A word to look for; `begins` says that it may also be the beginning of a longer one."""

    word: str
    begins: bool = False


class Words:
    """FTS5 of SQLite: https://sqlite.org/fts5.html#full_text_query_syntax."""

    title = body = "SELECT rowid FROM passage_words WHERE passage_words MATCH ?"

    def in_title(self, forms: Iterable[Form]) -> str:
        """The variable of `title`."""
        return f"title : ({_any(forms)})"

    def in_body(self, forms: Iterable[Form]) -> str:
        """The variable of `body`."""
        return f"body : ({_any(forms)})"


class Vectors(Words):
    """GIN of PostgreSQL: https://www.postgresql.org/docs/current/datatype-textsearch.html."""

    title = "SELECT rowid FROM passage_words WHERE titles @@ CAST(? AS tsquery)"
    body = "SELECT rowid FROM passage_words WHERE bodies @@ CAST(? AS tsquery)"

    def in_title(self, forms: Iterable[Form]) -> str:
        return " | ".join(
            f"'{_doubled(form.word[:LONGEST])}'{':*' if form.begins else ''}" for form in forms
        )

    in_body = in_title


LONGEST = 255
"""Letters of a word that PostgreSQL's index keeps; beside_tables.sql cuts them off there."""


def _any(forms: Iterable[Form]) -> str:
    return " OR ".join(f'"{form.word}"{"*" if form.begins else ""}' for form in forms)


def _doubled(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
