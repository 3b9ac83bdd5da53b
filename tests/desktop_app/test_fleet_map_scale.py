"""The scale bar: a round length that a person can read, never longer than the room for it."""

from __future__ import annotations

import pytest

from desktop_app.widgets.canvas.scale_bar import length_text, round_length, scale_bar_width


@pytest.mark.parametrize(
    ("most", "length"),
    [
        (1.0, 1.0),
        (1.9, 1.0),
        (2.0, 2.0),
        (4.99, 2.0),
        (7.0, 5.0),
        (99.0, 50.0),
        (100.0, 100.0),
        (0.3, 0.2),
        (350_000.0, 200_000.0),
    ],
)
def test_the_bar_is_one_two_or_five_of_a_power_of_ten(most: float, length: float) -> None:
    assert round_length(most) == pytest.approx(length)


@pytest.mark.parametrize("metres_per_pixel", [0.006, 0.1, 1.3, 77.7, 4_321.0])
def test_the_bar_fits_its_room_and_fills_at_least_a_third_of_it(metres_per_pixel: float) -> None:
    assert 120 / 3 <= scale_bar_width(metres_per_pixel, 120) <= 120


def test_lengths_are_written_in_the_unit_that_reads_best() -> None:
    assert [length_text(metres) for metres in (0.5, 20.0, 500.0, 1000.0, 200_000.0)] == [
        "0.5 m",
        "20 m",
        "500 m",
        "1 km",
        "200 km",
    ]
