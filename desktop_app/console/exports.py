"""`holdfast export`: orders, stock, products, customers, movements or events to a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from desktop_app.console.arguments import fail, parser, profile_folder
from desktop_app.console.server_database import (
    DatabaseTrouble,
    add_database_option,
    database_settings,
    sqlite_file_missing,
    troubles,
)

KINDS: Final = ("orders", "stock", "products", "customers", "movements", "events")
_FILTERS: Final = ("site", "status", "since", "until", "category", "low")
_ROWS_AT_A_TIME: Final = 2_000
_VALUES_SHOWN: Final = 40


class NoSuchValue(Exception):
    """A filter names something that is not there; the message says what is."""


def main(arguments: Sequence[str]) -> int:
    """Write a file; answers the exit code."""
    from services.storage.exports import EXPORTS

    words = _parser()
    chosen = words.parse_args(list(arguments))
    export = EXPORTS[chosen.kind]
    filters = {name: getattr(chosen, name) for name in _FILTERS if getattr(chosen, name)}
    for name in filters:
        if name not in export.where:
            words.error(f"--{name} does not apply to {chosen.kind}")
    if chosen.since is not None and chosen.until is not None and chosen.since >= chosen.until:
        words.error("--since is a later day than --until, so nothing would be written")
    if sum(map(bool, (chosen.database_url, chosen.profile, chosen.folder))) > 1:
        words.error("say one of --database-url, --profile and --folder")

    from desktop_app.console.sheet_writer import SUFFIXES, TooManyRows, write_sheet
    from local_db.errors import LocalError

    out: Path = chosen.out
    if out.suffix.lower() not in SUFFIXES:
        return fail(f"{out}: a file to write ends in {' or '.join(SUFFIXES)}. Nothing was written.")
    if not out.absolute().parent.is_dir():
        return fail(f"There is no folder {out.absolute().parent}. Nothing was written.")
    try:
        source = (
            _desk(chosen, export, filters)
            if chosen.profile or chosen.folder
            else _server(chosen, export, filters)
        )
        with source as rows:
            count = write_sheet(out, export.columns, rows)
    except (DatabaseTrouble, LocalError, NoSuchValue) as problem:
        return fail(str(problem))
    except TooManyRows as problem:
        return fail(f"{out} was not written: {problem}.")
    except OSError as problem:
        return fail(f"{out} cannot be written: {problem.strerror or problem}. Nothing is left of it.")
    if chosen.json:
        import msgspec

        print(msgspec.json.encode({"file": str(out), "rows": count}).decode())
    else:
        print(f"{out}: {count:,} rows")
    return 0


def _parser() -> argparse.ArgumentParser:
    words = parser(
        "export",
        "Write rows to a CSV file or an XLSX workbook, from a server's database (read only) or from a desk's files.",
    )
    words.add_argument("kind", choices=KINDS, help="what to write")
    words.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.csv or FILE.xlsx")
    words.add_argument("--site", default="", metavar="CODE", help="only of this site")
    words.add_argument("--status", default="", help="only of this status (movements, events: of this kind)")
    words.add_argument(
        "--since", type=_day, default=None, metavar="DAY", help="from this day on (UTC, 2026-05-31)"
    )
    words.add_argument(
        "--until", type=_next_day, default=None, metavar="DAY", help="up to and with this day (UTC)"
    )
    words.add_argument("--category", default="", help="only products of this category")
    words.add_argument("--low", action="store_true", help="stock: only what is at or below its reorder point")
    add_database_option(words)
    words.add_argument("--profile", default="", metavar="NAME", help="from this desk of this computer")
    words.add_argument("--folder", type=Path, default=None, help="from the desk whose files are here")
    words.add_argument("--json", action="store_true", help="print what was written as JSON")
    return words


def _day(text: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it like 2026-05-31") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _next_day(text: str) -> int:
    return _day(text) + int(timedelta(days=1).total_seconds() * 1000)


def _check_filters(export: Any, filters: dict[str, Any], read: Callable[[str], Sequence[Any]]) -> None:
    """Raises NoSuchValue for a filter that nothing can match: an empty file would hide that it was misspelled."""
    for name, wanted in filters.items():
        known = export.values(name)
        if isinstance(known, str):
            known = tuple(row[0] for row in read(known))
        # Where there is nothing of it at all, nothing is misspelled; a site there always is.
        if wanted not in known and (known or name == "site"):
            listed = ", ".join(known[:_VALUES_SHOWN]) or "none yet"
            raise NoSuchValue(f"There is no {name} {wanted!r}. Nothing was written. There is: {listed}.")


@contextmanager
def _server(
    chosen: argparse.Namespace, export: Any, filters: dict[str, Any]
) -> Iterator[Iterator[Sequence[Any]]]:
    """The rows in one snapshot of a server's database."""
    from services.server.database import Database

    settings = database_settings(chosen.database_url)
    if sqlite_file_missing(settings):
        raise DatabaseTrouble(
            f"There is no database {settings.resolved_database_url()}. Nothing was written. Check --database-url, or "
            "export from a desk with --profile."
        )
    with troubles(settings):
        database = Database(settings.resolved_database_url(), connections=1)
        try:
            with database.reading() as connection:
                _check_filters(export, filters, lambda sql: connection.exec_driver_sql(sql).fetchall())
                query, parameters = export.query(filters, "?" if database.is_sqlite else "%s")
                streaming = connection.execution_options(stream_results=True, yield_per=_ROWS_AT_A_TIME)
                result = streaming.exec_driver_sql(query, parameters)
                yield (tuple(row) for row in result)
        finally:
            database.close()


@contextmanager
def _desk(
    chosen: argparse.Namespace, export: Any, filters: dict[str, Any]
) -> Iterator[Iterator[Sequence[Any]]]:
    """The rows as a desk sees them; its window may be open."""
    from local_db import cache_file
    from local_db.errors import FileUnreadable
    from local_db.files import open_reader
    from local_db.keys import find_key

    folder: Path = chosen.folder or profile_folder(chosen.profile)
    if not cache_file.present(folder).exists():
        raise FileUnreadable(
            f"There is no desk in {folder}. Nothing was written. Check --profile or --folder."
        )
    connection = open_reader(folder, find_key(folder, allow_plain=True, passphrase=None).key)
    try:
        _check_filters(export, filters, lambda sql: connection.execute(sql).fetchall())
        yield iter(connection.execute(*export.query(filters, "?")))
    finally:
        connection.close()
