"""Check digits hold for every length, wrong digits are noticed, and equal GTINs compare equal."""

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.barcodes import (
    BadScan,
    check_digit,
    gtin14,
    gtin_forms,
    is_gtin,
    is_sscc,
    own_gtin13,
    same_gtin,
    sscc,
)

DIGITS = "0123456789"


def bodies(length: int) -> st.SearchStrategy[str]:
    return st.text(alphabet=DIGITS, min_size=length - 1, max_size=length - 1)


GTINS = st.sampled_from((8, 12, 13, 14)).flatmap(bodies).map(lambda body: body + check_digit(body))


@pytest.mark.parametrize(
    "number", ["96385074", "614141007349", "4006381333931", "10614141007346", "376104250021234569"]
)
def test_published_examples_have_the_right_check_digit(number: str):
    assert check_digit(number[:-1]) == number[-1]


@given(GTINS, st.integers(min_value=0, max_value=13), st.integers(min_value=1, max_value=9))
def test_a_single_wrong_digit_is_always_noticed(number: str, place: int, change: int):
    place %= len(number)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert is_gtin(number)
    assert not is_gtin(wrong)


@given(GTINS)
def test_every_form_of_a_gtin_is_the_same_gtin(number: str):
    forms = gtin_forms(number)
    assert number in forms
    assert forms[0] == gtin14(number)
    assert all(is_gtin(form) and same_gtin(form, number) for form in forms)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4006381333932", "the check digit is 2 and should be 1"),
        ("400638133393", "the check digit is 3"),
        ("40063813339", "8, 12, 13 or 14 digits, this has 11"),
        ("400638133393X", "digits only"),
        ("", "digits only"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "digits only"),
    ],
)
def test_what_is_no_gtin_says_why(text: str, problem: str):
    assert not is_gtin(text)
    with pytest.raises(BadScan) as caught:
        gtin14(text)
    assert problem in caught.value.message
    assert caught.value.code == "bad_scan"
    assert caught.value.details[0]["raw"] == text


def test_numbers_that_are_no_gtins_are_never_the_same():
    assert not same_gtin("123", "123")


@given(st.integers(min_value=0, max_value=10**10 - 1))
def test_our_own_product_numbers_are_gtins_that_no_maker_has(number: int):
    made = own_gtin13(number)
    assert is_gtin(made)
    assert made.startswith("20")
    assert int(made[2:12]) == number


@given(
    st.integers(min_value=0, max_value=9),
    st.text(alphabet=DIGITS, min_size=4, max_size=12),
    st.integers(min_value=0),
)
def test_a_made_sscc_checks_or_does_not_fit(extension: int, prefix: str, serial: int):
    if serial < 10 ** (16 - len(prefix)):
        made = sscc(extension, prefix, serial)
        assert is_sscc(made)
        assert made.startswith(f"{extension}{prefix}")
    else:
        with pytest.raises(ValueError):
            sscc(extension, prefix, serial)


def test_numbers_that_do_not_fit_are_errors():
    for make in (
        lambda: own_gtin13(10**10),
        lambda: sscc(10, "4006381", 1),
        lambda: sscc(0, "4", 1),
        lambda: check_digit(""),
    ):
        with pytest.raises(ValueError):
            make()


@pytest.mark.real_data
def test_real_catalogue_barcodes_are_judged_as_their_source_judges_them(real_data: Path):
    file = real_data / "catalogue-gtin" / "products-50k.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
        read = [(row["barcode"], row["gtin_check_digit_ok"]) for row in csv.DictReader(rows)]
    valid = [barcode for barcode, _ in read if is_gtin(barcode)]
    assert (len(read), len(valid)) == (50_000, 49_357)
    assert [code for code, judged in read if is_gtin(code) != (judged in ("1", "true", "True"))] == []
    assert all(same_gtin(barcode, gtin14(barcode)) for barcode in valid)
