"""`holdfast import`: orders, products, stock, locations and customers from files."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desktop_app.console.arguments import APP, fail, parser, printable
from desktop_app.console.passwords import NoPassword, ask_password
from desktop_app.console.progress import ProgressLine
from desktop_app.console.server_database import (
    DatabaseTrouble,
    add_database_option,
    database_settings,
    opened,
    sqlite_file_missing,
)

if TYPE_CHECKING:
    from services.imports.counter import Books
    from services.imports.outcomes import Tally
    from services.imports.running import HistoryImport

KINDS: Final = ("orders", "products", "stock", "locations", "customers")
_REFUSALS_SHOWN: Final = 10
_LONGEST_LINE: Final = 400


def main(arguments: Sequence[str]) -> int:
    """Import files; answers the exit code."""
    words = _parser()
    chosen = words.parse_args(list(arguments))
    if chosen.server and chosen.database_url:
        words.error("say either --server or --database-url, not both")
    if chosen.how == "open" and chosen.kind != "orders":
        words.error("--as open is for orders")
    if chosen.report is not None and (trouble := _report_trouble(chosen.report)):
        return fail(f"{trouble} Nothing was taken.")
    from services.imports.problems import ImportProblem

    try:
        mapping = _mapping(chosen)
        with _books(chosen) as books:
            if chosen.kind == "orders" and chosen.how == "history":
                return _history(chosen, books, mapping)
            return _rows(chosen, books, mapping)
    except (ImportProblem, DatabaseTrouble, NoPassword) as problem:
        return fail(str(problem))
    except KeyboardInterrupt:
        return fail("Stopped. What was taken so far is taken; run it again to go on, nothing is taken twice.")
    except OSError as problem:
        return fail(f"{problem}. What was taken is taken; run it again, nothing is taken twice.")


def _parser() -> argparse.ArgumentParser:
    words = parser(
        "import",
        "Bring in files: CSV (also .gz) or XLSX. Columns are recognised by their headings, or named with --map. "
        "The same file given twice is taken once.",
    )
    words.add_argument("kind", choices=KINDS, help="what the files hold")
    words.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the files, in their order")
    words.add_argument(
        "--map", default="", metavar="THEIRS=ours,...", help="how the files' columns are called"
    )
    words.add_argument(
        "--profile",
        default="",
        metavar="NAME",
        help="keep the mapping under this name, or use the one that is kept there",
    )
    words.add_argument(
        "--as",
        dest="how",
        choices=("history", "open"),
        default="history",
        help="orders as history: past facts that touch no stock; open: placed now",
    )
    words.add_argument(
        "--site", default="", metavar="CODE", help="at which site; needed where there are several"
    )
    words.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
    words.add_argument(
        "--report", type=Path, default=None, metavar="FILE", help="write a CSV with each row's fate"
    )
    words.add_argument("--server", default="", metavar="URL", help="import through this running server")
    words.add_argument(
        "--username",
        default="admin",
        help="who signs in there; the password is HOLDFAST_PASSWORD, or asked for",
    )
    add_database_option(words)
    words.add_argument("--json", action="store_true", help="print the totals as JSON on the last line")
    return words


def _report_trouble(report: Path) -> str:
    """Why the report cannot be written there; empty where it can. Found out before any row is taken."""
    if not report.absolute().parent.is_dir():
        return f"There is no folder {report.absolute().parent} for the report."
    was_there = report.exists()
    try:
        report.open("a").close()
    except OSError as problem:
        return f"The report {report} cannot be written: {problem.strerror or problem}."
    if not was_there:
        report.unlink()
    return ""


def _mapping(chosen: argparse.Namespace) -> str:
    """The mapping said, or kept; one that is said is kept for the next time."""
    from platformdirs import user_config_path

    from services.imports.profiles import load_profile, save_profile

    mapping: str = chosen.map
    if not chosen.profile:
        return mapping
    folder = user_config_path(APP) / "mappings"
    kept = load_profile(folder, chosen.profile, chosen.kind)
    if not mapping:
        if not kept:
            print(f"{APP}: nothing is kept as {chosen.profile} yet; columns are guessed", file=sys.stderr)
        return kept
    _checked(chosen, mapping)
    if not chosen.dry_run:
        save_profile(folder, chosen.profile, chosen.kind, mapping)
    return mapping


def _checked(chosen: argparse.Namespace, mapping: str) -> Any:
    """The mapping as the reader of this kind of file takes it. Raises ImportProblem."""
    from services.imports.fields import KINDS as KINDS_OF_FILES
    from services.imports.mapping import parse_mapping
    from services.imports.problems import ImportProblem
    from services.sample.history.errors import HistoryError
    from services.sample.history.mapping import ColumnMapping

    if chosen.kind == "orders" and chosen.how == "history":
        try:
            return ColumnMapping.parse(mapping)
        except HistoryError as problem:
            raise ImportProblem(f"{problem}. Nothing was taken.") from problem
    return parse_mapping(mapping, KINDS_OF_FILES[chosen.kind])


@contextmanager
def _books(chosen: argparse.Namespace) -> Iterator[Books]:
    if chosen.server:
        from services.imports.over_http import ServerBooks

        with ServerBooks(chosen.server, site_code=chosen.site, dry_run=chosen.dry_run) as books:
            books.sign_in(chosen.username, ask_password(f"Password of {chosen.username}"))
            yield books
        return
    from services.server.importing import CommitterBooks

    settings = database_settings(chosen.database_url)
    with ExitStack() as stack:
        if sqlite_file_missing(settings):
            if chosen.dry_run:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="holdfast-dry-run-"))
                settings = database_settings(f"sqlite:///{Path(folder) / 'empty.db'}")
            else:
                print(
                    f"{APP}: {settings.resolved_database_url()} is new: an empty database is made",
                    file=sys.stderr,
                )
        database = stack.enter_context(opened(settings))
        yield CommitterBooks(database.committer, site_code=chosen.site, dry_run=chosen.dry_run)


def _history(chosen: argparse.Namespace, books: Books, mapping: str) -> int:
    from services.imports.running import import_history

    progress = ProgressLine()
    try:
        found = import_history(books, chosen.files, _checked(chosen, mapping), progress.say, chosen.report)
    finally:
        progress.end()
    _tell_history(chosen, found)
    return 1 if found.report.damaged_files else 0


def _tell_history(chosen: argparse.Namespace, found: HistoryImport) -> None:
    import msgspec

    from services.imports.running import amount_of

    report = found.report
    say = _to_people(chosen)
    for left_out, taken in report.same_files:
        say(f"{left_out} is the same file as {taken}: read once")
    for damaged in report.damaged_files:
        say(f"{damaged.file} is damaged after {damaged.rows:,} rows: {damaged.reason}")
    say("Rows by what they are:")
    for kind, count in report.by_kind.most_common():
        say(f"  {count:>9,}  {kind.value.replace('_', ' ')}")
    say(f"  {report.refused:>9,}  refused")
    for refusal in report.refused_rows[:_REFUSALS_SHOWN]:
        say(f"    {refusal}")
    say(
        f"{report.blank_customers:,} rows name no customer; {report.merged:,} repeat a product of their order"
    )
    if len(report.amounts) > 1:
        listed = ", ".join(f"{amount:,.2f} {currency}" for currency, amount in report.amounts.items())
        say(f"Amounts in several currencies: {listed}")
    verb = "would be new" if chosen.dry_run else "new"
    say(f"{found.new + found.known:,} documents: {found.new:,} {verb}, {found.known:,} known already")
    totals = {
        "rows": report.rows,
        "orders": report.orders,
        "lines": report.lines,
        "cancellations": report.cancelled_orders,
        "units": report.units,
        "amount": msgspec.Raw(str(amount_of(report)).encode()),
        "refused": report.refused,
    }
    _print_totals(chosen, totals)


def _rows(chosen: argparse.Namespace, books: Books, mapping: str) -> int:
    from services.imports.row_file import write_rows
    from services.imports.running import import_rows

    progress = ProgressLine()
    try:
        tally = import_rows(books, chosen.kind, chosen.files, _checked(chosen, mapping), progress.say)
    finally:
        progress.end()
    if chosen.report is not None:
        write_rows(chosen.report, tally.outcomes)
    _tell_rows(chosen, tally)
    return 0


def _tell_rows(chosen: argparse.Namespace, tally: Tally) -> None:
    import msgspec

    from services.imports.outcomes import REFUSED, money_text

    say = _to_people(chosen)
    refused = [each for each in tally.outcomes if each.outcome == REFUSED]
    for each in refused[:_REFUSALS_SHOWN]:
        shown = f" {each.value!r}" if each.value else ""
        say(f"{each.file}, row {each.row}: {each.field or 'row'}{shown}: {each.reason}")
    if len(refused) > _REFUSALS_SHOWN:
        say(f"... and {len(refused) - _REFUSALS_SHOWN:,} more; --report FILE writes them all")
    counts = tally.counts()
    totals: dict[str, Any] = counts
    if chosen.kind == "orders":
        totals = {
            "rows": counts["rows"],
            "orders": tally.keys(),
            "lines": counts["taken"] + counts["merged"],
            "cancellations": 0,
            "units": tally.units(),
            "amount": msgspec.Raw(money_text(tally.amount_minor()).encode()),
            "refused": counts["refused"],
        }
        say(
            f"{counts['taken']:,} rows taken, {counts['merged']:,} were here already, {counts['refused']:,} refused"
        )
    elif chosen.kind == "stock":
        totals = {**counts, "units": tally.units()}
    _print_totals(chosen, totals)


def _to_people(chosen: argparse.Namespace) -> Any:
    stream = sys.stderr if chosen.json else sys.stdout

    def say(text: str) -> None:
        print(printable(text, _LONGEST_LINE), file=stream)

    return say


def _print_totals(chosen: argparse.Namespace, totals: dict[str, Any]) -> None:
    import msgspec

    if chosen.json:
        print(msgspec.json.encode(totals).decode())
        return
    texts = [
        f"{name} {bytes(value).decode() if isinstance(value, msgspec.Raw) else format(value, ',')}"
        for name, value in totals.items()
    ]
    print(("Dry run, nothing was written: " if chosen.dry_run else "") + ", ".join(texts))
