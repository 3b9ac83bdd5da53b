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
    print(f"{APP}: {message}", file=sys.stderr)
    return 1


def profile_folder(profile: str) -> Path:
    """Where the files of a desk's profile are."""
    # Imported late: who names a folder need not wait for it.
    from platformdirs import user_data_path

    return user_data_path(APP) / "profiles" / profile
