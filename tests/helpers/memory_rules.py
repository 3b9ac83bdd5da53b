"""A warehouse in one rule, for models of terminal and server: bins hold amounts, and no bin may go below nothing."""

from __future__ import annotations

import msgspec

from services.protocol.messages import Outcome, PushedCommand

TABLE = "bin"
Rows = dict[str, list[object]]
"""Bin id -> row [id, scope, amount]."""


class Change(msgspec.Struct, frozen=True):
    """The one command: add to a bin, or take from it."""

    scope: str
    bin: str
    amount: int


def encode_change(change: Change) -> bytes:
    return msgspec.json.encode(change)


def decode_change(command: PushedCommand) -> Change:
    return msgspec.json.decode(command.args, type=Change)


def run(rows: Rows, command: PushedCommand) -> Outcome:
    """Run a command on rows, in place, and say how it went; a refused one changes nothing."""
    change = decode_change(command)
    row = rows.get(change.bin, [change.bin, change.scope, 0])
    amount = int(str(row[2])) + change.amount
    if amount < 0:
        return Outcome(command.n, "rejected", "too_little", f"{change.bin} holds less than that")
    if amount == 0:
        rows.pop(change.bin, None)
    else:
        rows[change.bin] = [change.bin, change.scope, amount]
    return Outcome(command.n, "applied")
