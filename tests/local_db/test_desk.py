"""The desk's public face: work without a server, sync with one, two desks that end up equal, a link that breaks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db import Desk, Offline
from services.commands import NewLine, PlaceOrder
from services.storage.tables import TABLES, User
from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.local_db.truth import rows_only
from tests.server.warehouse import CUSTOMER, SITE, fill, product_id


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(server_settings(tmp_path / "server"), on_start=fill) as running:
        yield running


def _open(server: RunningServer, folder: Path) -> Desk:
    """A newly enrolled desk, with a supervisor acting."""
    answer = server.parts.clients.enroll(folder.name, SITE, actor_id="user-administrator")
    desk = Desk.open(folder, server_url=server.base_url, credentials=answer, allow_plain=True)
    return desk.as_user("user-supervisor")


@pytest.fixture
def desk(server: RunningServer, tmp_path: Path) -> Iterator[Desk]:
    with _open(server, tmp_path / "desk") as desk:
        yield desk


def _order(desk: Desk, number: int = 1, quantity: int = 3, **fields: object) -> PlaceOrder:
    return PlaceOrder(
        site_id=SITE,
        order_id=desk.new_id(),
        number=desk.next_order_number(),
        customer_id=CUSTOMER,
        currency="GBP",
        lines=(
            NewLine(line_id=desk.new_id(), product_id=product_id(number), quantity=quantity, price_minor=100),
        ),
        **fields,  # type: ignore[arg-type]
    )


def _server_rows(server: RunningServer) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with server.parts.database.reading() as connection:
        for cls in TABLES:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{cls.table.name}" ORDER BY id').fetchall()
            found[cls.table.name] = [tuple(row) for row in rows]
    return found


def test_the_first_sync_brings_the_warehouse(desk: Desk, server: RunningServer) -> None:
    assert desk.link.synced_at is None
    desk.sync()
    assert rows_only(desk) == _server_rows(server)
    assert desk.link.synced_at is not None
    assert desk.site_id == SITE
    assert desk.read.user_by_username("supervisor") == desk.read.get(User, "user-supervisor")


def test_an_order_goes_up_and_comes_back_settled(desk: Desk, server: RunningServer) -> None:
    desk.sync()
    order = _order(desk)
    assert desk.do(order).status == "provisional"
    assert desk.link.pending == 1
    desk.sync()
    assert desk.link.pending == 0
    assert [(row.id, row.provisional) for row in desk.read.orders()] == [(order.order_id, False)]
    assert rows_only(desk) == _server_rows(server)


def test_without_a_link_work_goes_on_and_nothing_is_lost(
    tmp_path: Path, server: RunningServer, desk: Desk
) -> None:
    desk.sync()
    desk.close()
    with Desk.open(tmp_path / "desk", server_url="http://127.0.0.1:9", allow_plain=True) as away:
        away.as_user("user-supervisor")
        given = [away.do(_order(away)) for _ in range(3)]
        with pytest.raises(Offline):
            away.sync(timeout=5)
        assert away.link.state == "offline"
        assert (away.link.pending, len(away.read.orders())) == (3, 3)
    with Desk.open(tmp_path / "desk", server_url=server.base_url, allow_plain=True) as back:
        back.sync()
        assert back.link.pending == 0
        assert [row.status for row in back.read.outbox(settled=True)] == ["applied"] * 3
        assert {row.id for row in back.read.outbox(settled=True)} == {receipt.id for receipt in given}
        assert rows_only(back) == _server_rows(server)


def test_two_desks_that_sell_the_same_stock_end_up_equal_to_the_server(
    desk: Desk, server: RunningServer, tmp_path: Path
) -> None:
    desk.sync()
    with _open(server, tmp_path / "other") as other:
        other.sync()
        first, second = _order(desk, quantity=80), _order(other, quantity=80)
        desk.do(first)
        other.do(second)
        other.sync()
        desk.sync()
        item = desk.read.needs_attention()[0]
        assert (item.status, item.code) == ("adjusted", "backordered")
        assert item.arguments["order_id"] == first.order_id
        other.sync()
        assert rows_only(desk) == rows_only(other) == _server_rows(server)
        level = desk.read.stock_levels(site_id=SITE, product_id=product_id(1))[0]
        assert (level.on_hand, level.reserved, level.backordered) == (100, 100, 60)


def test_a_promise_that_the_server_refuses_waits_for_a_person(
    desk: Desk, server: RunningServer, tmp_path: Path
) -> None:
    desk.sync()
    with _open(server, tmp_path / "other") as other:
        other.sync()
        desk.do(_order(desk, quantity=80, on_shortfall="refuse"))
        other.do(_order(other, quantity=80))
        other.sync()
    desk.sync()
    item = desk.read.needs_attention()[0]
    assert (item.status, item.code) == ("rejected", "insufficient_stock")
    assert len(desk.read.orders()) == 1
    desk.resolve_attention(item.id, "dropped")
    assert desk.link.needs_attention == 0


def test_changes_arrive_by_themselves_while_the_desk_is_started(
    desk: Desk, server: RunningServer, tmp_path: Path
) -> None:
    arrived = threading.Event()
    desk.sync()
    desk.subscribe(lambda tables: arrived.set() if "order" in tables else None)
    desk.start()
    try:
        with _open(server, tmp_path / "other") as other:
            other.sync()
            other.do(_order(other))
            other.sync()
        assert arrived.wait(30)
        assert len(desk.read.orders()) == 1
    finally:
        desk.stop()


def test_a_started_desk_sends_what_is_done_by_itself(desk: Desk) -> None:
    settled = threading.Event()
    desk.sync()
    desk.subscribe(lambda tables: settled.set() if desk.link.pending == 0 else None)
    desk.start()
    try:
        desk.do(_order(desk))
        settled.clear()
        if desk.link.pending:
            assert settled.wait(30)
        desk.sync()
        assert desk.link.state == "live"
    finally:
        desk.stop()
    desk.sync()
    assert desk.link.pending == 0


def test_a_desk_without_a_server_says_that_it_is_offline(tmp_path: Path) -> None:
    with Desk.open(tmp_path, allow_plain=True) as desk:
        assert desk.link.state == "offline"
        with pytest.raises(Offline, match="no server"):
            desk.sync()
        with pytest.raises(Offline):
            desk.start()


def test_a_person_signs_in_and_enrols_through_the_desk_itself(server: RunningServer, tmp_path: Path) -> None:
    from services.protocol.messages import EnrollRequest
    from tests.server.warehouse import PASSWORD

    with Desk.open(tmp_path / "new", server_url=server.base_url, allow_plain=True) as desk:
        tokens = desk.transport.login("administrator", PASSWORD)
        desk.enrolled(desk.transport.enroll(tokens.access_token, EnrollRequest("Desk 7", SITE)))
        desk.sync()
        assert desk.identity is not None
        assert desk.next_order_number().startswith(desk.identity.terminal_code)


def test_a_listener_that_fails_does_not_keep_others_from_hearing(tmp_path: Path, desk: Desk) -> None:
    heard: list[frozenset[str]] = []

    def failing(tables: frozenset[str]) -> None:
        raise ZeroDivisionError

    desk.subscribe(failing)
    end = desk.subscribe(heard.append)
    desk.sync()
    assert "product" in frozenset().union(*heard)
    end()
    heard.clear()
    desk.do(_order(desk))
    assert heard == []


def test_every_business_table_can_be_read(desk: Desk) -> None:
    desk.sync()
    assert list(rows_only(desk)) == [cls.table.name for cls in TABLES]
