"""What can be done about an item that needs attention, as data: a word, and the commands it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from services.commands import COMMANDS, ChangeLine, Command, NewLine, PlaceOrder
from services.domain.identifiers import derive
from services.storage.tables import Order

if TYPE_CHECKING:
    from desktop_app.panels.outbox.entries import Entry
    from local_db.desk import Desk
    from local_db.queries.outbox_queries import LineFacts


class Remedy(NamedTuple):
    """One way to deal with an item. ``commands(desk)`` makes what is to be done; ``edit`` opens it for editing instead."""

    id: str
    title: str
    tip: str
    commands: Callable[[Desk], Sequence[Command]]
    edit: bool = False
    primary: bool = False


def _nothing(_desk: Desk) -> Sequence[Command]:
    return ()


def remedies_for(entry: Entry, lines: Sequence[LineFacts]) -> list[Remedy]:
    """The ways to deal with an item, the likeliest first."""
    lacking = [line for line in lines if line.lacking > 0]
    found: list[Remedy] = []
    if entry.status == "adjusted" and lacking:
        units = sum(line.lacking for line in lacking)
        waiting = "1 unit waits" if units == 1 else f"{units:,} units wait"
        found += [
            Remedy(
                "backorder", "Keep on backorder", f"{waiting} for stock, first come first served.", _nothing,
                primary=True,
            ),
            Remedy("split", "Split", "The rest becomes an order of its own.", lambda desk: _split(desk, entry, lacking)),
            Remedy("drop", "Drop the rest", "The customer gets what is there, and no more.",
                   lambda desk: _drop(entry, lacking)),
        ]  # fmt: skip
    if entry.name == "PlaceOrder" and entry.status in ("rejected", "parked"):
        found.append(
            Remedy("edit", "Edit and resend", "Opens the order as it was meant.", _nothing, True, True)
        )
        found.append(
            Remedy(
                "backorder",
                "Resend with backorder",
                "What is not there waits for stock.",
                lambda d: _resend(d, entry),
            )
        )
    elif entry.status in ("rejected", "parked"):
        found.append(
            Remedy("resend", "Send again", "As it was meant, now.", lambda desk: _again(entry), primary=True)
        )
    if not lacking or entry.status != "adjusted":
        seen = entry.status == "adjusted"
        found.append(
            Remedy(
                "seen" if seen else "drop", "I have seen it" if seen else "Drop it",
                "Nothing more is done." if seen else "It stays in the history, and nothing more is done.", _nothing,
                primary=not found,
            )
        )  # fmt: skip
    return found


def carry_out(desk: Desk, entry: Entry, remedy: Remedy) -> None:
    """Do what a remedy means, then settle its item. Broken off in between, it can be chosen again: nothing is done
    twice."""
    for command in remedy.commands(desk):
        desk.do(command)
    assert entry.item_id is not None
    desk.resolve_attention(entry.item_id, remedy.id)


def _drop(entry: Entry, lacking: Sequence[LineFacts]) -> Sequence[Command]:
    site_id = str(entry.arguments["site_id"])
    return [
        ChangeLine(
            site_id=site_id, order_id=entry.subject.id, line_id=line.line_id, expected_quantity=line.wanted,
            quantity=line.wanted - line.lacking,
        )
        for line in lacking
    ]  # fmt: skip


def _split(desk: Desk, entry: Entry, lacking: Sequence[LineFacts]) -> Sequence[Command]:
    meant = entry.arguments
    rest = tuple(
        NewLine(
            line_id=desk.new_id(),
            product_id=line.product_id,
            quantity=line.lacking,
            price_minor=line.price_minor,
        )
        for line in lacking
    )
    order = msgspec.convert({**meant, "lines": [], "draft": False} | _fresh(desk, entry), _Loose)
    place = PlaceOrder(
        site_id=order.site_id, order_id=order.order_id, number=order.number, customer_id=order.customer_id, lines=rest,
        currency=order.currency, priority=order.priority, due_on=order.due_on, note=order.note,
    )  # fmt: skip
    # The new order first: broken off in between, the rest is still lacking, and splitting again goes on from there.
    return [*_unless_placed(desk, place), *_drop(entry, lacking)]


class _Loose(msgspec.Struct):
    """The fields of an order that its split-off part keeps."""

    site_id: str
    order_id: str
    number: str
    customer_id: str
    currency: str
    priority: int = 5
    due_on: str = ""
    note: str = ""


def _fresh(desk: Desk, entry: Entry) -> dict[str, str]:
    """The id and number of the order that an item leads to: the same id however often it is asked for."""
    order_id = derive(entry.arguments["order_id"], "instead", entry.n)
    return {"order_id": order_id, "number": desk.next_order_number()}


def _unless_placed(desk: Desk, place: PlaceOrder) -> Sequence[Command]:
    """Nothing where the order is there already: the desk was switched off before the item was settled."""
    return () if desk.read.get(Order, place.order_id) is not None else (place,)


def _resend(desk: Desk, entry: Entry) -> Sequence[Command]:
    meant = entry.arguments
    lines = [{**line, "line_id": desk.new_id()} for line in meant["lines"]]
    again = {**meant, **_fresh(desk, entry), "lines": lines, "on_shortfall": "backorder"}
    return _unless_placed(desk, msgspec.convert(again, PlaceOrder))


def _again(entry: Entry) -> Sequence[Command]:
    return [msgspec.json.decode(entry.args, type=COMMANDS[entry.name])]
