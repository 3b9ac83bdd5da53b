"""The PostgreSQL that tests get: it is real, empty, and sorts like SQLite."""

from __future__ import annotations

import sqlalchemy as sa

from tests.helpers.postgres import NewDatabase


def test_what_is_written_is_read_back_by_another_connection(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE bin (code text PRIMARY KEY, on_hand integer NOT NULL)"))
        connection.execute(sa.text("INSERT INTO bin VALUES ('A-01-02-3', 12)"))
    engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT code, on_hand FROM bin")).all() == [("A-01-02-3", 12)]
    engine.dispose()


def test_each_database_is_empty_and_apart_from_the_others(new_postgres_database: NewDatabase) -> None:
    first, second = (sa.create_engine(new_postgres_database()) for _ in range(2))
    with first.begin() as connection:
        connection.execute(sa.text("CREATE TABLE only_here (id integer)"))
    assert sa.inspect(first).get_table_names() == ["only_here"]
    assert sa.inspect(second).get_table_names() == []
    first.dispose()
    second.dispose()


def test_text_sorts_by_code_point_as_in_sqlite(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        rows = "(VALUES ('a'), ('B'), ('Ä'), ('A'), ('_')) AS t(code)"
        in_order = sa.text(f"SELECT code FROM {rows} ORDER BY code")
        assert connection.execute(in_order).scalars().all() == ["A", "B", "_", "a", "Ä"]
    engine.dispose()
