"""Migrations: an empty database becomes today's schema, a second run changes nothing, whoever starts first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.server import feed
from services.server.database import Database
from services.server.migrations import upgrade
from services.server.server_tables import server_metadata

_BEFORE_0004 = (
    "ALTER TABLE client DROP COLUMN failing",
    "ALTER TABLE client ADD COLUMN failing_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE client ADD COLUMN failures INTEGER NOT NULL DEFAULT 0",
)
"""What takes a database of today back to the schema of before."""
_BEFORE_0003 = (
    *_BEFORE_0004,
    "CREATE INDEX ix_allocation_order_id ON allocation (order_id)",
    "CREATE INDEX ix_backorder_line_id ON backorder (line_id)",
    "CREATE INDEX ix_barcode_code ON barcode (code)",
    "CREATE INDEX ix_customer_code ON customer (code)",
    "CREATE INDEX ix_handling_unit_order_id ON handling_unit (order_id)",
    "CREATE INDEX ix_order_line_product_id ON order_line (product_id)",
    "CREATE INDEX ix_pick_task_line_id ON pick_task (line_id)",
    "CREATE INDEX ix_pick_task_wave_id ON pick_task (wave_id)",
    "CREATE INDEX ix_product_sku ON product (sku)",
    "CREATE INDEX ix_reservation_line_id ON reservation (line_id)",
    "CREATE INDEX ix_reservation_order_id ON reservation (order_id)",
    "CREATE INDEX ix_shipment_vehicle_id ON shipment (vehicle_id)",
    "CREATE INDEX ix_stock_handling_unit_id ON stock (handling_unit_id)",
    "CREATE INDEX ix_stock_movement_order_id ON stock_movement (order_id)",
    "CREATE INDEX ix_stock_task_order_id ON stock_task (order_id)",
    "CREATE INDEX ix_stock_task_product_id ON stock_task (product_id)",
    'CREATE INDEX ix_user_username ON "user" (username)',
    "CREATE INDEX ix_vehicle_code ON vehicle (code)",
    "ALTER TABLE client DROP COLUMN failing_id",
    "ALTER TABLE client ADD COLUMN failing_n BIGINT NOT NULL DEFAULT 0",
)
"""And one step further."""


def differences(database: Database) -> list[object]:
    """What the database has otherwise than the program's tables say."""
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, server_metadata()))


def test_an_empty_database_becomes_what_the_program_stands_on(database: Database) -> None:
    upgrade(database)
    assert differences(database) == []


def test_a_second_start_changes_nothing(database: Database) -> None:
    upgrade(database)
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO server_fact (id, value) VALUES ('kept', 'yes')")
    upgrade(database)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT value FROM server_fact").scalar_one() == "yes"


def test_processes_that_start_together_do_not_both_create_the_tables(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, databases))
    assert differences(databases[0]) == []
    for database in databases:
        database.close()


def test_the_scopes_of_older_terminals_become_rows_that_every_desk_gets(database: Database) -> None:
    upgrade(database)
    with database.writing() as connection:
        for statement in (
            *_BEFORE_0003,
            "DROP TABLE terminal_site",
            "ALTER TABLE client DROP COLUMN given_through",
            "ALTER TABLE client ADD COLUMN scopes TEXT NOT NULL DEFAULT ''",
            "UPDATE alembic_version SET version_num = '0001'",
            "INSERT INTO client (id, terminal_id, credential_hash, scopes, last_n, last_hash, failing_n, failures, "
            "outcomes_ack, enrolled_at, replaces, revoked) "
            "VALUES ('c1', 't1', 'x', 'org,site:a,site:b', 7, '', 0, 0, 0, 5000, '', 0)",
        ):
            connection.exec_driver_sql(statement)
    upgrade(database)
    assert differences(database) == []
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT terminal_id, held_site_id, since, until FROM terminal_site ORDER BY held_site_id"
        ).fetchall()
        assert [tuple(row) for row in rows] == [("t1", "a", 5000, None), ("t1", "b", 5000, None)]
        assert feed.union_differs(connection) == {}
        known = connection.exec_driver_sql("SELECT last_n, given_through, failing FROM client").fetchall()
        assert [tuple(row) for row in known] == [(7, 0, "")]


def test_a_client_whose_command_failed_is_carried_over(database: Database) -> None:
    upgrade(database)
    with database.writing() as connection:
        for statement in (
            *_BEFORE_0004,
            "UPDATE alembic_version SET version_num = '0003'",
            "INSERT INTO client (id, terminal_id, credential_hash, last_n, last_hash, failing_id, failures, "
            "outcomes_ack, enrolled_at, replaces, revoked, given_through) "
            "VALUES ('c1', 't1', 'x', 7, 'ab', 'command-8', 2, 6, 5000, '', 0, 9)",
        ):
            connection.exec_driver_sql(statement)
    upgrade(database)
    assert differences(database) == []
    with database.reading() as connection:
        known = connection.exec_driver_sql(
            "SELECT last_n, last_hash, outcomes_ack, failing FROM client"
        ).fetchall()
        assert [tuple(row) for row in known] == [(7, "ab", 6, "")]


def test_indexes_that_nothing_needs_any_more_are_dropped(database: Database) -> None:
    upgrade(database)
    with database.writing() as connection:
        for statement in (*_BEFORE_0003, "UPDATE alembic_version SET version_num = '0002'"):
            connection.exec_driver_sql(statement)
    assert differences(database) != []
    upgrade(database)
    assert differences(database) == []


def test_a_migration_that_fails_leaves_nothing_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.server import server_tables

    class Broken(Exception):
        pass

    def explode(*_arguments: object) -> object:
        raise Broken

    with monkeypatch.context() as patched:
        patched.setattr(server_tables, "feed_tables", explode)
        with pytest.raises(Broken):
            upgrade(database)
    upgrade(database)
    assert differences(database) == []
