"""Ids that the server made: whoever reads them in an event cannot push a command under them."""

from __future__ import annotations

import msgspec

from services.commands import ReceiveStock
from services.server.auth import Person
from services.server.clock import new_id
from services.server.door import Desk
from services.server.parts import Parts
from services.server.transaction import Transaction
from services.storage.tables import StockMovement, User
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import SITE, bin_id


def receive(quantity: int) -> ReceiveStock:
    return ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=quantity)


def test_a_command_under_an_id_that_the_server_made_is_refused_and_writes_over_nothing(parts: Parts) -> None:
    def receive_over_rest(transaction: Transaction) -> str:
        admin = transaction.unit.get(User, "user-administrator")
        assert admin is not None
        Desk(transaction, Person(admin, "session"), new_id()).must(receive(5))
        (made,) = transaction.unit.created([StockMovement])
        movement = transaction.unit.get(StockMovement, made)
        assert movement is not None
        return movement.command_id

    seen = parts.committer.run((f"site:{SITE}",), receive_over_rest)
    before = stored_rows(parts)
    hostile = Terminal(parts)
    forged = hostile.queue(receive(900))
    hostile.queued[0] = msgspec.structs.replace(forged, id=seen)
    assert [outcome.code for outcome in hostile.push().outcomes] == ["duplicate"]
    after = stored_rows(parts)
    assert {key: after[key] for key in before} == before


def test_a_terminal_cannot_write_over_the_note_of_its_own_enrolment(parts: Parts) -> None:
    terminal = Terminal(parts)
    forged = terminal.queue(receive(5))
    terminal.queued[0] = msgspec.structs.replace(forged, id=terminal.enrolled.client_id)
    assert [outcome.status for outcome in terminal.push().outcomes] == ["applied"]
    kinds = [row[2] for (table, _), row in stored_rows(parts).items() if table == "event"]
    assert kinds.count("terminal.enrolled") == 1
