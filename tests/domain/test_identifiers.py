"""Ids are canonical, sortable by time, and the same on every machine."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.identifiers import (
    NAMESPACE,
    derive,
    is_derived,
    is_id,
    milliseconds_of,
    order_number,
    parse_order_number,
    uuid7_from,
)

MILLISECONDS = st.integers(min_value=0, max_value=2**48 - 1)
NOISE = st.binary(min_size=10, max_size=10)
# The characters that separate and escape must not be able to make two different things alike.
TRICKY = st.text(alphabet="ab\x1f\x1bs", max_size=6)


@given(MILLISECONDS, NOISE)
def test_a_made_id_is_a_version_7_uuid_in_canonical_form(milliseconds: int, noise: bytes):
    made = uuid7_from(milliseconds, noise)
    parsed = uuid.UUID(made)
    assert str(parsed) == made
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert milliseconds_of(made) == milliseconds
    assert is_id(made)


@given(MILLISECONDS, MILLISECONDS, NOISE, NOISE)
def test_ids_made_later_sort_later(one: int, other: int, noise: bytes, other_noise: bytes):
    if one < other:
        assert uuid7_from(one, noise) < uuid7_from(other, other_noise)


def test_all_random_bits_but_version_and_variant_are_used():
    made = {uuid7_from(0, bit.to_bytes(10, "big")) for bit in (1 << place for place in range(80))}
    # 74 bits each make a difference; the 6 under version and variant all give the id of zero noise.
    assert len(made) == 75


def test_the_id_of_rfc_9562_appendix_a_6_is_made():
    noise = bytes.fromhex("0cc3") + bytes.fromhex("18c4dc0c0c07398f")
    assert uuid7_from(0x017F22E279B0, noise) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@pytest.mark.parametrize(("milliseconds", "noise"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9))])
def test_a_time_or_noise_that_does_not_fit_is_an_error(milliseconds: int, noise: bytes):
    with pytest.raises(ValueError):
        uuid7_from(milliseconds, noise)


def test_a_derived_id_is_the_version_5_uuid_of_its_joined_parts():
    expected = uuid.uuid5(uuid.UUID(NAMESPACE), "stock\x1fp1\x1f7")
    assert derive("stock", "p1", 7) == str(expected)


def test_derived_ids_never_change_because_rows_already_carry_them():
    assert derive("stock", "p1", "A-01-02-3", "", "good") == "1b41f509-e477-5d02-b377-6c9112a0570a"


def test_no_lot_and_an_empty_lot_are_the_same_thing():
    assert derive("stock", None) == derive("stock", "")


@given(st.lists(TRICKY, max_size=4), st.lists(TRICKY, max_size=4))
def test_different_parts_give_different_ids_whatever_characters_they_hold(one: list[str], other: list[str]):
    # A list of one empty part and an empty list are the only two that mean the same: nothing.
    if one != other and {tuple(one), tuple(other)} != {(), ("",)}:
        assert derive(*one) != derive(*other)


@given(st.from_regex(r"[A-Z]{1,4}[0-9]{1,4}", fullmatch=True), st.integers(min_value=1, max_value=10**12 - 1))
def test_an_order_number_names_its_terminal_and_count(code: str, counter: int):
    parsed = parse_order_number(f"  {order_number(code, counter).lower()} ")
    assert parsed is not None
    assert (parsed.terminal_code, parsed.counter) == (code, counter)


def test_an_order_number_is_short_and_sorts_by_count():
    assert order_number("T01", 42) == "T01-000042"
    assert order_number("T01", 1_234_567) == "T01-1234567"


@pytest.mark.parametrize(
    ("code", "counter"), [("t01", 1), ("T", 1), ("01", 1), ("T-1", 1), ("T01", 0), ("T01", 10**12)]
)
def test_an_order_number_that_would_not_read_back_is_an_error(code: str, counter: int):
    with pytest.raises(ValueError):
        order_number(code, counter)


@pytest.mark.parametrize("text", ["", "T01", "T01-42", "T01000042", "HU-000042", "A-01-02-3"])
def test_what_is_no_order_number_is_none(text: str):
    assert parse_order_number(text) is None


def test_derived_ids_are_told_from_random_ones() -> None:
    assert is_derived(derive("command", 1))
    assert not is_derived(uuid7_from(1, bytes(10)))
    assert not is_derived("any text")
