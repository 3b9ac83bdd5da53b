"""The site of this desk in the window: its name follows, and a place that nobody entered is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from local_db.desk import Desk
from services.commands import SaveSite, SiteFields
from services.storage.tables import Site, User
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import SITE, warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=10, orders=2) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "dashboard", "user-admin") as made:
        yield made


def change_site(at: PanelBench, **values: object) -> None:
    known = at.desk.read.get(Site, SITE)
    seen = {name: getattr(known, name) for name in values}
    at.desk.do(
        SaveSite(id=SITE, expected=SiteFields(**seen), values=SiteFields(**values)),  # type: ignore[arg-type]
    )
    at.settle()


def test_a_new_name_of_the_site_is_in_the_top_bar_at_once(at: PanelBench) -> None:
    change_site(at, name="Leicester North")
    assert at.window.top_bar.site.text() == "Leicester North"


def test_a_site_without_a_place_is_said_until_somebody_enters_it(at: PanelBench) -> None:
    assert "site" not in at.window.notices.texts()
    change_site(at, latitude=0.0, longitude=0.0)
    assert "not recorded where" in at.window.notices.texts()["site"]
    change_site(at, latitude=52.6, longitude=-1.1)
    assert "site" not in at.window.notices.texts()


def test_who_may_not_edit_the_site_is_not_asked_to(at: PanelBench) -> None:
    change_site(at, latitude=0.0, longitude=0.0)
    picker = at.desk.read.get(User, "user-pick")
    assert picker is not None
    at.app.open_window(picker)
    assert "site" not in at.window.notices.texts()
