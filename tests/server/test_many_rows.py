"""Many rows at once come into either database as they are, all or none, whatever their texts hold."""

from __future__ import annotations

import pytest

from services.server.database import DATABASE_ERRORS, Database, Direct
from services.server.migrations import upgrade
from services.storage.statements import statements
from services.storage.tables import Location, Setting

_STRANGE = [
    "",
    "\\N",
    "\\",
    "a\tb",
    "line\nbreak",
    "\r",
    "NULL",
    "%s",
    "Zoë's “bin” 箱",
    '{"a": [1, 2]}',
    "\x1f",
]


@pytest.fixture
def database(database: Database) -> Database:
    upgrade(database)
    return database


def _insert(database: Database, cls: type[Setting] | type[Location], rows: list[Setting | Location]) -> None:
    with database.writing() as connection:
        direct = Direct(connection.dialect.name)
        direct.attach(connection)
        sql = statements(cls, connection.dialect.name)
        direct.exec_driver_sql(sql.insert, [sql.dump(row) for row in rows])


@pytest.mark.parametrize("count", [1, len(_STRANGE), 1000])
def test_every_text_comes_as_it_is(database: Database, count: int) -> None:
    rows = [Setting(f"key-{n:04d}", _STRANGE[n % len(_STRANGE)]) for n in range(count)]
    _insert(database, Setting, list(rows))
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT id, value FROM setting ORDER BY id").fetchall()
    assert [tuple(row) for row in found] == [(row.id, row.value) for row in rows]


def test_numbers_come_as_they_are(database: Database) -> None:
    rows = [
        Location(f"bin-{n}", "s", f"B{n}", "A", "1", "", "", "pick", n * 0.1, n * -1e-7, n) for n in range(50)
    ]
    _insert(database, Location, list(rows))
    with database.reading() as connection:
        sql = statements(Location, connection.dialect.name)
        found = connection.exec_driver_sql(f"SELECT {sql.columns} FROM location").fetchall()
    assert sorted((sql.load(row) for row in found), key=lambda row: row.pick_sequence) == rows


def test_where_one_of_them_cannot_be_taken_none_is(database: Database) -> None:
    _insert(database, Setting, [Setting("taken", "1")])
    with pytest.raises(DATABASE_ERRORS):
        _insert(database, Setting, [Setting(key, "2") for key in ("new", "taken", "newer")])
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT id, value FROM setting").fetchall()
    assert [tuple(row) for row in found] == [("taken", "1")]
