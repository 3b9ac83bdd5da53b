"""Of each vehicle only the newest position goes on to the map."""

from __future__ import annotations

from services.protocol.messages import VehiclePosition
from services.sync.newest import NewestPositions
from tests.helpers.fake_clock import FakeClock


def at(moment: int, vehicle: str = "van-1") -> VehiclePosition:
    return VehiclePosition(vehicle, 52.0, 13.0, 90.0, 30.0, moment)


def test_of_two_positions_the_later_wins_in_whatever_order_they_come() -> None:
    newest = NewestPositions(FakeClock())
    newest.offer([at(2), at(1), at(7, "van-2")])
    assert newest.take() == [at(2), at(7, "van-2")]


def test_a_vehicle_does_not_jump_back_after_its_newer_position_was_shown() -> None:
    newest = NewestPositions(FakeClock())
    newest.offer([at(5)])
    newest.take()
    newest.offer([at(4)])
    assert not newest
    newest.offer([at(5), at(6)])
    assert newest.take() == [at(6)]


def test_what_was_taken_is_not_given_twice() -> None:
    newest = NewestPositions(FakeClock())
    newest.offer([at(5)])
    assert newest
    newest.take()
    assert not newest
    assert newest.take() == []


def test_a_vehicle_whose_clock_ran_ahead_and_was_set_right_moves_again() -> None:
    clock = FakeClock()
    newest = NewestPositions(clock)
    newest.offer([at(9_000_000)])
    newest.take()
    clock.advance(30)
    newest.offer([at(1000)])
    assert not newest
    clock.advance(31)
    newest.offer([at(2000)])
    assert newest.take() == [at(2000)]
