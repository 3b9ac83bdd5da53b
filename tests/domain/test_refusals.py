"""A refusal has a stable code, plain words and details; a slip in its words never hides it."""

import pickle
import re

import pytest

from services.domain.refusals import CODES, RuleViolation, refuse, violation


def test_a_refusal_says_what_happened_what_is_safe_and_what_to_do():
    with pytest.raises(RuleViolation) as caught:
        refuse("insufficient_stock", details=[{"sku": "B-1"}], sku="B-1", available=3, requested=5)
    refusal = caught.value
    assert refusal.code == "insufficient_stock"
    assert refusal.details == [{"sku": "B-1"}]
    assert (
        str(refusal)
        == refusal.message
        == (
            "Not enough stock: B-1 has 3 available, 5 were asked for. "
            "Nothing was reserved. "
            "Order less, or send it again with the rest as a backorder."
        )
    )


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_a_plain_name_and_its_words_are_whole_sentences(code: str):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    reason = CODES[code]
    for sentence in (reason.happened, reason.safe, reason.remedy):
        assert sentence[0].isupper() or sentence[0] == "{", sentence
        assert sentence.endswith("."), sentence


@pytest.mark.parametrize("code", CODES)
def test_a_missing_word_still_refuses_instead_of_crashing(code: str):
    message = violation(code).message
    for name in re.findall(r"{(\w+)}", CODES[code].words()):
        assert f"({name} unknown)" in message


def test_an_unknown_code_is_a_programming_error_and_no_refusal():
    with pytest.raises(LookupError):
        violation("no_such_code")


def test_details_are_copied_so_that_nobody_changes_a_refusal_afterwards():
    detail = {"sku": "B-1"}
    refusal = violation("insufficient_stock", details=[detail])
    detail["sku"] = "B-2"
    assert refusal.details == [{"sku": "B-1"}]


def test_words_with_braces_are_taken_as_they_are():
    assert "{0}" in violation("not_found", thing="product", name="{0}").message


def test_a_refusal_survives_a_process_boundary_with_its_details():
    refusal = pickle.loads(pickle.dumps(violation("insufficient_stock", details=[{"sku": "B-1"}])))
    assert (refusal.code, refusal.details) == ("insufficient_stock", [{"sku": "B-1"}])
