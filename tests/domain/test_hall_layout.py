"""Bins that nobody has measured stand as their addresses count them."""

from services.domain.hall_layout import derived_places


def test_aisles_stand_beside_each_other_and_bays_behind_each_other() -> None:
    places = derived_places([("a", "A01", "01"), ("b", "A01", "02"), ("c", "A02", "01"), ("d", "", "")])
    assert places == {"a": (0.0, 3.6), "b": (0.0, 4.8), "c": (3.0, 3.6)}
