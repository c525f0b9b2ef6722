"""Row-level security: behind its wall a request sees no row of another workspace, and writes none.

The second of two walls: every query names its workspace too. A superuser's rows are not walled off,
nor are those of a role that bypasses it: PostgreSQL asks neither.
https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from sqlalchemy import Connection, MetaData

from bots.tenancy import answered_for
from storage.postgres.url import ALL, WALL

_MAY = (
    "CREATE OR REPLACE FUNCTION is_open(bigint) RETURNS boolean LANGUAGE sql STABLE"
    f" AS $$ SELECT current_setting('{WALL}', true) IN ('{ALL}', $1::text) $$"
)
IS_IDLE = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
"""Whether the walls do nothing for whoever is connected."""

WARNING = (
    "The role that connects to PostgreSQL is a superuser, for whom it keeps no walls between workspaces:"
    " give Easy Flow a role of its own (CREATE ROLE easyflow LOGIN) that owns the database"
)


def own_wall() -> str:
    """What a session is told for whoever asks now."""
    workspace = answered_for()
    return ALL if workspace is None else str(workspace)


def put_up(connection: Connection, metadata: MetaData) -> None:
    """A wall around each table with workspaces that has none yet."""
    connection.exec_driver_sql(_MAY)
    standing = connection.exec_driver_sql("SELECT tablename FROM pg_policies").scalars().all()
    for table in metadata.sorted_tables:
        column = "id" if table.name == "workspaces" else "workspace"
        if column not in table.columns or table.name in standing:
            continue
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql(
            f"CREATE POLICY {table.name}_wall ON {table.name} USING (is_open({column}))"
        )
