"""Everything that can go wrong, by name: where it strikes, and how it is drawn."""

from __future__ import annotations

import random
from dataclasses import dataclass

NETWORK: tuple[str, ...] = (
    "request_lost",
    "answer_lost",
    "request_repeated",
    "request_repeated_late",
    "answer_of_before",
    "request_slow",
    "answer_slow",
    "answer_too_late",
    "request_cut_short",
    "answer_cut_short",
    "page_damaged",
    "server_asks_for_a_pause",
    "unplugged",
)
"""Strike a call of a terminal, one a call."""

IMAGE: tuple[str, ...] = ("image_cut_short", "image_damaged", "image_slow")
"""Strike the next image that a terminal fetches; some caches that are lost meet one."""

STEPS: dict[str, str] = {
    "crash_before_the_outbox": "effects written",
    "crash_before_the_outbox_commit": "outbox written",
    "crash_between_the_commits": "outbox committed",
    "crash_after_both_commits": "cache committed",
}
"""Crashes at a step of a command (see local_db.command_runner)."""

DISK: tuple[str, ...] = (
    "crash_at_a_statement",
    "crash_after_a_commit",
    "power_cut",
    "disk_full",
    "file_busy",
    "disk_error",
    "commit_in_doubt",
)
"""Strike a statement of a terminal."""

SERVER_DISK: tuple[str, ...] = (
    "server_crash_at_a_statement",
    "server_crash_before_a_commit",
    "server_crash_after_a_commit",
    "server_database_busy",
)
"""Strike a statement of the server."""

SERVER: tuple[str, ...] = ("command_fails_at_first", "command_poisoned", "database_refuses_a_row")
"""Strike a command that the server runs."""

AT_ONCE: tuple[str, ...] = (
    "desk_restarted",
    "cache_lost",
    "clock_set",
    "server_restarted",
    "tombstones_forgotten",
)
"""Happen when their step is taken."""

PEOPLE: tuple[str, ...] = ("settle_broken_off",)
"""Strike the next settle at a terminal: somebody needs the writer, and gives a command meanwhile."""

BACKUP = "server_backed_up"
RESTORE: tuple[str, ...] = ("server_restored",)
"""The server is put back to where it was backed up, in some schedules."""

COPY: tuple[str, ...] = ("files_copied",)
"""A terminal's files are copied, and somebody works with either copy, in some schedules."""

ALL: tuple[str, ...] = (
    *NETWORK,
    *IMAGE,
    *STEPS,
    *DISK,
    *SERVER_DISK,
    *SERVER,
    *AT_ONCE,
    *PEOPLE,
    *RESTORE,
    *COPY,
)

_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLAC", "COMMIT"})


@dataclass
class Strike:
    """A fault of a disk that waits for its moment: the ``countdown``-th statement that it counts.

    ``lasts``: how many more statements it strikes after that. ``ends_transaction``: SQLite takes the transaction back
    by itself.
    """

    kind: str
    countdown: int
    lasts: int = 0
    ends_transaction: bool = False

    def counts(self, verb: str) -> bool:
        """Whether a statement that begins with these letters brings it nearer."""
        if self.kind in ("commit_in_doubt", "crash_after_a_commit") or self.kind.endswith("_a_commit"):
            return verb == "COMMIT"
        if self.kind == "disk_full":
            return verb in _WRITES
        return True

    @property
    def happens_after(self) -> bool:
        """The commit holds; nobody is told."""
        return self.kind in ("commit_in_doubt", "crash_after_a_commit", "server_crash_after_a_commit")

    @property
    def cuts(self) -> bool:
        """The machine stops."""
        return "crash" in self.kind or self.kind == "power_cut"

    @property
    def loses(self) -> bool:
        """Commits that nobody waited for are gone."""
        return self.kind == "power_cut"


def strike(kind: str, chance: random.Random) -> Strike:
    """A fault of a disk, soon."""
    if kind.endswith("_a_commit") or kind == "commit_in_doubt":
        return Strike(kind, chance.randint(1, 4))
    if kind in ("disk_full", "disk_error", "file_busy"):
        return Strike(
            kind,
            chance.choice((1, 2, 5, 12, 30, chance.randint(1, 200))),
            lasts=chance.choice((0, 0, 1, 4)),
            ends_transaction=kind != "file_busy" and chance.random() < 0.5,
        )
    return Strike(kind, chance.choice((1, 3, 10, 40, chance.randint(1, 300))))
