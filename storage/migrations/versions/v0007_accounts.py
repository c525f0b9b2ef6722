"""People who sign in, bots made over the API with what they know, money, and lists of chats."""

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = "v0006"

_ADDED = {
    "api_keys": ("kind", "domains", "expires_at", "last_used_at", "revoked_at"),
    "accounts": (
        "first_name",
        "last_name",
        "role",
        "active",
        "onboarded",
        "version",
        "totp",
        "totp_step",
        "last_login_at",
    ),
    "workspaces": ("plan", "timezone", "opened_at"),
}

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _columns_of_people()
    _sessions()
    _assistants()
    _knowledge()
    _connections()
    _billing()
    _moves()
    _lists_of_chats()


def _columns_of_people() -> None:
    with op.batch_alter_table("workspaces") as table:
        table.add_column(sa.Column("plan", sa.String(), nullable=False, server_default="trial"))
        table.add_column(sa.Column("timezone", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("opened_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("accounts") as table:
        table.add_column(sa.Column("first_name", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("last_name", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("role", sa.String(), nullable=False, server_default="owner"))
        table.add_column(sa.Column("active", sa.Boolean(), nullable=False, server_default="1"))
        table.add_column(sa.Column("onboarded", sa.Boolean(), nullable=False, server_default="0"))
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("totp", sa.String(), nullable=True))
        table.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("last_login_at", sa.BigInteger(), nullable=True))
    # An e-mail is written one way only from now on; until now there was one of them at most.
    op.execute("UPDATE accounts SET email = lower(email)")
    with op.batch_alter_table("api_keys") as table:
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="secret"))
        table.add_column(sa.Column("domains", sa.String(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("expires_at", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("last_used_at", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("revoked_at", sa.BigInteger(), nullable=True))
    op.add_column("operators", sa.Column("account_id", sa.Integer(), nullable=True))
    op.create_index("operators_of_account", "operators", ["account_id"], unique=True)
    for name, nothing in (("languages", "[]"), ("skills", "[]"), ("roles", "{}")):
        column = sa.Column(name, sa.String(), nullable=False, server_default=nothing)
        op.add_column("operators", column)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    op.create_table(
        "backup_codes",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "digest"),
        sqlite_with_rowid=False,
    )


def _assistants() -> None:
    op.create_table(
        "assistants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("system_prompt", sa.String(), nullable=False),
        sa.Column("ai_model", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("website", sa.Boolean(), nullable=False),
        sa.Column("domains", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("bot"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assistants_workspace", "assistants", ["workspace"])


def _knowledge() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("assistant_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "assistant_id", "digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("assistant_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "assistant_id", "folded"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "passages",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("assistant_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("passages_of_document", "passages", ["document_id"])
    op.create_index("passages_of_question", "passages", ["question_id"])
    # Stems only, one token each: nothing that looks like the syntax of a search is ever in it.
    op.execute(
        "CREATE VIRTUAL TABLE passage_words USING fts5(title, body,"
        " tokenize = 'unicode61 remove_diacritics 0', detail = 'column')"
    )


def _connections() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("credentials", sa.String(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("sync_status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.Column("connected_at", sa.BigInteger(), nullable=False),
        sa.Column("last_sync_at", sa.BigInteger(), nullable=True),
        sa.Column("next_sync_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "user_id", "platform"),
    )


def _billing() -> None:
    op.create_table(
        "balances",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("bonus", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"]),
        sa.PrimaryKeyConstraint("workspace"),
    )
    op.create_table(
        "ledger",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "key"),
    )
    op.create_index("ledger_of_workspace", "ledger", ["workspace", "id"])
    op.create_table(
        "months_of_messages",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "month"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "top_ups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("return_url", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("top_ups_of_workspace", "top_ups", ["workspace", "created_at"])
    op.create_index("top_ups_by_reference", "top_ups", ["provider", "reference"])
    op.create_index("top_ups_by_status", "top_ups", ["status"])
    op.create_table(
        "ai_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.Column("models", sa.String(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("monthly_limit", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ai_usage",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", "day"),
        sqlite_with_rowid=False,
    )


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("behind", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "seq"),
        sqlite_with_rowid=False,
    )


_COUNT = """
INSERT INTO conversation_counts (workspace, bot, platform, status, handoff, count)
VALUES ({row}.workspace, {row}.bot, {row}.platform, {row}.status, {row}.handoff, {by})
ON CONFLICT (workspace, bot, platform, status, handoff) DO UPDATE SET count = count + {by};
"""
_LESS, _MORE = _COUNT.format(row="old", by=-1), _COUNT.format(row="new", by=1)
_KIND = "workspace, bot, platform, status, handoff"
_TRIGGERS = {
    "conversations_come": f"AFTER INSERT ON conversations BEGIN {_MORE} END",
    "conversations_go": f"AFTER DELETE ON conversations BEGIN {_LESS} END",
    "conversations_change": (
        f"AFTER UPDATE OF {_KIND} ON conversations"
        " WHEN old.status <> new.status OR old.handoff <> new.handoff"
        " OR old.platform <> new.platform OR old.bot <> new.bot OR old.workspace <> new.workspace"
        f" BEGIN {_LESS} {_MORE} END"
    ),
}


def _lists_of_chats() -> None:
    op.add_column("messages", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    # Who said it is kept with the message from now on; until now only a group's messages knew it.
    op.execute(
        "UPDATE messages SET parts = json_set(coalesce(parts, '{}'), '$.operator',"
        " (SELECT max(r.operator) FROM relays r WHERE r.way = 'out'"
        " AND r.conversation_id = messages.conversation_id AND r.seq = messages.seq))"
        " WHERE author = 'operator' AND (conversation_id, seq) IN"
        " (SELECT conversation_id, seq FROM relays WHERE way = 'out' AND operator IS NOT NULL)"
    )
    op.execute(
        "UPDATE messages SET deleted_at = (SELECT max(e.created_at) FROM events e"
        " WHERE e.name = 'message.deleted'"
        " AND json_extract(e.data, '$.message_id') = messages.message_id)"
        " WHERE message_id IN (SELECT json_extract(data, '$.message_id') FROM events"
        " WHERE name = 'message.deleted')"
    )
    op.add_column(
        "conversations", sa.Column("handoff", sa.String(), nullable=False, server_default="none")
    )
    op.execute(
        "UPDATE conversations SET handoff = json_extract(episode, '$.state')"
        " WHERE episode IS NOT NULL"
    )
    op.create_table(
        "conversation_counts",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("handoff", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "bot", "platform", "status", "handoff"),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO conversation_counts ({_KIND}, count)"
        f" SELECT {_KIND}, count(*) FROM conversations GROUP BY {_KIND}"
    )
    for name, work in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {work}")
    op.create_index(
        "conversations_latest",
        "conversations",
        ["workspace", "updated_at", "id", "platform", "status", "handoff", "bot"],
        sqlite_where=sa.text("platform <> 'schedule'"),
    )
    op.create_index(
        "conversations_with_people",
        "conversations",
        ["workspace", "handoff", "updated_at", "id", "platform", "status", "bot"],
        sqlite_where=sa.text("handoff <> 'none'"),
    )
    op.create_index(
        "conversations_closed",
        "conversations",
        ["workspace", "updated_at", "id", "platform", "status", "handoff", "bot"],
        sqlite_where=sa.text("status = 'closed'"),
    )


def _without_lists_of_chats() -> None:
    for name in ("latest", "with_people", "closed"):
        op.drop_index(f"conversations_{name}", "conversations")
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.drop_table("conversation_counts")
    op.drop_column("conversations", "handoff")
    op.drop_column("messages", "deleted_at")


def downgrade() -> None:
    _without_lists_of_chats()
    op.drop_table("moves")
    op.drop_table("ai_usage")
    op.drop_table("ai_tokens")
    op.drop_table("top_ups")
    op.drop_table("months_of_messages")
    op.drop_table("ledger")
    op.drop_table("balances")
    op.drop_table("connections")
    op.drop_table("passage_words")
    op.drop_table("passages")
    op.drop_table("questions")
    op.drop_table("documents")
    op.drop_table("assistants")
    op.drop_table("backup_codes")
    op.drop_table("refresh_tokens")
    op.drop_table("sessions")
    op.drop_index("operators_of_account", "operators")
    for name in ("account_id", "languages", "skills", "roles"):
        op.drop_column("operators", name)
    for table, names in _ADDED.items():
        for name in names:
            op.drop_column(table, name)
