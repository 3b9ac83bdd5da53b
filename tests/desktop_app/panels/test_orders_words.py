"""What people write: due days and pasted rows."""

from __future__ import annotations

from datetime import date

import pytest

from desktop_app.panels.orders.due_day import UnknownDay, read_day
from desktop_app.panels.orders.list_columns import filter_of
from desktop_app.panels.orders.pasted_rows import looks_like_rows, read_rows
from desktop_app.panels.orders.words import STATUSES, day_in_words
from services.domain.order_states import OrderState

TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("", ""),
        ("today", "2026-11-21"),
        ("Tomorrow", "2026-11-22"),
        ("fri", "2026-11-27"),
        ("saturday", "2026-11-28"),
        ("+3", "2026-11-24"),
        ("+10 days", "2026-12-01"),
        ("24/11", "2026-11-24"),
        ("24.11.", "2026-11-24"),
        ("24.11.2027", "2027-11-24"),
        ("24 Nov", "2026-11-24"),
        ("3 January", "2027-01-03"),
        ("2/1", "2027-01-02"),
        ("2026-12-01", "2026-12-01"),
    ],
)
def test_a_due_day_is_read_as_people_write_it(written: str, day: str) -> None:
    assert read_day(written, TODAY) == day


@pytest.mark.parametrize(
    "written", ["someday", "31/2", "2026-13-01", "24 Foo", "12", "monkey", "20/11", "2026-11-20"]
)
def test_what_is_no_day_or_has_passed_is_said(written: str) -> None:
    with pytest.raises(UnknownDay, match=r"^Due: "):
        read_day(written, TODAY)


def test_days_near_today_have_their_names() -> None:
    assert day_in_words("2026-11-21", TODAY) == "Today"
    assert day_in_words("2026-11-22", TODAY) == "Tomorrow"
    assert day_in_words("2026-11-24", TODAY) == "Tue 24 Nov"
    assert day_in_words("2027-01-04", TODAY) == "Mon 4 Jan 2027"
    assert day_in_words("", TODAY) == "–"


@pytest.mark.parametrize("text", ["A\t1", "A\nB", "A;1\nB;2"])
def test_rows_are_told_from_a_word(text: str) -> None:
    assert looks_like_rows(text)
    assert not looks_like_rows("enamel jug\n")


@pytest.mark.parametrize(
    "text",
    [
        "HF1\t2\nHF2\t1,000",
        "sku\tqty\nHF1\t2\nHF2\t1000",
        "HF1;2\r\nHF2;1000.00\r\n",
        "HF1, 2\nHF2, 1000",
        "HF1 2\n\nHF2 1000",
    ],
)
def test_rows_are_read_whatever_parts_their_cells(text: str) -> None:
    good, wrong = read_rows(text, "GBP")
    assert [(row.code, row.quantity) for row in good] == [("HF1", 2), ("HF2", 1000)]
    assert wrong == []


def test_a_row_without_a_quantity_is_one_unit_and_a_third_cell_is_a_price() -> None:
    good, wrong = read_rows("HF1\nHF2\t3\t£9.50", "GBP")
    assert [(row.quantity, row.price_minor) for row in good] == [(1, None), (3, 950)]
    assert wrong == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("HF1\t0", "quantity"),
        ("HF1\t-2", "quantity"),
        ("HF1\t1.5", "quantity"),
        ("HF1\t1.000", "quantity"),
        ("HF1\ttwo", "'two'"),
        ("\t3", "no sku"),
        ("HF1\t2\tcheap", "amount"),
        ("HF1\t2\t9.505", "decimals"),
        ("HF1\t9999999", "quantity"),
    ],
)
def test_a_wrong_row_is_named_with_its_number_and_the_rest_is_taken(row: str, why: str) -> None:
    good, wrong = read_rows(f"HF7\t1\n{row}\nHF8\t1", "GBP")
    assert [each.code for each in good] == ["HF7", "HF8"]
    assert [each.row for each in wrong] == [2]
    assert why in wrong[0].why


def test_more_rows_than_an_order_takes_are_not_taken_in_silence() -> None:
    good, wrong = read_rows("\n".join(f"HF{n}\t1" for n in range(2_005)), "GBP")
    assert len(good) == 2_000
    assert wrong[0].row == 2_001


def test_every_state_of_an_order_has_its_word() -> None:
    assert set(STATUSES) == {state.value for state in OrderState}


def test_open_leaves_out_what_is_over_and_respects_the_chosen_states() -> None:
    common = {"site_id": "s", "customer_id": "", "text": "", "actor_id": "me", "today": "2026-11-21"}
    assert "cancelled" not in filter_of({"open": True}, **common).statuses
    assert "picking" in filter_of({"open": True}, **common).statuses
    assert filter_of({"open": True, "status": ("cancelled", "picked")}, **common).statuses == ("picked",)
    assert filter_of({"open": True, "status": ("cancelled",)}, **common).statuses == ("none",)
    chosen = filter_of({"mine": True, "late": True}, **common)
    assert (chosen.placed_by, chosen.late_on, chosen.statuses) == ("me", "2026-11-21", ())
