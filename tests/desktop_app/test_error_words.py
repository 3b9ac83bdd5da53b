"""Errors in words for people: what happened, what is safe, what to do; never a class name."""

from __future__ import annotations

import pytest

from desktop_app.error_words import words_for
from services.domain.refusals import violation


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(28, "No space left on device"), "The disk is full."),
        (PermissionError(13, "Permission denied"), "may not use that file"),
        (FileNotFoundError(2, "No such file"), "not there any more"),
        (TimeoutError(), "did not answer"),
        (ConnectionRefusedError(), "did not answer"),
        (MemoryError(), "not enough memory"),
        (KeyError("x"), "What you did before is safe."),
    ],
)
def test_each_kind_of_error_says_what_to_do(error: Exception, advice: str) -> None:
    words = words_for(error, "Exporting")
    assert words.sentence.startswith("Exporting did not work. ")
    assert advice in words.sentence
    assert type(error).__name__ not in words.sentence
    assert words.technical.startswith(type(error).__name__)


def test_a_refusal_speaks_for_itself() -> None:
    refusal = violation("order_empty")
    assert (
        words_for(refusal, "Placing the order").sentence
        == "The order has no lines. Nothing was changed. Add a product and a quantity."
    )


def test_without_a_label_it_still_is_a_sentence() -> None:
    assert words_for(ValueError("?")).sentence.startswith("Something did not work. ")
