"""What stops an import as a whole: a file, a mapping or a site that nobody can use."""

from __future__ import annotations


class ImportProblem(Exception):
    """The import cannot be done as asked. The message says what happened, what is safe and what to do."""


class DryRun(Exception):
    """Raised within a transaction to take back what a dry run tried; carries what it found."""

    def __init__(self, found: object) -> None:
        super().__init__("a dry run writes nothing")
        self.found = found
