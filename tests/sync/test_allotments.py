"""Desks and a server: an order within what is set aside for its desk is never adjusted, whatever happens elsewhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop_app.demo.digests import differences, digest_all
from services.commands import (
    AddLines,
    AdjustStock,
    CancelOrder,
    ConfirmOrder,
    NewLine,
    PlaceOrder,
    ReceiveStock,
    RevokeAllotment,
    Wanted,
)
from services.domain.refusals import RuleViolation
from services.handlers.allotments import allotment_id
from services.server.clock import now_ms
from services.storage.tables import Allotment
from tests.helpers.lab import Lab
from tests.server.warehouse import CUSTOMER, SITE, bin_id, product_id

HOUR = 3_600_000
P1 = product_id(1)


class Shops(Lab):
    """Two desks on sure cables, and the keeper of the allotments run by hand."""

    def __init__(self, folder: Path, *, desks: int = 2, seed: int = 1, faults: float = 0.0) -> None:
        super().__init__(folder, seed, desks=desks, faults=faults)
        keeper = self.server.parts.allotments
        keeper._tuning = msgspec.structs.replace(keeper._tuning, demand_seconds=0)
        more = ReceiveStock(site_id=SITE, product_id=P1, location_id=bin_id(SITE, 1), quantity=170)
        self.desks[0].do(more)
        self.heal()

    def sell(self, n: int, units: int, *, refuse: bool = False) -> tuple[str, str]:
        """An order at a desk: its id, and what the desk said of it."""
        desk = self.desks[n]
        order_id = desk.new_id()
        line = NewLine(line_id=desk.new_id(), product_id=P1, quantity=units, price_minor=100)
        command = PlaceOrder(
            site_id=SITE, order_id=order_id, number=desk.next_order_number(), customer_id=CUSTOMER, lines=(line,),
            currency="GBP", on_shortfall="refuse" if refuse else "backorder",
        )  # fmt: skip
        return order_id, desk.do(command).status

    def draft(self, n: int, units: int) -> str:
        """A draft at a desk: its id."""
        desk = self.desks[n]
        order_id = desk.new_id()
        line = NewLine(line_id=desk.new_id(), product_id=P1, quantity=units, price_minor=100)
        command = PlaceOrder(
            site_id=SITE, order_id=order_id, number=desk.next_order_number(), customer_id=CUSTOMER, lines=(line,),
            currency="GBP", draft=True,
        )  # fmt: skip
        desk.do(command)
        return order_id

    def confirm(self, n: int, order_id: str) -> str:
        """Confirm a draft as the desk sees it; what the desk said of it."""
        desk = self.desks[n]
        lines = desk.read.order_lines(order_id)
        draws = tuple(Wanted(product_id=line.product_id, quantity=line.quantity) for line in lines)
        return desk.do(ConfirmOrder(site_id=SITE, order_id=order_id, draws=draws)).status

    def add(self, n: int, order_id: str, units: int) -> str:
        """Add a line to an order that a desk takes as binding; what the desk said of it."""
        desk = self.desks[n]
        line = NewLine(line_id=desk.new_id(), product_id=P1, quantity=units, price_minor=100)
        return desk.do(AddLines(site_id=SITE, order_id=order_id, lines=(line,), draws=True)).status

    def keep(self) -> None:
        """The server looks at the allotments; the books must add up."""
        self.server.parts.allotments.look()
        assert self.server.problems() == []

    def allotment(self, n: int) -> Allotment | None:
        """What a desk believes that it has of product 1."""
        desk = self.desks[n]
        return desk.read.get(Allotment, allotment_id(SITE, self.terminal_id(n), P1))

    def unused(self, n: int) -> int:
        row = self.allotment(n)
        return row.quantity - row.used if row else 0

    def terminal_id(self, n: int) -> str:
        with self.desks[n]._store.writing():
            return self.desks[n]._store.terminal_id()

    def reserved(self, order_id: str) -> int:
        rows = self.server.rows(f"SELECT SUM(reserved) FROM order_line WHERE order_id = '{order_id}'")
        return int(rows[0][0] or 0)

    def attention(self) -> list[str]:
        return [item.code for desk in self.desks for item in desk.read.needs_attention()]

    def all_alike(self) -> None:
        """Everything has settled, at every desk and at the server."""
        self.heal()
        assert self.server.problems() == []
        now = now_ms()
        truth = digest_all(self.server.rows, now)
        for desk in self.desks:
            assert [str(each) for each in differences(truth, digest_all(desk.read.tuples, now))] == []


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Shops]:
    lab = Shops(tmp_path)
    lab.sell(0, 40)
    lab.heal()
    lab.keep()
    lab.heal()
    yield lab
    lab.close()


def test_an_order_within_it_is_never_adjusted_although_another_desk_sells_everything(shops: Shops) -> None:
    assert shops.unused(0) == 10
    shops.cables[0].is_cut = True
    order_id, said = shops.sell(0, 10)
    assert said == "confirmed"
    shops.sell(1, 1000)
    shops.cables[1].faults = 0
    shops.desks[1].sync()
    assert shops.server.rows("SELECT SUM(on_hand - reserved - held - leased) FROM stock_level "
                             f"WHERE product_id = '{P1}'")[0][0] == 0  # fmt: skip
    shops.all_alike()
    assert shops.reserved(order_id) == 10


def test_a_confirmed_draft_and_added_lines_within_it_are_never_adjusted_either(shops: Shops) -> None:
    order_id = shops.draft(0, 6)
    shops.heal()
    shops.cables[0].is_cut = True
    assert shops.confirm(0, order_id) == "confirmed"
    assert shops.add(0, order_id, 4) == "confirmed"
    assert shops.add(0, order_id, 1) == "provisional", "nothing is left of it"
    shops.sell(1, 1000)
    shops.desks[1].sync()
    shops.all_alike()
    assert shops.reserved(order_id) == 10
    assert [item.code for item in shops.desks[0].read.needs_attention()] == ["backordered"]


def test_what_others_do_to_a_draft_meanwhile_never_costs_a_certain_order(shops: Shops) -> None:
    """The server draws what the desk drew, not what the draft has become."""
    order_id = shops.draft(0, 4)
    shops.heal()
    shops.cables[0].is_cut = True
    shops.confirm(0, order_id)
    sure, said = shops.sell(0, 6)
    assert said == "confirmed"
    line = NewLine(line_id="by-another", product_id=P1, quantity=50, price_minor=100)
    shops.desks[1].do(AddLines(site_id=SITE, order_id=order_id, lines=(line,)))
    shops.sell(1, 1000)
    shops.desks[1].sync()
    shops.all_alike()
    assert shops.reserved(sure) == 6


def test_a_desk_that_was_away_far_beyond_the_end_still_gets_what_it_promised(shops: Shops) -> None:
    shops.cables[0].is_cut = True
    order_id, said = shops.sell(0, 10)
    committer, keeper = shops.server.parts.committer, shops.server.parts.allotments
    clock = committer._clock
    committer._clock = keeper._clock = lambda: clock() + 24 * 90 * HOUR
    shops.keep()
    shops.sell(1, 1000)
    shops.desks[1].sync()
    shops.keep()
    assert shops.server.rows("SELECT status FROM allotment") == [("closing",)]
    committer._clock = keeper._clock = clock
    shops.all_alike()
    assert (said, shops.reserved(order_id)) == ("confirmed", 10)
    assert shops.server.rows("SELECT id FROM allotment") == [], "the desk has given it back"


def test_a_desk_at_which_nobody_is_signed_in_gives_back_what_has_run_out(shops: Shops) -> None:
    shops.desks[0].as_user("")
    assert shops.unused(0) == 10
    committer, keeper = shops.server.parts.committer, shops.server.parts.allotments
    clock = committer._clock
    committer._clock = keeper._clock = lambda: clock() + 24 * 90 * HOUR
    shops.keep()
    committer._clock = keeper._clock = clock
    shops.all_alike()
    assert shops.server.rows("SELECT id FROM allotment") == []
    assert shops.server.rows("SELECT actor_id FROM command_log WHERE name = 'ReturnAllotment'") == [
        ("terminal",)
    ]


def test_a_supervisor_takes_it_back_and_the_late_order_falls_short(shops: Shops) -> None:
    shops.cables[0].is_cut = True
    order_id, said = shops.sell(0, 10)
    row = shops.allotment(0)
    assert row is not None
    shops.desks[1].do(RevokeAllotment(site_id=SITE, allotment_id=row.id, reason="needed"))
    shops.sell(1, 1000)
    shops.desks[1].sync()
    shops.all_alike()
    assert (said, shops.reserved(order_id)) == ("confirmed", 0)


def test_a_cancelled_order_gives_to_everybody_and_the_server_fills_up_again(shops: Shops) -> None:
    order_id, _said = shops.sell(0, 10)
    shops.desks[0].do(CancelOrder(site_id=SITE, order_id=order_id, reason="call"))
    shops.all_alike()
    assert shops.unused(0) == 0
    shops.keep()
    shops.all_alike()
    assert shops.unused(0) == 10


@pytest.mark.parametrize("seed", range(6))
def test_random_work_over_bad_cables_never_breaks_a_certain_order(tmp_path: Path, seed: int) -> None:
    lab = Shops(tmp_path, desks=3, seed=seed, faults=0.3)
    chance = random.Random(seed)
    certain: list[tuple[str, int]] = []
    try:
        for _step in range(60):
            n = chance.randrange(3)
            match chance.choice(
                ("sell", "sell", "sell", "draft", "add", "sync", "sync", "keep", "cut", "restart")
            ):
                case "sell":
                    units = chance.randint(1, 12)
                    try:
                        order_id, said = lab.sell(n, units, refuse=chance.random() < 0.3)
                    except RuleViolation:
                        continue
                    if said == "confirmed":
                        certain.append((order_id, units))
                case "draft":
                    units = chance.randint(1, 6)
                    order_id = lab.draft(n, units)
                    if lab.confirm(n, order_id) == "confirmed":
                        certain.append((order_id, units))
                case "add" if certain:
                    place = chance.randrange(len(certain))
                    order_id, units = certain[place]
                    more = chance.randint(1, 3)
                    if lab.desks[n].read.order(order_id) and lab.add(n, order_id, more) == "confirmed":
                        certain[place] = (order_id, units + more)
                    else:
                        certain.pop(place)
                case "sync":
                    lab.sync(n)
                case "keep":
                    lab.keep()
                case "cut":
                    lab.cables[n].is_cut = not lab.cables[n].is_cut
                case "restart" if chance.random() < 0.2:
                    lab.restart_desk(n)
        lab.all_alike()
        assert [(each, lab.reserved(each)) for each, _units in certain] == certain
        lab.keep()
    finally:
        lab.close()


def test_the_certain_orders_of_random_work_are_not_none(tmp_path: Path) -> None:
    """The property above would hold for a desk that is never certain."""
    lab = Shops(tmp_path, desks=2, seed=3)
    try:
        said = []
        for _round in range(4):
            said += [lab.sell(n, 12)[1] for n in range(2)]
            lab.heal()
            lab.keep()
            lab.heal()
            said += [lab.sell(n, 2)[1] for n in range(2)]
        assert said.count("confirmed") >= 4
    finally:
        lab.close()


def test_goods_that_are_gone_are_gone_for_everybody(shops: Shops) -> None:
    """Facts win over promises: what is certain is certain as far as the goods are there."""
    loss = AdjustStock(site_id=SITE, product_id=P1, location_id=bin_id(SITE, 1), delta=-155, reason="fire")
    shops.desks[1].do(loss)
    shops.all_alike()
    assert shops.unused(0) <= 10
