"""What changes the cache: the runner of commands and the rebase, wired over the same rows."""

from __future__ import annotations

from collections.abc import Callable

from local_db.cache import Cache
from local_db.command_runner import CommandRunner
from local_db.outbox import Outbox
from local_db.provisional import Provisional
from local_db.rebase import Rebase
from local_db.replay import Replay
from local_db.staging import Staging


class Writer:
    """Made with the first write: it imports the handlers, which a window's first rows do not need."""

    def __init__(self, cache: Cache, outbox: Outbox, on_step: Callable[[str], None] | None) -> None:
        provisional = Provisional(cache)
        self.runner = CommandRunner(cache, outbox, provisional, on_step)
        self.rebase = Rebase(cache, outbox, Replay(cache, outbox, provisional))
        self.staging = Staging(cache.connection)
