"""A desk that dies while it settles on a copy: ``python -m tests.local_db.settled_copy_child FOLDER PAGES STEP``."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec import Raw

from local_db import Desk, settled_copy
from services.protocol.messages import NO_PATCHES, PullResponse
from tests.local_db.adopt_child import die_at_exchange, then_die
from tests.local_db.truth import SCOPES

STEPS = ("copied", "settled", "flushed", "about to be exchanged", "exchanged")


def main(folder: str, pages: str, step: str) -> None:
    """Die at ``step``."""
    desk = Desk.open(Path(folder), allow_plain=True)
    match step:
        case "copied":
            settled_copy._copy = then_die(settled_copy._copy)
        case "settled":
            settled_copy._settle = then_die(settled_copy._settle)  # type: ignore[assignment]
        case _:
            die_at_exchange(step)
    staging = desk._store.writer.staging
    staging.add(Raw(Path(pages).read_bytes()))
    last = PullResponse(patches=NO_PATCHES, more=False, cursors=dict.fromkeys(SCOPES, 2))
    store_ = desk._store
    settled_copy.settle_on_copy(store_, staging, last, store_.terminal_code, store_.identity)


if __name__ == "__main__":
    main(*sys.argv[1:])
