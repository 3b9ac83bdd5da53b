"""What stops the reading of a company's files before it starts: a file or a column mapping nobody can use."""

from __future__ import annotations


class HistoryError(Exception):
    """The files cannot be read as asked. The message names the file and says what to do."""


class HistoryFileError(HistoryError):
    """A file that cannot be opened, is empty, or is in a format we do not read."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class MappingError(HistoryError):
    """A column mapping that is not well formed, or does not fit a file's header row."""
