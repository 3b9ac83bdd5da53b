"""The Picking panel: a walk by scans alone, a short pick with its reason, and what is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.panels.picking.hall_map import Hall
from desktop_app.panels.picking.queue_columns import queue_columns
from desktop_app.panels.picking.short_dialog import ShortDialog
from desktop_app.panels.picking.walk import Stage
from local_db.desk import Desk
from local_db.queries.picking_queries import BinRow, doubted_picks, queue_facts
from services.commands import LocationFields, SaveLocation
from services.domain.refusals import refuse
from services.handlers import picking_handlers
from services.storage.tables import CycleCount, Order, PickTask
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import SITE, warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=30) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "picking", "user-pick") as made:
        yield made


def walk_an_order(at: PanelBench, least_tasks: int = 1) -> Order:
    """Scan the label of an order that has so many open tasks."""
    order_id = at.desk.read.value(
        """SELECT order_id FROM pick_task WHERE status = 'pending' AND quantity > 1
        GROUP BY order_id HAVING count(*) >= ? ORDER BY order_id LIMIT 1""",
        (least_tasks,),
    )
    order = at.desk.read.get(Order, order_id)
    assert order is not None
    # Numbers of the sample repeat, so the walk is begun by the order itself and not by its label.
    at.panel.walk_order(order.id)
    at.until(lambda: at.panel.walk.task is not None)
    at.settle()
    return order


def gtin_of(at: PanelBench, task: Any) -> str:
    return str(at.desk.read.value("SELECT gtin FROM product WHERE id = ?", (task.product_id,)))


def test_bin_then_product_then_confirm_picks_the_task_and_goes_on_to_the_next(at: PanelBench) -> None:
    walk_an_order(at, least_tasks=2)
    task = at.panel.walk.task
    at.scan(task.location_code)
    assert at.panel.walk.stage is Stage.PRODUCT
    at.scan(gtin_of(at, task))
    at.find("picking.confirm").click()
    at.until(lambda: at.panel.walk.task is None or at.panel.walk.task.id != task.id)
    row = at.desk.read.get(PickTask, task.id)
    assert row is not None
    assert (row.status, row.picked) == ("picked", task.quantity)


def test_the_label_of_the_order_scanned_again_goes_on_with_its_walk(at: PanelBench) -> None:
    number = at.desk.read.value(
        """SELECT number FROM "order" AS o WHERE (SELECT count(*) FROM "order" WHERE number = o.number) = 1 AND
        (SELECT count(*) FROM pick_task WHERE order_id = o.id AND status = 'pending') > 1 ORDER BY number LIMIT 1"""
    )
    at.scan(str(number))
    at.until(lambda: at.panel.walk.task is not None)
    at.settle()
    walk, task = at.panel.walk, at.panel.walk.task
    at.scan(task.location_code)
    at.scan(str(number))
    assert at.panel.walk is walk
    assert at.panel.walk.stage is Stage.PRODUCT


def test_a_wrong_bin_is_refused_and_says_where_to_go(at: PanelBench) -> None:
    walk_an_order(at)
    said: list[tuple[bool, str]] = []
    at.window.scanner.said.connect(lambda good, words: said.append((good, words)))
    task = at.panel.walk.task
    other = at.desk.read.value(
        "SELECT code FROM location WHERE kind = 'pick' AND code <> ?", (task.location_code,)
    )
    at.scan(str(other))
    assert said[-1] == (False, f"This is {other}. Go to {task.location_code}")
    assert at.panel.walk.stage is Stage.BIN


def test_a_wrong_product_is_refused_and_nothing_is_counted(at: PanelBench) -> None:
    walk_an_order(at)
    task = at.panel.walk.task
    at.scan(task.location_code)
    other = at.desk.read.value(
        "SELECT gtin FROM product WHERE id <> ? AND gtin <> '' LIMIT 1", (task.product_id,)
    )
    at.scan(str(other))
    assert at.panel.walk.stage is Stage.PRODUCT
    assert at.panel.walk.counted == 0


def test_nothing_is_confirmed_before_bin_and_product_were_scanned(at: PanelBench) -> None:
    walk_an_order(at)
    task = at.panel.walk.task
    at.find("picking.confirm").click()
    at.settle()
    row = at.desk.read.get(PickTask, task.id)
    assert row is not None
    assert row.picked == 0


def test_a_short_pick_takes_what_was_found_and_has_the_bin_counted(at: PanelBench) -> None:
    walk_an_order(at)
    task = at.panel.walk.task
    at.scan(task.location_code)
    at.panel.picks.ask_short()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ShortDialog) and w.isVisible())
    dialog.set_found(1)
    dialog._on_reason("too_few")
    at.until(lambda: at.panel.walk.task is None or at.panel.walk.task.id != task.id)
    at.settle()
    row = at.desk.read.get(PickTask, task.id)
    assert row is not None
    assert (row.picked, row.short_reason) == (1, "too_few")
    counts = at.desk.read.values("SELECT id FROM cycle_count WHERE location_id = ?", (task.location_id,))
    assert len(counts) == 1
    assert at.desk.read.get(CycleCount, counts[0]) is not None


def test_undo_puts_the_pick_back_and_its_task_waits_again(at: PanelBench) -> None:
    walk_an_order(at)
    task = at.panel.walk.task
    at.scan(task.location_code)
    at.scan(gtin_of(at, task))
    at.panel.confirm()
    at.until(lambda: (row := at.desk.read.get(PickTask, task.id)) is not None and row.status == "picked")
    at.settle()
    at.app.undo.undo()
    at.until(lambda: (row := at.desk.read.get(PickTask, task.id)) is not None and row.status == "pending")


def test_terminal_mode_shows_only_the_card(at: PanelBench) -> None:
    at.do("pick.terminal")
    assert not at.panel.queue.isVisible()
    assert at.panel.card.isVisible()
    at.do("pick.terminal")
    assert at.panel.queue.isVisible()


def test_the_walk_is_in_the_order_of_the_shortest_way(at: PanelBench) -> None:
    at.panel.queue.walk_batch()
    at.until(lambda: len(at.panel.walk.tasks) > 3)
    order, line = at.panel.hall.hall.path(list(dict.fromkeys(t.location_id for t in at.panel.walk.tasks)))
    assert list(dict.fromkeys(t.location_id for t in at.panel.walk.tasks)) == list(order)
    assert len(line) > 2


def test_before_a_walk_the_card_says_what_there_is_to_do_and_takes_the_next_batch(at: PanelBench) -> None:
    batch = at.find("picking.card.batch")
    at.until(batch.isEnabled)
    assert batch.isVisible()
    assert not at.find("picking.confirm").isVisible()
    assert "pick.confirm" not in {action.id for action in at.panel._context.actions.available()}
    batch.click()
    at.until(lambda: at.panel.walk.task is not None)
    at.until(lambda: at.find("picking.confirm").isVisible())
    assert not batch.isVisible()


def test_the_queue_counts_what_it_shows_of_all_there_is(at: PanelBench) -> None:
    facts = queue_facts(at.desk.read, SITE, "user-pick", 0)
    assert facts.tasks > 0
    words = at.find("picking.queue.count")
    at.until(lambda: words.text().startswith(f"{facts.tasks:,} tasks, {facts.units:,} pieces"))
    at.panel.queue._filters.restore({"urgent": True})
    at.panel.queue.refresh()
    at.until(lambda: words.text().startswith("Filtered "))
    assert words.text().endswith(f" of {facts.tasks:,} tasks")


def test_what_a_person_has_picked_today_is_counted_for_that_person_alone(at: PanelBench) -> None:
    before = queue_facts(at.desk.read, SITE, "user-pick", 0)
    walk_an_order(at)
    task = at.panel.walk.task
    at.scan(task.location_code)
    at.scan(gtin_of(at, task))
    at.find("picking.confirm").click()
    at.until(lambda: queue_facts(at.desk.read, SITE, "user-pick", 0).my_picks == before.my_picks + 1)
    after = queue_facts(at.desk.read, SITE, "user-pick", 0)
    assert after.my_units == before.my_units + task.quantity
    assert queue_facts(at.desk.read, SITE, "user-nobody", 0).my_picks == 0


def test_a_pick_that_does_not_fit_is_kept_counted_apart_and_marked(
    at: PanelBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_work: object, _fact: object) -> None:
        refuse("not_found", thing="order line", name="L7")

    monkeypatch.setattr(picking_handlers, "take_pick", refused)
    walk_an_order(at, least_tasks=2)
    task = at.panel.walk.task
    at.scan(task.location_code)
    at.scan(gtin_of(at, task))
    at.panel.confirm()
    at.until(lambda: at.panel.walk.doubted)
    at.settle()
    assert (
        at.find("picking.card.progress").text() == f"0 of {len(at.panel.walk.tasks)} picked, 1 kept in doubt"
    )
    shown = [toast.text for toast in at.window.toasts._shown]
    assert any("kept; the server decides" in text for text in shown)
    assert not any("Nothing was changed" in text for text in shown)
    assert doubted_picks(at.desk.read) == {task.id}
    [row] = [row for _n, row in at.panel.queue.table.rows.cached() if row.id == task.id]
    assert queue_columns(at.panel.queue._doubted.__contains__)[0].value(row) == "at_risk"


def test_scanning_staging_at_the_end_ends_the_walk_even_at_a_place_that_came_with_it(at: PanelBench) -> None:
    at.desk.do(SaveLocation(site_id=SITE, location_id="new-staging", values=LocationFields(code="STAGE-NEW", kind="staging")),
               actor_id="user-admin")  # fmt: skip
    at.settle()
    walk_an_order(at)
    while at.panel.walk.task is not None:
        task = at.panel.walk.task
        at.scan(task.location_code)
        at.scan(gtin_of(at, task))
        if at.panel.walk.task is task:
            at.panel.confirm()
        at.until(lambda task=task: at.panel.walk.task is not task)
    at.settle()
    at.scan("STAGE-NEW")
    at.until(lambda: not at.panel.walk.tasks)
    at.settle()
    assert at.panel.card._nothing.isVisible()


def test_bins_that_nobody_measured_do_not_lie_on_one_spot_of_the_hall() -> None:
    bins = [
        BinRow(code, code, "A", aisle, "pick", 0.0, 0.0, bay)
        for code, aisle, bay in (
            ("A-01-01-1", "01", "01"),
            ("A-01-02-1", "01", "02"),
            ("A-02-01-1", "02", "01"),
        )
    ]
    hall = Hall([*bins, BinRow("st", "STAGING", "", "", "staging", 0.0, 0.0)])
    spots = {(place.x_m, place.y_m) for place in hall.bins.values()}
    assert len(spots) == 4
    order, line = hall.path([place.id for place in bins])
    assert len(order) == 3
    assert line
