"""`holdfast doctor`: is everything that Holdfast stands on as it should be, and if not, what to do."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from desktop_app.console.arguments import parser, profile_folder
from desktop_app.console.health import Line, check_install, check_keyring, check_server
from desktop_app.console.health_of_files import check_database, check_desk
from desktop_app.console.server_database import (
    DatabaseTrouble,
    add_database_option,
    database_settings,
    sqlite_file_missing,
)


def main(arguments: Sequence[str]) -> int:
    """Run the checks; 0 when all is well, 1 when a person has to do something."""
    words = parser(
        "doctor",
        "Check the installation, the keyring, the server and its clock, the server's database with the stock rule, and "
        "the files of the desks on this computer. Without options, whatever is found here is checked.",
    )
    add_database_option(words)
    words.add_argument("--server", default="", metavar="URL", help="a running server")
    words.add_argument("--folder", type=Path, action="append", default=[], help="the files of a desk")
    words.add_argument("--profile", action="append", default=[], metavar="NAME", help="a desk by its name")
    words.add_argument(
        "--repair",
        action="store_true",
        help="do what is safe: fill a search index or a feed anew, drop a desk's damaged cache. Stock is never changed",
    )
    words.add_argument("--json", action="store_true", help="print the findings as JSON")
    chosen = words.parse_args(list(arguments))
    lines = _everything(chosen)
    if chosen.json:
        import msgspec

        print(msgspec.json.encode([line.shown() for line in lines]).decode())
    else:
        for line in lines:
            _print(line)
        wrong = sum(not line.is_well for line in lines)
        print(f"{len(lines)} checks, {wrong} with problems." if wrong else f"{len(lines)} checks, all well.")
    return 0 if all(line.is_well for line in lines) else 1


def _everything(chosen: argparse.Namespace) -> list[Line]:
    lines = [*check_install(), check_keyring(needed=_needs_keyring(chosen))]
    if chosen.server:
        lines += check_server(chosen.server)
    named = bool(chosen.database_url)
    try:
        settings = database_settings(chosen.database_url)
        if not sqlite_file_missing(settings):
            lines += check_database(settings, repair=chosen.repair)
        elif named:
            problem = f"there is no file for {settings.resolved_database_url()}"
            lines.append(Line("The server's database", [problem], "Check --database-url."))
    except DatabaseTrouble as problem:
        lines.append(Line("The server's database", [str(problem)], "Correct that first."))
    for folder in _folders(chosen):
        lines += check_desk(folder, repair=chosen.repair)
    return lines


def _folders(chosen: argparse.Namespace) -> list[Path]:
    named = [*chosen.folder, *(profile_folder(name) for name in chosen.profile)]
    if named or chosen.database_url or chosen.server:
        return named
    every = profile_folder("default").parent
    return sorted(path.parent for path in every.glob("*/profile.json"))


def _needs_keyring(chosen: argparse.Namespace) -> bool:
    """A server does without a keyring, and so does a desk that is kept plain or behind a passphrase."""
    from local_db.keys import storage_of

    named = [*chosen.folder, *(profile_folder(name) for name in chosen.profile)]
    if named:
        return any(storage_of(folder) == "keyring" for folder in named)
    return not (chosen.database_url or chosen.server)


def _print(line: Line) -> None:
    if not line.problems:
        print(f"ok       {line.check}{f': {line.note}' if line.note else ''}")
        return
    print(f"{'repaired' if line.repaired else 'problem':<8} {line.check}")
    for problem in line.problems:
        print(f"           {problem}")
    if line.repaired:
        print(f"         -> {line.repaired}")
    elif line.remedy:
        print(f"         -> {line.remedy}")
