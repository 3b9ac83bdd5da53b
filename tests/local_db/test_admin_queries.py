"""The Admin panel's lists: every section is paged by key without a gap, searched, and marked provisional."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_db.desk import Desk
from local_db.queries.admin_queries import AdminRow, admin_count, admin_page, record, settings_page
from services.commands import CustomerFields, SaveCustomer, SaveSetting
from tests.helpers.warehouse_desk import SITE, warehouse_desk

SECTIONS = ("product", "customer", "location", "vehicle", "driver", "user", "terminal", "site")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with warehouse_desk(tmp_path_factory.mktemp("desk"), person="user-admin", products=80, orders=2) as desk:
        yield desk


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("order", ["code", "name"])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_by_key_give_every_record_once_and_in_order(
    desk: Desk, section: str, order: str, descending: bool
) -> None:
    found: list[AdminRow] = []
    while True:
        page = admin_page(
            desk.read, section, SITE, limit=7, after=found[-1] if found else None, order=order,
            descending=descending,
        )  # fmt: skip
        if not page:
            break
        found += page
    assert len(found) == len({each.id for each in found}) == admin_count(desk.read, section, SITE)
    keys = [(getattr(each, order), each.id) for each in found]
    assert keys == sorted(keys, reverse=descending)
    assert found[7:9] == admin_page(
        desk.read, section, SITE, limit=2, offset=7, order=order, descending=descending
    )


@pytest.mark.parametrize(
    ("section", "text", "expected"),
    [
        ("product", "HF0042", "prod-0042"),
        ("customer", "C007", "cust-007"),
        ("location", "a-03-07-2", "loc-A-03-07-2"),
        ("vehicle", "fx23", "van-3"),
        ("user", "ana", "user-pick"),
        ("user", "dispatcher", "user-disp"),
        ("site", "leic", "site-1"),
    ],
)
def test_searching_finds_by_what_people_know(desk: Desk, section: str, text: str, expected: str) -> None:
    assert expected in [each.id for each in admin_page(desk.read, section, SITE, text)]


def test_a_text_with_signs_of_its_own_is_taken_as_it_is(desk: Desk) -> None:
    for section in SECTIONS:
        for text in ("%", "_", "'", '"', "\\", "*", "AND"):
            rows = admin_page(desk.read, section, SITE, text)
            assert len(rows) == admin_count(desk.read, section, SITE, text)


def test_a_closed_customer_is_still_found_and_what_was_done_here_is_provisional(desk: Desk) -> None:
    desk.do(SaveCustomer(customer_id="cust-009", values=CustomerFields(active=False)))
    [row] = [each for each in admin_page(desk.read, "customer", SITE, "C009") if each.id == "cust-009"]
    assert (row.active, row.provisional) == (False, True)
    assert record(desk.read, "customer", "cust-009", SITE).provisional


def test_a_vehicle_may_choose_among_drivers_or_nobody(desk: Desk) -> None:
    choices = record(desk.read, "vehicle", "van-1", SITE).choices["driver_id"]
    assert choices[0] == ("", "Nobody")
    assert len(choices) == 9


def test_a_product_comes_with_its_barcodes(desk: Desk) -> None:
    found = record(desk.read, "product", "prod-0001", SITE)
    assert [each.quantity for each in found.barcodes] == [1]


def test_a_setting_shows_the_value_that_holds(desk: Desk) -> None:
    before = {row.id: (row.detail, row.extra) for row in settings_page(desk.read)}
    assert before["route.speed_kmh"] == ("40", "as delivered")
    desk.do(SaveSetting(key="route.speed_kmh", value="50"))
    after = {row.id: (row.detail, row.extra, row.provisional) for row in settings_page(desk.read)}
    assert after["route.speed_kmh"] == ("50", "set", True)


@pytest.mark.parametrize("section", ["product", "customer"])
@pytest.mark.parametrize("column", ["code", "name"])
def test_long_lists_are_paged_along_an_index(desk: Desk, section: str, column: str) -> None:
    code = {"product": "sku", "customer": "code"}[section]
    key = code if column == "code" else "name"
    plan = " ".join(
        str(row)
        for row in desk.read.tuples(
            f"EXPLAIN QUERY PLAN SELECT t.id FROM {section} AS t WHERE (t.{key}, t.id) > (?, ?) "
            f"ORDER BY t.{key} ASC, t.id ASC LIMIT 200",
            ("a", "b"),
        )
    )
    assert f"_{section}_{key} " in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan
