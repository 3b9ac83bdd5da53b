"""The Admin panel: records found, changed, added and taken back; who may not edit is told; scans do what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from local_db.desk import Desk
from services.commands import ProductFields, SaveProduct
from services.domain.permissions import Role
from services.storage.tables import Customer, Product, Setting, Site, Terminal, User, Vehicle
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=6) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "admin", "user-admin") as made:
        yield made


def reveal(at: PanelBench, kind: str, row_id: str) -> None:
    at.panel.reveal(kind, row_id)
    at.settle()
    assert at.panel.form.row_id == row_id


def enter(at: PanelBench, **texts: str) -> None:
    for name, text in texts.items():
        at.panel.form.grid.field(name).setText(text)


def row(at: PanelBench, cls: Any, row_id: str) -> Any:
    return at.desk.read.get(cls, row_id)


def test_the_first_record_is_open_and_typing_finds_another(at: PanelBench) -> None:
    assert at.panel.form.row_id == "prod-0000"
    at.panel.search_field.setText("HF0042")
    at.settle()
    assert [each.code for each in at.panel.list.rows.source.page(0, 10, None)] == ["HF0042"]
    assert at.panel.list.row_count() == 1


def test_a_changed_price_is_saved_is_provisional_and_can_be_taken_back(at: PanelBench) -> None:
    reveal(at, "product", "prod-0003")
    before = row(at, Product, "prod-0003").price_minor
    enter(at, price_minor="12.34")
    assert at.panel.form.is_dirty
    at.do("admin.save")
    assert row(at, Product, "prod-0003").price_minor == 1234
    assert at.panel.form._pill.text == "Provisional"
    at.window.actions_registry.trigger("edit.undo")
    at.settle()
    assert row(at, Product, "prod-0003").price_minor == before
    assert at.panel.form.grid.values()["price_minor"] == f"{before / 100:.2f}"


def test_nothing_changed_sends_nothing(at: PanelBench) -> None:
    reveal(at, "product", "prod-0003")
    pending = at.desk.read.pending_count()
    assert not at.window.actions_registry.is_enabled("admin.save")
    at.panel.place.save()
    at.settle()
    assert at.desk.read.pending_count() == pending


def test_what_somebody_changed_meanwhile_stands_at_its_field_with_both_values(
    at: PanelBench, desk: Desk
) -> None:
    reveal(at, "product", "prod-0003")
    name = row(at, Product, "prod-0003").name
    enter(at, name="Mine")
    desk.do(
        SaveProduct(
            product_id="prod-0003",
            expected=ProductFields(name=name),
            values=ProductFields(name="Theirs"),
        )
    )
    at.settle()
    assert at.panel.form.grid.values()["name"] == "Mine"
    at.do("admin.save")
    said = at.panel.form.grid.message("name")
    assert "Theirs" in said
    assert name in said
    assert row(at, Product, "prod-0003").name == "Theirs"
    at.do("admin.save")
    assert row(at, Product, "prod-0003").name == "Mine"


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("sku", "", "is needed"),
        ("price_minor", "many", "takes a number"),
        ("price_minor", "2,75", "takes a number with a point before its decimals"),
        ("price_minor", "1.250,50", "takes a number with a point before its decimals"),
        ("price_minor", "1.234", "no more than 2 decimals"),
        ("weight_g", "-5", "must be from 0"),
        ("weight_g", "1.5", "whole numbers"),
        ("gtin", "123", "no product number"),
        ("currency", "Pound", "three letters"),
        ("sku", "HF0004", "already a product HF0004"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_field(
    at: PanelBench, field: str, text: str, words: str
) -> None:
    reveal(at, "product", "prod-0003")
    before = row(at, Product, "prod-0003")
    enter(at, **{field: text})
    at.do("admin.save")
    assert words in at.panel.form.grid.message(field)
    assert row(at, Product, "prod-0003") == before


def test_a_new_customer_is_added_with_what_was_filled_in_and_undo_closes_it(at: PanelBench) -> None:
    at.panel.rail.choose("customer")
    at.settle()
    at.do("admin.new")
    row_id = at.panel.form.row_id
    at.do("admin.save")
    assert at.panel.form.grid.message("code") == "is needed"
    enter(at, code="C900", name="Moor House", city="Skipton")
    at.do("admin.save")
    made = row(at, Customer, row_id)
    assert (made.code, made.name, made.city, made.priority, made.latitude) == (
        "C900",
        "Moor House",
        "Skipton",
        5,
        None,
    )
    assert not at.panel.form.is_new
    at.window.actions_registry.trigger("edit.undo")
    at.settle()
    assert not row(at, Customer, row_id).active


def test_what_is_not_saved_waits_while_another_record_is_looked_at(at: PanelBench) -> None:
    reveal(at, "product", "prod-0003")
    enter(at, category="Jugs")
    reveal(at, "vehicle", "van-2")
    reveal(at, "product", "prod-0003")
    assert at.panel.form.grid.values()["category"] == "Jugs"
    assert at.panel.form._pill.text == "Not saved"
    at.do("admin.revert")
    assert not at.panel.form.is_dirty


def test_what_was_saved_in_passing_is_no_draft_any_more(at: PanelBench) -> None:
    reveal(at, "product", "prod-0003")
    enter(at, category="Jugs")
    at.panel.place.save()
    at.panel.reveal("vehicle", "van-2")
    at.settle()
    assert row(at, Product, "prod-0003").category == "Jugs"
    reveal(at, "product", "prod-0003")
    assert not at.panel.form.is_dirty
    assert at.panel.form._pill.text == "Provisional"


def test_roles_are_boxes_and_the_last_administrator_stays(at: PanelBench) -> None:
    reveal(at, "user", "user-pick")
    at.find("admin.user.roles.driver").setChecked(True)
    at.do("admin.save")
    assert set(row(at, User, "user-pick").roles.split(",")) == {"picker", "driver"}
    assert len(at.panel.form.grid.field("roles")._boxes) == len(Role)
    reveal(at, "user", "user-admin")
    at.find("admin.user.roles.administrator").setChecked(False)
    at.do("admin.save")
    assert "last administrator" in at.panel.form.grid.message("roles")
    assert row(at, User, "user-admin").roles == "administrator"


def test_capacity_is_entered_in_kilograms_and_a_driver_is_chosen(at: PanelBench) -> None:
    reveal(at, "vehicle", "van-2")
    assert at.panel.form.grid.values()["capacity_g"] == "900"
    enter(at, capacity_g="1,250.5")
    box = at.panel.form.grid.field("driver_id")
    box.setCurrentIndex(box.findData("driver-5"))
    at.do("admin.save")
    van = row(at, Vehicle, "van-2")
    assert (van.capacity_g, van.driver_id) == (1_250_500, "driver-5")


def test_a_bin_with_goods_cannot_be_closed_and_the_form_says_why(at: PanelBench) -> None:
    bin_id = str(at.desk.read.value("SELECT location_id FROM stock WHERE on_hand > 0 ORDER BY id"))
    reveal(at, "location", bin_id)
    at.panel.form.grid.field("active").setChecked(False)
    at.do("admin.save")
    assert "move the goods first" in at.panel.form._problem.text()


def test_a_terminal_is_renamed_and_barred_and_none_is_added_here(at: PanelBench) -> None:
    reveal(at, "terminal", "term-1")
    assert not at.window.actions_registry.is_enabled("admin.new")
    assert "enrols itself" in at.find("admin.note").text()
    enter(at, name="Dock desk")
    at.panel.form.grid.field("active").setChecked(False)
    at.do("admin.save")
    found = row(at, Terminal, "term-1")
    assert (found.name, found.active) == ("Dock desk", False)
    at.window.actions_registry.trigger("edit.undo")
    at.settle()
    assert row(at, Terminal, "term-1").active


def test_a_site_needs_a_zone_that_exists(at: PanelBench) -> None:
    reveal(at, "site", "site-1")
    enter(at, timezone="Europe/Leicester")
    at.do("admin.save")
    assert "no time zone" in at.panel.form.grid.message("timezone")
    enter(at, timezone="Europe/Paris")
    at.do("admin.save")
    assert row(at, Site, "site-1").timezone == "Europe/Paris"


def test_a_setting_keeps_to_its_bounds(at: PanelBench) -> None:
    reveal(at, "setting", "route.speed_kmh")
    enter(at, value="900")
    at.do("admin.save")
    assert "from 5 to 130" in at.panel.form.grid.message("value")
    enter(at, value="55")
    at.do("admin.save")
    assert row(at, Setting, "route.speed_kmh").value == "55"
    at.window.actions_registry.trigger("edit.undo")
    at.settle()
    assert row(at, Setting, "route.speed_kmh").value == "40"


def test_a_scan_opens_the_product_it_stands_for_and_an_unknown_one_joins_it(at: PanelBench) -> None:
    at.scan("2000000010076")
    assert at.panel.form.row_id == "prod-0007"
    at.scan("5012345678900")
    assert [each.code for each in at.panel.form.barcodes.codes] == ["02000000010076", "05012345678900"]
    found = at.desk.read.product_by_code("05012345678900")
    assert found.product_id == "prod-0007"
    at.find("admin.barcode.remove.05012345678900").click()
    at.settle()
    assert at.desk.read.product_by_code("05012345678900") is None
    at.window.actions_registry.trigger("edit.undo")
    at.settle()
    assert at.desk.read.product_by_code("05012345678900") is not None


def test_a_code_of_another_product_is_not_taken_away_from_it(at: PanelBench) -> None:
    reveal(at, "product", "prod-0003")
    at.find("admin.barcode.code").setText("2000000010076")
    at.find("admin.barcode.add").click()
    at.settle()
    assert "already a barcode" in at.panel.form.barcodes.problem.text()
    assert at.desk.read.product_by_code("02000000010076").product_id == "prod-0007"


def test_a_badge_goes_to_the_person_who_is_open(at: PanelBench) -> None:
    reveal(at, "user", "user-clerk")
    at.scan("HFB-7K2M9QXR")
    assert at.panel.form.grid.values()["badge"] == "HFB-7K2M9QXR"


def test_a_password_is_not_asked_for_while_there_is_no_link(at: PanelBench) -> None:
    reveal(at, "user", "user-clerk")
    at.do("admin.password")
    assert "There is no link" in at.find("admin.password.problem").text()
    assert not at.find("admin.password.send").isEnabled()
    at.find("admin.password.dialog").reject()


def test_who_may_not_edit_people_sees_them_and_is_told(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    with panel_bench(desk, tmp_path, "admin", "user-super") as at:
        reveal(at, "user", "user-pick")
        assert at.panel.form._pill.text == "Look only"
        assert at.panel.form.grid.field("name").isReadOnly()
        assert not at.find("admin.user.roles.driver").isEnabled()
        assert not at.window.actions_registry.is_enabled("admin.new")
        assert not at.window.actions_registry.is_enabled("admin.password")
        reveal(at, "product", "prod-0001")
        assert not at.panel.form.grid.field("name").isReadOnly()


def test_a_label_of_the_open_product_can_be_printed(at: PanelBench) -> None:
    reveal(at, "product", "prod-0001")
    at.do("app.print")
    dialog = at.window.findChild(QWidget, "print.dialog")
    assert dialog.windowTitle() == "Product label HF0001"
    dialog.reject()


def test_another_currency_keeps_the_figure_of_the_price_and_not_its_minor_units(at: PanelBench) -> None:
    reveal(at, "product", "prod-0003")
    enter(at, price_minor="12.00")
    at.do("admin.save")
    enter(at, currency="JPY")
    at.do("admin.save")
    assert "whole" not in at.panel.form.grid.message("price_minor")
    found = row(at, Product, "prod-0003")
    assert (found.currency, found.price_minor) == ("JPY", 12)
    reveal(at, "product", "prod-0004")
    reveal(at, "product", "prod-0003")
    assert at.panel.form.grid.values()["price_minor"] == "12"


def kept(desk: Desk) -> list[str]:
    return desk.drafts.keys("admin:")


def test_what_is_not_saved_survives_the_end_of_the_program(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    with panel_bench(desk, tmp_path, "admin", "user-admin") as at:
        reveal(at, "product", "prod-0003")
        enter(at, category="Jugs")
        at.panel.rail.choose("customer")
        at.settle()
        at.do("admin.new")
        new_id = at.panel.form.row_id
        enter(at, name="Moor House")
        # Nobody leaves the panel in an orderly way: the draft is written a moment after the last key.
        at.until(lambda: len(kept(desk)) == 2)
    with panel_bench(desk, tmp_path, "admin", "user-admin") as at:
        reveal(at, "product", "prod-0003")
        assert at.panel.form.grid.values()["category"] == "Jugs"
        assert at.panel.form._pill.text == "Not saved"
        at.do("admin.save")
        assert row(at, Product, "prod-0003").category == "Jugs"
        at.panel.rail.choose("customer")
        at.settle()
        at.do("admin.new")
        assert at.panel.form.row_id == new_id
        assert at.panel.form.grid.values()["name"] == "Moor House"
        at.do("admin.revert")
        assert kept(desk) == []


def test_a_draft_of_what_was_stored_before_a_crash_is_forgotten(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    with panel_bench(desk, tmp_path, "admin", "user-admin") as at:
        reveal(at, "product", "prod-0003")
        enter(at, category="Jugs")
        at.until(lambda: bool(kept(desk)))
        desk.do(
            SaveProduct(
                product_id="prod-0003",
                expected=ProductFields(category=at.panel.form.seen["category"]),
                values=ProductFields(category="Jugs"),
            )
        )
    with panel_bench(desk, tmp_path, "admin", "user-admin") as at:
        reveal(at, "product", "prod-0003")
        assert not at.panel.form.is_dirty
        assert kept(desk) == []


def test_typing_a_record_back_to_what_it_was_leaves_no_draft(at: PanelBench, desk: Desk) -> None:
    reveal(at, "product", "prod-0003")
    before = at.panel.form.grid.values()["category"]
    enter(at, category="Jugs")
    at.until(lambda: bool(kept(desk)))
    enter(at, category=before)
    at.until(lambda: not kept(desk))


def test_the_draft_of_somebody_who_may_edit_is_not_shown_to_who_may_only_look(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    with panel_bench(desk, tmp_path, "admin", "user-admin") as at:
        reveal(at, "user", "user-pick")
        enter(at, name="Somebody Else")
        at.until(lambda: bool(kept(desk)))
    with panel_bench(desk, tmp_path, "admin", "user-super") as at:
        reveal(at, "user", "user-pick")
        assert at.panel.form.grid.values()["name"] != "Somebody Else"
    assert len(kept(desk)) == 1
