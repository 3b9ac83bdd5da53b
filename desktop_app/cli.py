"""The `holdfast` command: every subcommand, each imported only when it is run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final, NamedTuple

from desktop_app import __version__


class Subcommand(NamedTuple):
    """One subcommand: a line of help, and the module of desktop_app.console whose ``main(arguments)`` runs it."""

    name: str
    help: str
    module: str


SUBCOMMANDS: Final[tuple[Subcommand, ...]] = (
    Subcommand(
        "demo", "A sample warehouse on your screen; without a screen, the tour with pictures.", "demo"
    ),
    Subcommand("desk", "The desktop client.", "desk"),
    Subcommand("server", "The central server.", "server"),
    Subcommand("import", "Bring in orders, products, stock, locations or customers from files.", "imports"),
    Subcommand("export", "Write orders, stock, products, customers or movements to a file.", "exports"),
    Subcommand(
        "doctor",
        "Check the installation, the keyring, the server, the databases and the stock rule.",
        "doctor",
    ),
    Subcommand("backup", "Write a backup of the server's database.", "backup"),
    Subcommand("restore", "Put a backup of the server's database in place.", "restore"),
    Subcommand("user", "List people, add them, set their passwords and roles.", "users"),
)

USAGE_ERROR: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; answers the exit code: 0 all well, 1 it did not work, 2 the words were wrong."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if words else USAGE_ERROR
    if words[0] in ("--version", "-V"):
        print(f"holdfast {__version__}")
        return 0
    known = {command.name: command for command in SUBCOMMANDS}
    command = known.get(words[0])
    if command is None:
        print(f"holdfast: there is no subcommand {words[0]!r}.\n\n{_overview()}", file=sys.stderr)
        return USAGE_ERROR
    run: Callable[[Sequence[str]], int] = import_module(f"desktop_app.console.{command.module}").main
    return run(words[1:])


def _overview() -> str:
    width = max(len(command.name) for command in SUBCOMMANDS)
    lines = [f"  {command.name:<{width}}  {command.help}" for command in SUBCOMMANDS]
    return "\n".join(
        [
            "Holdfast: the warehouse and dispatch desk that keeps working when the network doesn't.",
            "",
            "usage: holdfast SUBCOMMAND [options]      (holdfast SUBCOMMAND --help says more)",
            "",
            *lines,
        ]
    )
