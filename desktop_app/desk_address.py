"""Which server a profile belongs to: no secret, so it lies beside the files in plain text."""

from __future__ import annotations

from pathlib import Path

_NAME = "server-address"


def read_address(folder: Path) -> str:
    """The server that this profile was enrolled at; empty before."""
    try:
        return (folder / _NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def write_address(folder: Path, url: str) -> None:
    """Remember the server of this profile."""
    if url and url != read_address(folder):
        (folder / _NAME).write_text(f"{url}\n", encoding="utf-8")
