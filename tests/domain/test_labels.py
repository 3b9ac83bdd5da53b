"""Every label we print scans back as what it is, and no two kinds can be mistaken for each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.identifiers import order_number
from services.domain.labels import (
    LabelKind,
    badge_code,
    bin_code,
    handling_unit_code,
    label_kind,
    shipment_number,
)

TERMINALS = st.from_regex(r"[A-Z]{1,4}[0-9]{1,4}", fullmatch=True)
COUNTERS = st.integers(min_value=1, max_value=10**9)


@given(TERMINALS, COUNTERS, st.integers(min_value=1, max_value=999_999))
def test_every_printed_label_is_known_again_in_any_case(terminal: str, counter: int, attempt: int):
    order = order_number(terminal, counter)
    labels = {
        LabelKind.ORDER: order,
        LabelKind.SHIPMENT: shipment_number(order, attempt),
        LabelKind.HANDLING_UNIT: handling_unit_code(terminal, counter),
        LabelKind.BADGE: badge_code(f"{terminal}{counter:04d}"),
    }
    for kind, code in labels.items():
        assert label_kind(code) is kind
        assert label_kind(f" {code.lower()} ") is kind


@given(st.from_regex(r"[A-Z][A-Z0-9]{0,7}(-[A-Z0-9]{1,6}){3}", fullmatch=True))
def test_a_bin_is_taken_apart_and_put_together_again_unless_it_reads_as_a_badge(code: str):
    address = bin_code(code)
    assert (address is None) == code.startswith("HFB-")
    assert address is None or str(address) == code


def test_a_bin_has_zone_aisle_bay_and_level():
    address = bin_code("a-03-12-2")
    assert address is not None
    assert (address.zone, address.aisle, address.bay, address.level) == ("A", "03", "12", "2")


@pytest.mark.parametrize(
    "text", ["", "A-03-12", "A-03-12-2-1", "1-03-12-2", "A--12-2", "A-03-12-2X67890", "T01-42", "HU-"]
)
def test_what_is_none_of_our_labels_is_none(text: str):
    assert label_kind(text) is None
    assert bin_code(text) is None


@pytest.mark.parametrize("token", ["", "abc", "ab cd", "a" * 33, "käse"])
def test_a_badge_that_would_not_scan_back_is_an_error(token: str):
    with pytest.raises(ValueError):
        badge_code(token)


def test_numbers_start_at_one():
    for make in (lambda: shipment_number("T01-000042", 0), lambda: handling_unit_code("T01", 0)):
        with pytest.raises(ValueError):
            make()
