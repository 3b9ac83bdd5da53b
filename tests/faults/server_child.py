"""A central server as the product serves it, that fails on one command: ``python -m tests.faults.server_child``.

An order with the note POISON meets an error of the server each time, as a bug in a handler would be.
"""

from __future__ import annotations

from services.commands import Command
from services.handlers.dispatch import Effect
from services.server import authority
from services.server.main import serve
from services.server.settings import Settings
from services.server.transaction import Transaction
from tests.faults.desk_child import POISON
from tests.faults.parent_death import die_with_parent

_run = authority.run


def _run_or_fail(transaction: Transaction, command: Command, origin: authority.Origin) -> Effect:
    if getattr(command, "note", "") == POISON:
        raise RuntimeError("a fault of the server")
    return _run(transaction, command, origin)


if __name__ == "__main__":
    die_with_parent()
    authority.run = _run_or_fail
    serve(Settings())
