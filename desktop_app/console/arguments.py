"""What the subcommands share: parsers that speak alike, and errors in words for people."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

APP = "holdfast"


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """The parser of one subcommand."""
    return argparse.ArgumentParser(
        prog=f"{APP} {name}", description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )


def fail(message: str) -> int:
    """Say on standard error why it did not work; answers the exit code for that."""
    print(f"{APP}: {printable(message)}", file=sys.stderr)
    return 1


def printable(text: str, longest: int = 0) -> str:
    """A text with what a file may hold made harmless: characters that a terminal would obey are spelled out (ESC as
    \\x1b), and what is longer than ``longest`` (0: no limit) is cut."""
    if longest and len(text) > longest:
        text = f"{text[:longest]}..."
    return "".join(
        character if character.isprintable() or character == "\n" else ascii(character)[1:-1]
        for character in text
    )


def profile_folder(profile: str) -> Path:
    """Where the files of a desk's profile are."""
    # Imported late: who names a folder need not wait for it.
    from platformdirs import user_data_path

    return user_data_path(APP) / "profiles" / profile
