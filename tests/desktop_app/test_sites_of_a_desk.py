"""A desk is given a site and loses it, from an administrator's screen to its own, over a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from desktop_app.dialogs.reason_dialog import ReasonDialog
from local_db import Desk
from services.commands import ReceiveStock
from services.domain.refusals import RuleViolation
from services.storage.tables import Event, Location, Stock, Terminal
from services.storage.unit_of_work import UnitOfWork
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.server.warehouse import OTHER_SITE, SITE, bin_id, fill

ADMIN = "user-administrator"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    settings = server_settings(tmp_path / "server")
    with running_server(settings, on_start=lambda parts: fill(parts, sites=(SITE, OTHER_SITE))) as running:
        yield running


def opened(server: RunningServer, folder: Path, name: str) -> Desk:
    """An enrolled desk that has synced."""
    enrolled = server.parts.clients.enroll(name, SITE, actor_id=ADMIN)
    desk = Desk.open(folder, server_url=server.base_url, credentials=enrolled, allow_plain=True)
    desk.sync()
    return desk.as_user(ADMIN)


@pytest.fixture
def office(server: RunningServer, tmp_path: Path) -> Iterator[Desk]:
    with opened(server, tmp_path / "office", "Office") as desk:
        yield desk


@pytest.fixture
def bench(server: RunningServer, tmp_path: Path) -> Iterator[Desk]:
    with opened(server, tmp_path / "bench", "Packing bench") as desk:
        yield desk


@pytest.fixture
def admin(qapp: QApplication, office: Desk, bench: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    """The Admin panel at the office, with the bench's terminal open."""
    office.sync()
    with panel_bench(office, tmp_path / "office-app", "admin", ADMIN) as made:
        assert bench.identity is not None
        [terminal] = office.read.rows(
            "SELECT * FROM terminal WHERE code = ?", (bench.identity.terminal_code,), Terminal
        )
        made.panel.reveal("terminal", terminal.id)
        made.settle()
        yield made


def choose(at: PanelBench, button: str, entry: str = "") -> ReasonDialog:
    """Press a button of the sites, choose an entry of its menu where it has one; answers the dialog that asks why."""
    pressed = at.find(button)
    assert isinstance(pressed, QPushButton) or hasattr(pressed, "click")
    pressed.click()
    if entry:
        menu = at.window.findChild(QMenu, "admin.sites.menu")
        assert menu is not None
        next(each for each in menu.actions() if each.text() == entry).trigger()
        menu.close()
    dialog = at.window.findChild(ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    return dialog


def because(at: PanelBench, dialog: ReasonDialog, note: str = "") -> None:
    """Give the first reason."""
    dialog._note.setText(note)
    dialog._picker.picked.emit(dialog._picker._codes[0])
    at.settle()


def give_derby(admin: PanelBench) -> None:
    because(admin, choose(admin, "admin.sites.add", "Warehouse site-2"), "until Friday")
    admin.desk.sync()


def take_derby(admin: PanelBench) -> None:
    admin.settle()
    because(admin, choose(admin, f"admin.sites.take.{OTHER_SITE}"))
    admin.desk.sync()


def places(desk: Desk, site: str) -> int:
    return int(desk.read.value("SELECT count(*) FROM location WHERE site_id = ?", (site,)))


def receipt(site: str) -> ReceiveStock:
    return ReceiveStock(site_id=site, product_id="prod-1", location_id=bin_id(site, 1), quantity=7)


def stored(server: RunningServer, cls: Any, **equal: Any) -> list[Any]:
    with server.parts.database.reading() as connection:
        return list(UnitOfWork(connection).find(cls, **equal))


def test_a_desk_gains_a_site_and_loses_it_and_nothing_else_of_it_changes(
    server: RunningServer, admin: PanelBench, bench: Desk
) -> None:
    with pytest.raises(RuleViolation, match="never worked at Warehouse site-2"):
        bench.do(receipt(OTHER_SITE))
    before = places(bench, SITE)
    give_derby(admin)
    bench.sync()
    assert bench.sites == [SITE, OTHER_SITE]
    assert (places(bench, SITE), places(bench, OTHER_SITE)) == (before, before)
    bench.do(receipt(OTHER_SITE))  # while the cable is cut, as far as the server knows
    take_derby(admin)
    bench.sync()
    assert bench.link.pending == 0
    assert bench.read.needs_attention() == []
    [stock] = stored(server, Stock, location_id=bin_id(OTHER_SITE, 1))
    assert stock.on_hand == 107, "what was done there before still counts"
    assert bench.sites == [SITE]
    assert (places(bench, SITE), places(bench, OTHER_SITE)) == (before, 0)
    with pytest.raises(RuleViolation, match="works at Warehouse site-2 no more"):
        bench.do(receipt(OTHER_SITE))
    told = [
        event.text for event in stored(server, Event, site_id="") if event.kind.startswith("terminal.site")
    ]
    assert any("Help is needed there: until Friday" in text for text in told)


def test_the_administrator_sees_where_a_terminal_works_and_the_only_site_is_not_taken(
    admin: PanelBench,
) -> None:
    box = admin.panel.form.sites
    assert [each.name for each in box.sites] == ["Warehouse site-1"]
    only = admin.find(f"admin.sites.take.{SITE}")
    assert not only.isEnabled()
    assert "bar the terminal" in only.toolTip()
    give_derby(admin)
    assert [each.name for each in box.sites] == ["Warehouse site-1", "Warehouse site-2"]
    assert not admin.find("admin.sites.add").isEnabled()
    take_derby(admin)
    admin.settle()
    assert [(each.name, each.until is None) for each in box.sites] == [
        ("Warehouse site-1", True),
        ("Warehouse site-2", False),
    ]
    admin.window.actions_registry.trigger("edit.undo")
    admin.settle()
    assert len([each for each in box.sites if each.until is None]) == 2


def test_who_thinks_better_of_it_changes_nothing(admin: PanelBench) -> None:
    pending = admin.desk.link.pending
    choose(admin, "admin.sites.add", "Warehouse site-2").reject()
    admin.settle()
    assert admin.desk.link.pending == pending


def test_the_desk_says_what_it_was_given_goes_there_and_is_brought_back_when_it_is_taken(
    qapp: QApplication, admin: PanelBench, bench: Desk, tmp_path: Path
) -> None:
    at = PanelBench(bench, tmp_path / "bench-app", "inventory", ADMIN)
    try:
        assert not at.window.actions_registry.is_enabled("app.site")
        give_derby(admin)
        bench.sync()
        at.settle()
        said = at.window.notices.texts()[f"site got {OTHER_SITE}"]
        assert "works at Warehouse site-2 too" in said
        assert "until Friday" in said
        at.do("app.site")
        menu = at.window.findChild(QMenu, "sites.menu")
        assert menu is not None
        assert [(each.text(), each.isChecked()) for each in menu.actions()] == [
            ("Warehouse site-1", True),
            ("Warehouse site-2", False),
        ]
        menu.actions()[1].trigger()
        menu.close()
        at.settle()
        assert at.app.window is not None
        at.window, before = at.app.window, at.window
        assert at.window is not before
        at.settle()
        assert at.window.current_panel == "inventory"
        assert at.window.top_bar.site.text() == "Warehouse site-2"
        assert bench.site_id == OTHER_SITE
        take_derby(admin)
        bench.sync()
        at.until(lambda: at.app.window is not at.window)
        at.window = at.app.window
        at.settle()
        assert at.window.top_bar.site.text() == "Warehouse site-1"
        assert "works at Warehouse site-2 no more" in at.window.notices.texts()[f"site lost {OTHER_SITE}"]
        assert bench.read.get(Location, bin_id(OTHER_SITE, 1)) is None
    finally:
        at.close()
