"""Whatever a reader sends is read as what it says, or refused by naming what is wrong with it."""

import csv
import gzip
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.barcodes import BadScan, check_digit, gtin14
from services.domain.gs1 import Scan, ScanKind, parse_scan
from services.domain.gs1_elements import GROUP_SEPARATOR, Elements, element_string, parenthesised
from services.domain.labels import badge_code, handling_unit_code, shipment_number

TODAY = "2026-03-10"
GTIN = "09506000134352"
SSCC = "376104250021234569"
GS = GROUP_SEPARATOR
NUMBERS = st.text(alphabet="0123456789", min_size=13, max_size=13).map(lambda body: body + check_digit(body))
UNITS = st.text(alphabet="0123456789", min_size=17, max_size=17).map(lambda body: body + check_digit(body))
# GS1's 82 characters, but for parentheses, which the printed form uses as marks.
TEXTS = st.text(alphabet="!\"%&'*+,-./0123456789:;<=>?ABCXYZ_abcxyz", max_size=20)
DAYS = st.dates(min_value=date(1977, 1, 1), max_value=date(2076, 12, 31)).map(date.isoformat)
COUNTS = st.none() | st.integers(min_value=1, max_value=99_999_999)
PRODUCTS = st.builds(
    Elements, gtin=NUMBERS, lot=TEXTS, expires_on=st.just("") | DAYS, serial=TEXTS, quantity=COUNTS
)
UNIT_LOADS = st.builds(Elements, gtin=NUMBERS, lot=TEXTS, quantity=COUNTS, sscc=UNITS)


def elements_of(scan: Scan) -> Elements:
    return Elements(scan.gtin, scan.lot, scan.expires_on, scan.serial, scan.quantity, scan.sscc)


def refused(text: str) -> str:
    with pytest.raises(BadScan) as caught:
        parse_scan(text, TODAY)
    return caught.value.problem


@given(PRODUCTS | UNIT_LOADS, st.sampled_from(["]C1", "]d2", "]Q3", "]e0"]))
def test_what_is_written_into_a_barcode_is_read_back(elements: Elements, symbology: str):
    scan = parse_scan(symbology + element_string(elements), TODAY)
    assert elements_of(scan) == elements
    assert scan.kind is (ScanKind.SSCC if elements.sscc else ScanKind.GTIN)
    assert scan.code == (elements.sscc or elements.gtin)


@given(PRODUCTS | UNIT_LOADS)
def test_what_is_printed_below_a_barcode_can_be_typed_in(elements: Elements):
    assert elements_of(parse_scan(parenthesised(elements), TODAY)) == elements


@given(PRODUCTS | UNIT_LOADS)
def test_a_reader_that_sends_no_symbology_identifier_is_understood(elements: Elements):
    assert elements_of(parse_scan(element_string(elements) + "\r\n", TODAY)) == elements


def test_a_typical_case_label_says_product_expiry_lot_and_count():
    scan = parse_scan(f"]C101{GTIN}17260930{'10LOT-7A'}{GS}3024", TODAY)
    assert (scan.gtin, scan.expires_on, scan.lot, scan.quantity) == (GTIN, "2026-09-30", "LOT-7A", 24)


def test_a_pallet_label_says_its_sscc_and_what_it_contains():
    scan = parse_scan(f"(00){SSCC}(02){GTIN}(37)48", TODAY)
    assert (scan.kind, scan.code, scan.gtin, scan.quantity) == (ScanKind.SSCC, SSCC, GTIN, 48)


def test_elements_we_do_not_use_are_skipped_by_their_length():
    scan = parse_scan(f"]C101{GTIN}11250101310300125015270101{'10L1'}{GS}240ABC{GS}21S9", TODAY)
    assert (scan.lot, scan.serial, scan.expires_on) == ("L1", "S9", "")


def test_a_leading_or_trailing_separator_does_no_harm():
    assert parse_scan(f"{GS}01{GTIN}10A{GS}", TODAY).lot == "A"
    assert parse_scan(f"]d2{GS}01{GTIN}{GS}10A", TODAY).lot == "A"


@pytest.mark.parametrize(
    ("today", "written", "expires_on"),
    [
        ("2026-03-10", "260930", "2026-09-30"),
        ("2026-03-10", "760930", "2076-09-30"),
        ("2026-03-10", "770930", "1977-09-30"),
        ("2026-03-10", "990101", "1999-01-01"),
        ("2026-03-10", "000101", "2000-01-01"),
        ("2099-03-10", "010101", "2101-01-01"),
        ("2099-03-10", "490101", "2149-01-01"),
        ("2099-03-10", "500101", "2050-01-01"),
        ("2050-03-10", "000101", "2100-01-01"),
        ("2050-03-10", "010101", "2001-01-01"),
    ],
)
def test_the_century_puts_a_year_at_most_49_back_and_50_ahead(today: str, written: str, expires_on: str):
    assert parse_scan(f"(01){GTIN}(17){written}", today).expires_on == expires_on


@pytest.mark.parametrize(
    ("written", "expires_on"), [("260200", "2026-02-28"), ("280200", "2028-02-29"), ("261200", "2026-12-31")]
)
def test_day_00_is_the_last_day_of_the_month(written: str, expires_on: str):
    assert parse_scan(f"(01){GTIN}(17){written}", TODAY).expires_on == expires_on


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("  \r\n", "it is empty"),
        ("]C1", "it is empty"),
        (GS, "it is empty"),
        ("]C10195060001343", "GTIN (01) is cut off"),
        (f"]C101{GTIN[:-1]}3", "the check digit is 3 and should be 2"),
        ("(01)4006381333931", "GTIN has 14 digits here, this has 13"),
        (f"]C100{SSCC[:-1]}0", "SSCC has 18 digits with a check digit"),
        (f"(01){GTIN}(17)261301", "expiry date has month 13"),
        (f"(01){GTIN}(17)260231", "expiry date has day 31 in month 02"),
        (f"(01){GTIN}(17)26023", "expiry date has six digits"),
        (f"(01){GTIN}(30)1234567890", "count has one to eight digits"),
        (f"(01){GTIN}(30)0", "count is zero"),
        (f"(01){GTIN}(10)", "lot (10) is empty"),
        (
            f"]C101{GTIN}10{'A' * 21}",
            "lot (10) has 21 characters and may have 20: a separator may be missing",
        ),
        (f"]C101{GTIN}10LÖT", "lot (10) has characters that a GS1 barcode cannot hold"),
        (f"]C101{GTIN}10A{GS}10B", "lot (10) is there twice, with different values"),
        (f"(01){GTIN}(02){GTIN}", "both a product (01) and contained products (02)"),
        ("]C110ABC", "neither a product (01) nor a logistic unit (00)"),
        ("]C1HELLO", "'HE' is no application identifier"),
        ("(HELLO)", "does not start with an identifier in parentheses"),
        ("9" * 500, "it has 500 characters"),
    ],
)
def test_a_malformed_code_is_refused_by_naming_what_is_wrong(text: str, problem: str):
    assert problem in refused(text)


def test_a_malformed_code_keeps_what_was_read_so_that_it_can_be_seen_later():
    with pytest.raises(BadScan) as caught:
        parse_scan("]C1HELLO", TODAY)
    assert caught.value.details[0]["raw"] == "HELLO"


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused_and_never_crashes(text: str):
    try:
        scan = parse_scan(text, TODAY)
    except BadScan:
        return
    assert scan.raw == text
    assert scan.code


@pytest.mark.parametrize("number", ["96385074", "614141007349", "4006381333931", "10614141007346"])
@pytest.mark.parametrize("symbology", ["", "]E0", "]I1", "]A0"])
def test_a_plain_gtin_is_read_with_or_without_its_symbology(number: str, symbology: str):
    scan = parse_scan(f"{symbology}{number}\r", TODAY)
    assert (scan.kind, scan.code, scan.gtin) == (ScanKind.GTIN, gtin14(number), gtin14(number))


def test_a_plain_sscc_is_read():
    assert parse_scan(SSCC, TODAY).sscc == parse_scan("00" + SSCC, TODAY).sscc == SSCC


def test_a_number_with_a_wrong_check_digit_may_still_be_in_the_list_of_barcodes():
    scan = parse_scan("4006381333932", TODAY)
    assert (scan.kind, scan.code) == (ScanKind.UNKNOWN, "4006381333932")
    assert "should be 1" in scan.doubt


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A-03-12-2", ScanKind.BIN),
        ("cold-01-02-a", ScanKind.BIN),
        ("T01-000042", ScanKind.ORDER),
        (shipment_number("T01-000042", 1), ScanKind.SHIPMENT),
        (handling_unit_code("T01", 7), ScanKind.HANDLING_UNIT),
        (badge_code("7k3f-99qz"), ScanKind.BADGE),
        ("HFB-1-2-3", ScanKind.BADGE),
        ("SOMETHING ELSE", ScanKind.UNKNOWN),
    ],
)
def test_our_own_labels_are_told_apart(text: str, kind: ScanKind):
    scan = parse_scan(f" {text}\n", TODAY)
    assert scan.kind is kind
    assert scan.code == (text if kind is ScanKind.UNKNOWN else text.upper())
    assert scan.doubt == ""


@pytest.mark.real_data
def test_real_catalogue_barcodes_are_all_read_and_the_wrong_ones_are_kept_as_they_are(real_data: Path):
    file = real_data / "catalogue-gtin" / "products-50k.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
        scans = [parse_scan(row["barcode"], TODAY) for row in csv.DictReader(rows)]
    read = [scan for scan in scans if scan.kind is ScanKind.GTIN]
    assert len(read) >= 49_357
    assert all(scan.code == scan.raw for scan in scans if scan.kind is ScanKind.UNKNOWN)
