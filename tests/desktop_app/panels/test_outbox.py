"""The Outbox panel: what was refused or adjusted, why, and each way out of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop_app.panels.outbox.entries import story_of
from desktop_app.panels.outbox.remedies import carry_out, remedies_for
from desktop_app.panels.outbox.words import VERBS
from local_db.command_runner import Receipt
from local_db.desk import Desk
from local_db.queries.outbox_queries import line_facts
from services.commands import COMMANDS, Command, NewLine, PlaceOrder
from services.protocol.messages import Outcome
from services.storage.tables import OrderLine
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import SITE, warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=40, orders=5) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "outbox") as made:
        yield made


def oversold(at: PanelBench, status: str) -> tuple[str, str]:
    """An order for more than there is, and what the server says of it; answers its id and its line's."""
    order_id, line_id = at.desk.new_id(), at.desk.new_id()
    at.desk.do(
        PlaceOrder(
            site_id=SITE, order_id=order_id, number=at.desk.next_order_number(), customer_id="cust-001", currency="GBP",
            lines=(NewLine(line_id=line_id, product_id="prod-0001", quantity=9_999, price_minor=100),),
        )
    )  # fmt: skip
    details = [{"sku": "HF0001", "requested": 9_999, "available": 5, "line_id": line_id}]
    code = "backordered" if status == "adjusted" else "insufficient_stock"
    at.desk._replica.record_outcomes([Outcome(1, status, code, "There was not enough of HF0001.", details)])
    at.until(lambda: at.panel.table.row_count() == 1)
    at.settle()
    return order_id, line_id


def open_items(at: PanelBench) -> int:
    return len(at.desk.read.needs_attention())


def test_an_item_says_what_was_meant_and_what_happened(at: PanelBench) -> None:
    oversold(at, "adjusted")
    [entry] = [entry for _n, entry in at.panel.table.rows.cached()]
    assert entry.title.startswith("Place an order: Order T01-")
    assert entry.message == "There was not enough of HF0001."
    assert at.find("outbox.remedy.backorder").isVisible()


def test_the_card_repeats_the_original_intent_line_by_line(at: PanelBench) -> None:
    oversold(at, "rejected")
    at.until(lambda: at.panel.card.findChild(QWidget, "outbox.meant") is not None)
    meant = at.panel.card.findChild(QWidget, "outbox.meant")
    texts = [text.text() for text in meant.findChildren(QLabel)]
    customer = at.desk.read.value("SELECT name FROM customer WHERE id = 'cust-001'")
    assert texts[texts.index("Customer") + 1] == customer
    assert texts[texts.index("HF0001") + 1] == "9,999 units"


def test_keeping_the_backorder_settles_the_item_and_changes_nothing(at: PanelBench) -> None:
    _order, line_id = oversold(at, "adjusted")
    at.find("outbox.remedy.backorder").click()
    at.until(lambda: open_items(at) == 0)
    line = at.desk.read.get(OrderLine, line_id)
    assert line is not None
    assert line.quantity == 9_999
    at.settle()


def test_dropping_the_rest_leaves_the_customer_what_is_there(at: PanelBench) -> None:
    _order, line_id = oversold(at, "adjusted")
    at.find("outbox.remedy.drop").click()
    at.until(lambda: open_items(at) == 0)
    line = at.desk.read.get(OrderLine, line_id)
    assert line is not None
    assert line.quantity - line.cancelled == line.reserved > 0
    at.settle()


def test_splitting_makes_an_order_of_the_rest(at: PanelBench) -> None:
    order_id, line_id = oversold(at, "adjusted")
    before = at.desk.read.value('SELECT count(*) FROM "order"')
    at.find("outbox.remedy.split").click()
    at.until(lambda: open_items(at) == 0)
    assert at.desk.read.value('SELECT count(*) FROM "order"') == before + 1
    line = at.desk.read.get(OrderLine, line_id)
    assert line is not None
    rest = at.desk.read.value(
        "SELECT quantity FROM order_line WHERE product_id = 'prod-0001' AND order_id <> ? ORDER BY quantity DESC",
        (order_id,),
    )
    assert rest + line.quantity - line.cancelled == 9_999
    at.settle()


def test_a_remedy_that_was_broken_off_is_not_done_twice(
    at: PanelBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, line_id = oversold(at, "adjusted")
    before = at.desk.read.value('SELECT count(*) FROM "order"')
    real, power_cuts = at.desk.do, iter([True])

    def do(command: Command) -> Receipt:
        receipt = real(command)
        if next(power_cuts, False):
            raise KeyboardInterrupt
        return receipt

    monkeypatch.setattr(at.desk, "do", do)
    [entry] = [entry for _n, entry in at.panel.table.rows.cached()]
    split = next(
        each for each in remedies_for(entry, line_facts(at.desk.read, order_id)) if each.id == "split"
    )
    with pytest.raises(KeyboardInterrupt):
        carry_out(at.desk, entry, split)
    assert open_items(at) == 1

    split = next(
        each for each in remedies_for(entry, line_facts(at.desk.read, order_id)) if each.id == "split"
    )
    carry_out(at.desk, entry, split)
    assert open_items(at) == 0
    assert at.desk.read.value('SELECT count(*) FROM "order"') == before + 1
    line = at.desk.read.get(OrderLine, line_id)
    assert line is not None
    assert line.quantity - line.cancelled < 9_999
    at.settle()


def test_a_refused_order_can_be_sent_again_with_the_rest_on_backorder(at: PanelBench) -> None:
    oversold(at, "rejected")
    at.find("outbox.remedy.backorder").click()
    at.until(lambda: open_items(at) == 0)
    assert at.desk.read.value("SELECT count(*) FROM outbox.command WHERE name = 'PlaceOrder'") == 2
    at.settle()


def test_an_item_stays_until_somebody_decides(at: PanelBench) -> None:
    oversold(at, "rejected")
    at.panel.show_box("settled")
    at.settle()
    at.panel.show_box("attention")
    at.settle()
    assert open_items(at) == 1
    assert at.panel.table.row_count() == 1


def test_pending_work_is_listed_in_the_order_in_which_it_goes_up(at: PanelBench) -> None:
    oversold(at, "adjusted")
    at.panel.show_box("pending")
    at.until(lambda: at.panel.table.row_count() == 1)
    assert [entry.n for _n, entry in at.panel.table.rows.cached()] == [1]
    at.settle()


def test_every_command_has_plain_words_of_its_own() -> None:
    assert set(VERBS) == set(COMMANDS)
    assert len(set(VERBS.values())) == len(VERBS)


def test_the_card_goes_from_item_to_item_and_leaves_nothing_behind(at: PanelBench) -> None:
    oversold(at, "adjusted")
    [entry] = [entry for _n, entry in at.panel.table.rows.cached()]
    story = story_of(at.desk, entry)
    parts = set()
    for _ in range(25):
        at.panel.card.show_entry(entry, story)
        gc.collect()
        at.settle()
        # A loop within a loop, as a test's is, leaves what is to be deleted to the one around it.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        parts.add(len(at.panel.card.findChildren(QWidget)))
    assert len(parts) == 1
