"""What was written to the database, kept so that it can be written again in a moment."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Written:
    """Rows of one table, the first column of which is its key."""

    columns: tuple[str, ...]
    new: list[tuple]
    changed: list[tuple]


def all_rows() -> dict[str, tuple[tuple[str, ...], dict]]:
    """The columns and, by key, the rows of each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 (its own tables)
            columns = tuple(column[0] for column in cursor.description)
            found[table] = (columns, {row[0]: row for row in cursor.fetchall()})
    return found


def written_since(before: dict) -> dict[str, Written]:
    """The rows that are new or changed since then. Raises ValueError when one is gone."""
    found = {}
    for table, (columns, rows) in all_rows().items():
        known = before[table][1]
        if gone := known.keys() - rows.keys():
            raise ValueError(f"{len(gone)} rows of {table} were deleted.")
        new = [row for key, row in rows.items() if key not in known]
        changed = [row for key, row in rows.items() if key in known and row != known[key]]
        if new or changed:
            found[table] = Written(columns, new, changed)
    return found


def write_again(written: dict[str, Written]) -> None:
    """Writes those rows; foreign keys are looked at when the transaction ends, so the order is no matter."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, rows in written.items():
            names = ", ".join(map(quoted, rows.columns))
            values = ", ".join(["%s"] * len(rows.columns))
            cursor.executemany(f"INSERT INTO {quoted(table)} ({names}) VALUES ({values})", rows.new)  # noqa: S608
            key, *others = rows.columns
            setting = ", ".join(f"{quoted(name)} = %s" for name in others)
            cursor.executemany(
                f"UPDATE {quoted(table)} SET {setting} WHERE {quoted(key)} = %s",  # noqa: S608
                [(*row[1:], row[0]) for row in rows.changed],
            )
