"""Terminals in touch have stock set aside by what they sell; it comes back only when no sale can be behind it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.commands import (
    GrantSite,
    ReceiveStock,
    ReturnAllotment,
    RevokeAllotment,
    SaveSetting,
    SaveTerminal,
    WithdrawSite,
)
from services.domain.permissions import TERMINAL_ACTOR
from services.handlers import allotments, order_handlers
from services.handlers.allotments import allotment_id
from services.handlers.work import Work
from services.server.authority import Origin, run
from services.server.doctor import examine
from services.server.parts import Parts
from services.storage.tables import Allotment, OrderLine, StockLevel
from services.storage.tables import Terminal as TerminalRow
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import running_server, server_settings
from tests.server.terminal import Terminal
from tests.server.warehouse import OTHER_SITE, SITE, bin_id, fill, order, product_id, seed_site

HOUR = 3_600_000
P1 = product_id(1)


class Lending:
    """A server whose clock the test moves, with two desks that sell."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.now = parts.clock()
        clock = lambda: self.now  # noqa: E731 - one clock for every part
        parts.committer._clock = parts.clients._clock = parts.allotments._clock = clock
        parts.allotments._tuning = msgspec.structs.replace(parts.allotments._tuning, demand_seconds=0)
        self.shop, self.counter = Terminal(parts), Terminal(parts)

    def look(self, *heard: Terminal, after_hours: float = 0) -> None:
        """Time passes, these terminals are heard, and the keeper looks; the books must add up."""
        self.now += int(after_hours * HOUR)
        for each in heard:
            self.parts.clients.authenticate(each.enrolled.client_id, each.enrolled.credential)
        self.parts.allotments.look()
        self.check()

    def check(self) -> None:
        problems = [problem for finding in examine(self.parts.database) for problem in finding.problems]
        assert problems == []

    def get(self, cls: type[Any], row_id: str) -> Any:
        with self.parts.database.reading() as connection:
            return UnitOfWork(connection).get(cls, row_id)

    def id_of(self, terminal: Terminal) -> str:
        with self.parts.database.reading() as connection:
            rows = UnitOfWork(connection).find(TerminalRow, code=terminal.enrolled.terminal_code)
        return rows[0].id

    def held(self, terminal: Terminal, product: str = P1) -> Allotment | None:
        found: Allotment | None = self.get(Allotment, allotment_id(SITE, self.id_of(terminal), product))
        return found

    def unused(self, terminal: Terminal, product: str = P1) -> int:
        row = self.held(terminal, product)
        return row.quantity - row.used if row else 0

    def level(self, product: str = P1) -> StockLevel:
        with self.parts.database.reading() as connection:
            return UnitOfWork(connection).find(StockLevel, site_id=SITE, product_id=product)[0]

    def version(self) -> int:
        with self.parts.database.reading() as connection:
            sql = f"SELECT version FROM scope_head WHERE scope = 'site:{SITE}'"
            return int(connection.exec_driver_sql(sql).scalar_one())

    def named(self, terminal: Terminal, product: str = P1) -> dict[str, str]:
        return {"site_id": SITE, "allotment_id": allotment_id(SITE, self.id_of(terminal), product)}


@pytest.fixture
def lending(parts: Parts) -> Lending:
    made = Lending(parts)
    made.shop.do(order("o-1", (P1, 16)))
    made.counter.do(order("o-2", (P1, 4), (product_id(2), 4)))
    return made


def test_terminals_in_touch_get_a_week_of_what_they_sold(lending: Lending) -> None:
    lending.look(lending.shop, lending.counter)
    assert lending.unused(lending.shop) == 4
    assert lending.unused(lending.counter) == 1
    assert lending.unused(lending.counter, product_id(2)) == 1
    assert (lending.level().leased, lending.level().available) == (5, 75)


def test_a_terminal_that_is_not_in_touch_gets_nothing(lending: Lending) -> None:
    lending.look(lending.shop)
    assert lending.unused(lending.shop) == 4
    assert lending.held(lending.counter) is None


def test_looking_again_changes_nothing_and_writes_nothing(lending: Lending) -> None:
    lending.look(lending.shop, lending.counter)
    before = lending.version()
    lending.look(lending.shop, lending.counter, after_hours=1)
    assert lending.version() == before


def test_it_is_filled_up_after_sales_and_renewed_in_time(lending: Lending) -> None:
    lending.look(lending.shop)
    lending.shop.do(order("o-3", (P1, 3)))
    assert lending.unused(lending.shop) == 1
    lending.look(lending.shop)
    assert lending.unused(lending.shop) == 5, "nineteen were sold in four weeks"
    first = lending.held(lending.shop)
    lending.look(lending.shop, after_hours=30)
    second = lending.held(lending.shop)
    assert first is not None
    assert second is not None
    assert second.expires_at - first.expires_at == 30 * HOUR


def test_all_of_them_together_get_a_share_of_what_is_free_at_the_most(lending: Lending) -> None:
    lending.shop.do(order("o-3", (P1, 60)))
    lending.look(lending.shop, lending.counter)
    assert lending.unused(lending.shop) == 1, "twenty are left, and a tenth of them is for both"
    assert lending.level().leased <= 2


def test_nothing_is_set_aside_where_it_is_switched_off_and_what_was_is_called_back(lending: Lending) -> None:
    lending.look(lending.shop)
    lending.shop.do(SaveSetting(key="allotment.share_percent", value="0"))
    lending.look(lending.shop, lending.counter)
    row = lending.held(lending.shop)
    assert row is not None
    assert row.status == "closing"
    assert lending.level().leased == 4, "it may be sold already; only the terminal can tell"
    lending.shop.do(ReturnAllotment(**lending.named(lending.shop)))
    assert lending.held(lending.shop) is None
    assert lending.level().leased == 0
    lending.look(lending.shop, lending.counter)
    assert lending.level().leased == 0


def test_when_it_runs_scarce_it_is_called_back_and_serves_those_who_wait(lending: Lending) -> None:
    lending.look(lending.shop)
    lending.counter.do(order("o-3", (P1, 78)))
    lending.look(lending.shop)
    assert lending.level().backordered == 2
    lending.shop.do(ReturnAllotment(**lending.named(lending.shop)))
    lending.check()
    assert lending.level().backordered == 0


def test_an_order_from_before_the_end_that_arrives_long_after_it_is_filled(lending: Lending) -> None:
    lending.look(lending.shop)
    late = lending.shop.queue(order("o-late", (P1, 4)))
    lending.counter.do(order("o-3", (P1, 78)))
    lending.look(lending.counter, after_hours=24 * 90)
    row = lending.held(lending.shop)
    assert row is not None
    assert row.status == "closing", "its time is over: no new promise is certain"
    lending.counter.do(order("o-4", (P1, 5)))
    assert [outcome.status for outcome in lending.shop.push(late.n).outcomes] == ["applied"]
    assert lending.get(OrderLine, "o-late-1").reserved == 4
    lending.check()


def test_a_revoked_allotment_is_not_granted_again_by_the_orders_that_come_late(lending: Lending) -> None:
    lending.look(lending.shop)
    late = lending.shop.queue(order("o-late", (P1, 4)))
    lending.counter.do(order("o-3", (P1, 76)))
    lending.counter.do(
        RevokeAllotment(**lending.named(lending.shop), reason="a customer waits"), actor="user-supervisor"
    )
    lending.counter.do(order("o-4", (P1, 3)))
    assert [outcome.status for outcome in lending.shop.push(late.n).outcomes] == ["adjusted"]
    assert lending.get(OrderLine, "o-late-1").reserved == 1
    lending.check()


def test_a_picker_may_not_revoke(lending: Lending) -> None:
    lending.look(lending.shop)
    outcomes = lending.counter.do(
        RevokeAllotment(**lending.named(lending.shop), reason="mine"), actor="user-picker"
    ).outcomes
    assert [outcome.code for outcome in outcomes] == ["not_permitted"]


def test_what_a_barred_terminal_had_goes_back_at_once(lending: Lending) -> None:
    lending.look(lending.shop)
    lending.counter.do(SaveTerminal(terminal_id=lending.id_of(lending.shop), name="Shop", active=False))
    lending.look(lending.counter)
    assert lending.held(lending.shop) is None
    assert lending.unused(lending.counter) == 1


def test_a_terminal_that_works_at_two_sites_has_stock_set_aside_at_both(lending: Lending) -> None:
    seed = lambda transaction: seed_site(transaction, OTHER_SITE)  # noqa: E731 - as the committer takes it
    lending.parts.committer.run(("org", f"site:{OTHER_SITE}"), seed)
    shop = lending.id_of(lending.shop)
    lending.counter.do(GrantSite(terminal_id=shop, held_site_id=OTHER_SITE, reason="help"))
    lending.shop.do(
        ReceiveStock(site_id=OTHER_SITE, product_id=P1, location_id=bin_id(OTHER_SITE, 1), quantity=100)
    )
    lending.shop.do(order("o-3", (P1, 8), site=OTHER_SITE))
    lending.look(lending.shop)
    there = allotment_id(OTHER_SITE, shop, P1)
    assert lending.unused(lending.shop) == 4
    assert lending.get(Allotment, there).quantity == 2
    lending.counter.do(WithdrawSite(terminal_id=shop, held_site_id=OTHER_SITE, reason="over"))
    lending.look(lending.shop)
    assert (lending.get(Allotment, there).status, lending.held(lending.shop).status) == ("closing", "active")
    give = ReturnAllotment(site_id=OTHER_SITE, allotment_id=there)
    assert lending.shop.do(give, actor=TERMINAL_ACTOR).outcomes[0].status == "applied"
    assert lending.get(Allotment, there) is None
    lending.look(lending.shop)
    assert lending.get(Allotment, there) is None


def test_a_terminal_gives_back_by_itself_and_does_nothing_else_by_itself(lending: Lending) -> None:
    lending.look(lending.shop, lending.counter)
    mine, of_another = lending.named(lending.shop), lending.named(lending.counter)
    for command in (
        order("o-9", (P1, 1)),
        RevokeAllotment(**of_another, reason="mine"),
        GrantSite(terminal_id=lending.id_of(lending.shop), held_site_id=SITE, reason="more"),
    ):
        [refused] = lending.shop.do(command, actor=TERMINAL_ACTOR).outcomes
        assert (refused.status, refused.code) == ("rejected", "not_permitted")
    assert (
        lending.shop.do(ReturnAllotment(**of_another), actor=TERMINAL_ACTOR).outcomes[0].status == "applied"
    )
    assert lending.unused(lending.counter) == 1, "it is another terminal's"
    assert lending.shop.do(ReturnAllotment(**mine), actor=TERMINAL_ACTOR).outcomes[0].status == "applied"
    assert lending.held(lending.shop) is None
    lending.check()


def test_nobody_acts_as_a_terminal_through_the_servers_own_interface(lending: Lending) -> None:
    origin = Origin(command_id="c-1", actor_id=TERMINAL_ACTOR, terminal_id="", issued_at=lending.now)
    give = ReturnAllotment(**lending.named(lending.shop))
    effect = lending.parts.committer.run(
        (f"site:{SITE}",), lambda transaction: run(transaction, give, origin)
    )
    assert effect.code == "not_permitted"


def test_a_return_sent_twice_gives_back_once(lending: Lending) -> None:
    lending.look(lending.shop)
    sent = lending.shop.queue(ReturnAllotment(**lending.named(lending.shop)))
    first, second = lending.shop.push(sent.n), lending.shop.push(sent.n)
    assert first.outcomes == second.outcomes
    lending.check()
    assert (lending.level().leased, lending.level().available) == (0, 80)


def test_sold_goods_that_are_received_again_are_lent_again(lending: Lending) -> None:
    lending.counter.do(order("o-3", (P1, 90)))
    lending.look(lending.shop)
    assert lending.level().leased == 0
    lending.counter.do(ReceiveStock(site_id=SITE, product_id=P1, location_id=bin_id(SITE, 1), quantity=200))
    lending.look(lending.shop)
    assert lending.unused(lending.shop) == 4


def _draw_and_forget(work: Work, site_id: str, lines: Sequence[OrderLine]) -> int:
    """Frees what is set aside, and leaves it set aside: the next order would have it again."""
    for line in lines:
        allotments.change_level(work, site_id, line.product_id, leased=-line.quantity)
    return 0


@pytest.mark.parametrize("fault", ["granted twice", "drawn without being used"])
def test_units_that_are_counted_twice_are_noticed(
    lending: Lending, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Planted faults: the checks above would be worth nothing if they could not fail."""
    if fault == "granted twice":
        lending.look(lending.shop)
        lending.shop.do(order("o-3", (P1, 3)))
        monkeypatch.setattr(allotments, "change_level", lambda *_args, **_by: lending.level())
        with pytest.raises(AssertionError, match="leased is the sum of what no allotment has used"):
            lending.look(lending.shop)
    else:
        lending.look(lending.shop)
        monkeypatch.setattr(order_handlers, "draw", _draw_and_forget)
        lending.shop.do(order("o-3", (P1, 3)))
        with pytest.raises(AssertionError, match="leased is the sum of what no allotment has used"):
            lending.check()


def test_a_running_server_looks_by_itself(tmp_path: Path) -> None:
    settings = server_settings(tmp_path, allotment_seconds=0.05, allotment_demand_seconds=0)
    with running_server(settings, on_start=fill) as server:
        shop = Terminal(server.parts)
        shop.do(order("o-1", (P1, 16)))
        server.parts.clients.authenticate(shop.enrolled.client_id, shop.enrolled.credential)
        end = time.monotonic() + 60
        while ("allotment", P1) not in {(table, row[3]) for (table, _), row in shop.rows.items()}:
            assert time.monotonic() < end, "nobody looked"
            time.sleep(0.02)
            shop.pull()
