"""What is set aside for a terminal: orders draw on it, facts win over it, and it goes back to everybody."""

from __future__ import annotations

from services import commands as c
from services.handlers.allotments import allotment_id
from services.storage.tables import Backorder, Event, Order, StockLevel
from tests.helpers.books import HOUR, SITE, Books


def _totals(level: StockLevel) -> tuple[int, int, int, int]:
    return level.on_hand, level.reserved, level.leased, level.available


def _named(terminal: str, product: str) -> dict[str, str]:
    return {"site_id": SITE, "allotment_id": allotment_id(SITE, terminal, product)}


def test_what_is_set_aside_is_available_to_nobody_else(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    assert _totals(stocked.level("prod-1")) == (15, 0, 6, 9)
    order = stocked.order(("prod-1", 12), terminal="term-2")
    assert stocked.lines(order)[0].reserved == 9
    assert _totals(stocked.level("prod-1")) == (15, 9, 6, 0)


def test_an_order_within_it_is_filled_although_everything_else_is_sold(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    stocked.order(("prod-1", 50), terminal="term-2")
    order = stocked.order(("prod-1", 6), terminal="term-1")
    assert stocked.lines(order)[0].reserved == 6
    assert stocked.get(Order, order).status == "allocated"
    assert _totals(stocked.level("prod-1")) == (15, 15, 0, 0)


def test_an_order_says_until_when_it_is_certain_only_where_all_of_it_is_set_aside(stocked: Books) -> None:
    until = stocked.now + 24 * HOUR
    stocked.allot("term-1", "prod-1", 6)

    def place(order_id: str, *lines: tuple[str, int], terminal: str = "term-1") -> int:
        command = c.PlaceOrder(
            site_id=SITE, order_id=order_id, number=order_id, customer_id="cust-1", currency="GBP",
            lines=tuple(
                c.NewLine(line_id=f"{order_id}-{n}", product_id=product, quantity=units, price_minor=1)
                for n, (product, units) in enumerate(lines)
            ),
        )  # fmt: skip
        return stocked.must(command, terminal=terminal).certain_until

    assert place("a", ("prod-1", 2)) == until
    assert place("b", ("prod-1", 1), ("prod-2", 1)) == 0, "nothing of the second product is set aside"
    assert place("c", ("prod-1", 1), terminal="term-2") == 0
    assert place("d", ("prod-1", 2), ("prod-1", 2)) == 0, "two lines of one product share what is set aside"
    assert place("e", ("prod-1", 1)) == 0, "nothing is left of it"


def test_an_order_that_asks_for_more_takes_the_rest_from_what_is_available(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    stocked.order(("prod-1", 8))
    assert _totals(stocked.level("prod-1")) == (15, 8, 0, 7)


def test_a_refused_order_draws_on_nothing(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    command = c.PlaceOrder(
        site_id=SITE, order_id="o", number="o", customer_id="cust-1", currency="GBP", on_shortfall="refuse",
        lines=(c.NewLine(line_id="l", product_id="prod-1", quantity=16, price_minor=1),),
    )  # fmt: skip
    assert stocked.do(command).status == "rejected"
    row = stocked.allotment("term-1", "prod-1")
    assert row is not None
    assert (row.quantity, row.used) == (6, 0)
    assert _totals(stocked.level("prod-1")) == (15, 0, 6, 9)


def test_a_draft_draws_on_nothing(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    stocked.order(("prod-1", 6), draft=True)
    assert stocked.level("prod-1").leased == 6


def _line(line_id: str, units: int, product: str = "prod-1") -> c.NewLine:
    return c.NewLine(line_id=line_id, product_id=product, quantity=units, price_minor=1)


def _unused(books: Books, terminal: str = "term-1") -> int:
    row = books.allotment(terminal, "prod-1")
    return 0 if row is None else row.quantity - row.used


def test_lines_added_to_an_order_that_is_binding_draw_on_it_and_are_certain(stocked: Books) -> None:
    until = stocked.now + 24 * HOUR
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-2", 1))
    stocked.order(("prod-1", 50), terminal="term-2")
    more = c.AddLines(site_id=SITE, order_id=order, lines=(_line("more", 6),), draws=True)
    effect = stocked.must(more)
    assert (effect.status, effect.certain_until) == ("applied", until)
    assert [line.reserved for line in stocked.lines(order)] == [1, 6]
    assert _totals(stocked.level("prod-1")) == (15, 15, 0, 0)


def test_lines_beyond_it_are_not_certain_and_take_the_rest_from_what_is_available(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-2", 1))
    effect = stocked.must(c.AddLines(site_id=SITE, order_id=order, lines=(_line("more", 8),), draws=True))
    assert effect.certain_until == 0
    assert _totals(stocked.level("prod-1")) == (15, 8, 0, 7)


def test_lines_that_were_added_to_a_draft_draw_on_nothing_even_if_it_is_binding_by_now(
    stocked: Books,
) -> None:
    """The desk drew nothing for them; if the server did, the next certain order of the desk would find too little."""
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-2", 1))
    stocked.must(c.AddLines(site_id=SITE, order_id=order, lines=(_line("more", 2),)))
    assert _unused(stocked) == 6


def test_lines_whose_order_is_a_draft_where_they_arrive_leave_what_was_set_aside_for_its_confirmation(
    stocked: Books,
) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-2", 1), draft=True)
    effect = stocked.must(c.AddLines(site_id=SITE, order_id=order, lines=(_line("more", 2),), draws=True))
    assert (effect.certain_until, _unused(stocked)) == (0, 6)
    assert _totals(stocked.level("prod-1")) == (15, 0, 6, 9)
    assert _confirm(stocked, order, ("prod-2", 1), ("prod-1", 2)) == 0, (
        "of the other product nothing is set aside"
    )
    assert _unused(stocked) == 4


def test_lines_that_are_refused_draw_on_nothing(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-2", 1))
    stocked.must(c.CancelOrder(site_id=SITE, order_id=order, reason="call"))
    late = stocked.do(c.AddLines(site_id=SITE, order_id=order, lines=(_line("more", 2),), draws=True))
    assert (late.code, _unused(stocked)) == ("wrong_state", 6)


def _confirm(books: Books, order: str, *draws: tuple[str, int]) -> int:
    wanted = tuple(c.Wanted(product_id=product, quantity=units) for product, units in draws)
    return books.must(c.ConfirmOrder(site_id=SITE, order_id=order, draws=wanted)).certain_until


def test_a_draft_that_is_confirmed_draws_on_it_and_is_certain(stocked: Books) -> None:
    until = stocked.now + 24 * HOUR
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-1", 2), ("prod-1", 4), draft=True)
    stocked.order(("prod-1", 50), terminal="term-2")
    assert _confirm(stocked, order, ("prod-1", 2), ("prod-1", 4)) == until
    assert [line.reserved for line in stocked.lines(order)] == [2, 4]
    assert _totals(stocked.level("prod-1")) == (15, 15, 0, 0)


def test_a_draft_whose_lines_are_others_by_now_draws_what_the_command_says_and_is_not_certain(
    stocked: Books,
) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-1", 2), draft=True)
    stocked.must(c.AddLines(site_id=SITE, order_id=order, lines=(_line("more", 3),)))
    assert _confirm(stocked, order, ("prod-1", 2)) == 0
    assert _unused(stocked) == 4
    assert _totals(stocked.level("prod-1")) == (15, 5, 4, 6)


def test_a_draft_of_another_program_is_confirmed_without_drawing(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-1", 2), draft=True)
    assert (_confirm(stocked, order), _unused(stocked)) == (0, 6)


def test_a_cancelled_order_gives_its_units_to_everybody(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-1", 6))
    stocked.must(c.CancelOrder(site_id=SITE, order_id=order, reason="call"))
    assert _totals(stocked.level("prod-1")) == (15, 0, 0, 15)


def test_granting_twice_fills_one_allotment_and_counts_each_unit_once(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    stocked.order(("prod-1", 2))
    row = stocked.allot("term-1", "prod-1", 3)
    assert row is not None
    assert (row.quantity, row.used) == (7, 0)
    assert _totals(stocked.level("prod-1")) == (15, 2, 7, 6)


def test_no_more_is_set_aside_than_is_available_and_can_be_picked(stocked: Books) -> None:
    stocked.order(("prod-1", 12))
    row = stocked.allot("term-1", "prod-1", 10)
    assert row is not None
    assert row.quantity == 3
    assert stocked.allot("term-2", "prod-1", 10) is None
    stocked.must(
        c.ReceiveStock(
            site_id=SITE, product_id="prod-3", location_id="A-01-01-1", quantity=5, lot="L", expires_on="2020-01-01"
        )
    )  # fmt: skip
    assert stocked.allot("term-1", "prod-3", 5) is None, "what has expired can be promised to nobody"


def test_a_loss_takes_reservations_first_and_then_what_is_set_aside(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-1", 9), terminal="term-2")
    gone = c.AdjustStock(site_id=SITE, product_id="prod-1", location_id="A-01-01-1", delta=-8, reason="theft")
    stocked.must(gone)
    assert stocked.lines(order)[0].reserved == 1
    assert _totals(stocked.level("prod-1")) == (7, 1, 6, 0)
    stocked.must(c.AdjustStock(
        site_id=SITE, product_id="prod-1", location_id="A-01-02-1", delta=-3, reason="theft"
    ))  # fmt: skip
    assert _totals(stocked.level("prod-1")) == (4, 0, 4, 0)
    shrunk = [event for event in stocked.find(Event, kind="allotment.shrunk")]
    assert [event.text for event in shrunk] == [
        "2 SKU1 set aside for a terminal that is gone are not there any more"
    ]


def test_what_a_terminal_gives_back_serves_those_who_wait(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    order = stocked.order(("prod-1", 12), terminal="term-2")
    stocked.must(c.ReturnAllotment(**_named("term-1", "prod-1")))
    assert stocked.lines(order)[0].reserved == 12
    assert stocked.allotment("term-1", "prod-1") is None
    assert stocked.find(Backorder, site_id=SITE) == []
    assert _totals(stocked.level("prod-1")) == (15, 12, 0, 3)


def test_giving_back_what_is_gone_already_changes_nothing(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    stocked.must(c.RevokeAllotment(**_named("term-1", "prod-1"), reason="needed"))
    assert stocked.must(c.ReturnAllotment(**_named("term-1", "prod-1"))).status == "applied"
    assert _totals(stocked.level("prod-1")) == (15, 0, 0, 15)


def test_no_other_terminal_gives_it_back(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    stocked.must(c.ReturnAllotment(**_named("term-1", "prod-1")), terminal="term-2")
    assert stocked.level("prod-1").leased == 6


def test_an_order_that_comes_after_its_allotment_was_revoked_takes_what_there_is(stocked: Books) -> None:
    stocked.allot("term-1", "prod-1", 6)
    stocked.order(("prod-1", 9), terminal="term-2")
    effect = stocked.must(c.RevokeAllotment(**_named("term-1", "prod-1"), reason="needed elsewhere"))
    assert effect.status == "applied"
    told = [event.text for event in stocked.find(Event, kind="allotment.revoked")]
    assert told == ["6 SKU1 set aside for a terminal that is gone taken back: needed elsewhere"]
    stocked.order(("prod-1", 4), terminal="term-2")
    late = stocked.order(("prod-1", 6), terminal="term-1")
    assert stocked.lines(late)[0].reserved == 2, "the supervisor was told that this may happen"
