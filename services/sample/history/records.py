"""What a file of any kind is read into before its columns mean anything: numbered rows of text, or why not."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """A row of a file: ``row`` is where it starts (the first is 1); ``problem`` says why there are no ``fields``."""

    row: int
    fields: list[str]
    problem: str = ""


class Damaged(Exception):
    """The rest of a file cannot be read; what came before it can."""
