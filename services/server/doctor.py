"""Checks a server's database from the outside: is it whole, does stock add up, does the feed name what is there."""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from services.server import feed
from services.server.database import DATABASE_ERRORS, Database
from services.storage.stock_rule import stock_problems

_STEPS_BETWEEN_LOOKS: Final = 10_000
_OUT_OF_TIME: Final = "interrupted"


class Finding(msgspec.Struct, frozen=True):
    """One check: what was looked at, what is wrong (empty where all is well), and what to do about it."""

    check: str
    problems: list[str]
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        """Nothing was found."""
        return not self.problems


def examine(database: Database) -> list[Finding]:
    """Every check, in one snapshot."""
    with database.reading() as connection:
        return [
            Finding(
                "The database is whole",
                _integrity(connection),
                "Restore a backup (holdfast restore); keep the damaged file.",
            ),
            Finding(
                "Stock adds up",
                stock_problems(connection),
                "Count the bins named here and approve the counts; report how it came to this.",
            ),
            Finding(
                "The feed names what is stored",
                _feed(connection),
                "Run holdfast doctor --repair: terminals then fetch everything anew.",
            ),
            Finding(
                "Every command of a terminal has its one outcome",
                _outcomes(connection),
                "Report this; the terminals named here should be enrolled again.",
            ),
            Finding(
                "Every terminal works at a site",
                _sites_of_terminals(connection),
                "Give the terminals named here their sites (Admin, Terminals), or bar them.",
            ),
            Finding(
                "No command and no job is parked",
                _parked(connection),
                "Look at them (Integrations, Outbox), and retry or drop them.",
            ),
        ]


def first_damage(database: Database, seconds: float) -> str:
    """What is found first of a damaged SQLite file, in the database's words; empty where nothing is found in time.

    See https://www.sqlite.org/pragma.html#pragma_quick_check.
    """
    if not database.is_sqlite:
        return ""
    end = time.monotonic() + seconds
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: int(time.monotonic() >= end), _STEPS_BETWEEN_LOOKS)
        try:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
        except DATABASE_ERRORS as problem:
            said = str(getattr(problem, "orig", None) or problem)
            return "" if said == _OUT_OF_TIME else said
        finally:
            driver.set_progress_handler(None, 0)
    return "" if found == "ok" else found


def repair_feed(database: Database) -> dict[str, int]:
    """Make the feed name exactly what is stored; terminals fetch everything anew. The server must not be running."""
    with database.writing() as connection:
        return feed.adopt_all(connection)


def _integrity(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    return [] if found == ["ok"] else found


def _feed(connection: Connection) -> list[str]:
    return [f"{table}: {number} rows differ" for table, number in feed.union_differs(connection).items()]


def _outcomes(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(
        "SELECT c.id, c.last_n, COUNT(l.n), COALESCE(MAX(l.n), 0) FROM client c "
        "LEFT JOIN command_log l ON l.client_id = c.id GROUP BY c.id, c.last_n "
        "HAVING COUNT(l.n) <> c.last_n OR COALESCE(MAX(l.n), 0) <> c.last_n"
    )
    return [
        f"client {client_id}: {count} outcomes up to {highest}, last_n is {last_n}"
        for client_id, last_n, count, highest in found
    ]


def _sites_of_terminals(connection: Connection) -> list[str]:
    siteless = connection.exec_driver_sql(
        "SELECT t.code, t.name FROM terminal t WHERE t.active = 1 "
        "AND EXISTS (SELECT 1 FROM client c WHERE c.terminal_id = t.id AND c.revoked = 0) "
        "AND NOT EXISTS (SELECT 1 FROM terminal_site s WHERE s.terminal_id = t.id AND s.until IS NULL) ORDER BY t.code"
    )
    problems = [f"terminal {code} ({name}) works nowhere" for code, name in siteless]
    strangers = connection.exec_driver_sql(
        "SELECT t.code, t.home_site_id FROM terminal t WHERE t.active = 1 "
        "AND EXISTS (SELECT 1 FROM terminal_site s WHERE s.terminal_id = t.id AND s.until IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM terminal_site s WHERE s.terminal_id = t.id AND s.until IS NULL "
        "AND s.held_site_id = t.home_site_id) ORDER BY t.code"
    )
    problems += [f"terminal {code} does not work at its home, site {site_id}" for code, site_id in strangers]
    doubled = connection.exec_driver_sql(
        "SELECT t.code, s.held_site_id FROM terminal_site s JOIN terminal t ON t.id = s.terminal_id "
        "WHERE s.until IS NULL GROUP BY t.code, s.held_site_id HAVING COUNT(*) > 1 ORDER BY t.code, s.held_site_id"
    )
    problems += [f"terminal {code} is recorded twice at site {site_id}" for code, site_id in doubled]
    turned = connection.exec_driver_sql(
        "SELECT id FROM terminal_site WHERE until IS NOT NULL AND until < since ORDER BY id"
    )
    return problems + [f"record {row_id}: it ended before it began" for (row_id,) in turned]


def _parked(connection: Connection) -> list[str]:
    commands = connection.exec_driver_sql(
        "SELECT client_id, n, name, message FROM command_log WHERE status = 'parked' ORDER BY client_id, n"
    )
    problems = [f"command {n} of {client}: {name}: {message}" for client, n, name, message in commands]
    jobs = connection.exec_driver_sql(
        "SELECT id, name, last_error FROM job WHERE status = 'parked' ORDER BY id"
    )
    return problems + [f"job {job_id}: {name}: {error}" for job_id, name, error in jobs]
