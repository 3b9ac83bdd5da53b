"""A change made elsewhere meets a footprint exactly where a row was read, written or looked for."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
import sqlcipher3
from sqlalchemy import MetaData, create_engine

from services.storage.footprint import Footprint, TracedUnitOfWork
from services.storage.schema import business_tables
from services.storage.tables import Setting, Stop

STOP = Stop("s-1", "site-1", "r-1", "h-1", 0, "Shop", 1.0, 2.0, 3, 4, 5, "planned", None, None)
ELSEWHERE = msgspec.structs.replace(STOP, id="s-2", route_id="r-2")


@pytest.fixture
def footprint() -> Footprint:
    return Footprint(is_whole=True)


@pytest.fixture
def unit(footprint: Footprint) -> Iterator[TracedUnitOfWork]:
    engine = create_engine("sqlite://", module=sqlcipher3.dbapi2)
    metadata = MetaData()
    business_tables(metadata, unique=True)
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield TracedUnitOfWork(opened, footprint)
    engine.dispose()


def test_a_row_that_was_asked_for_is_met_though_it_was_not_there(
    unit: TracedUnitOfWork, footprint: Footprint
) -> None:
    assert unit.get(Stop, "s-1") is None
    assert footprint.meets(Stop, "s-1", None, STOP)
    assert not footprint.meets(Stop, "s-2", None, ELSEWHERE)


def test_rows_asked_for_at_once_are_met(unit: TracedUnitOfWork, footprint: Footprint) -> None:
    assert unit.get_many(Stop, iter(["s-1", "s-2"])) == {}
    assert footprint.meets(Stop, "s-2", None, ELSEWHERE)


def test_a_row_that_was_written_or_removed_is_met(unit: TracedUnitOfWork, footprint: Footprint) -> None:
    unit.put(STOP)
    assert footprint.meets(Stop, "s-1", None, STOP)
    unit.flush()
    footprint.begin()
    unit.remove(STOP)
    assert footprint.meets(Stop, "s-1", STOP, None)


def test_a_row_that_comes_into_a_find_or_leaves_it_is_met(
    unit: TracedUnitOfWork, footprint: Footprint
) -> None:
    assert unit.find(Stop, route_id="r-1") == []
    assert footprint.meets(Stop, "s-9", None, STOP)
    assert footprint.meets(Stop, "s-9", STOP, ELSEWHERE)
    assert footprint.meets(Stop, "s-9", STOP, None)
    assert not footprint.meets(Stop, "s-9", None, ELSEWHERE)


def test_a_row_that_comes_into_one_of_many_finds_is_met(unit: TracedUnitOfWork, footprint: Footprint) -> None:
    assert unit.find_many(Stop, "route_id", iter(["r-1", "r-3"]), status="planned") == {"r-1": [], "r-3": []}
    assert footprint.meets(Stop, "s-9", None, STOP)
    assert not footprint.meets(Stop, "s-9", None, msgspec.structs.replace(STOP, status="arrived"))
    assert not footprint.meets(Stop, "s-9", None, ELSEWHERE)


def test_what_a_find_answered_before_is_recorded_again(unit: TracedUnitOfWork, footprint: Footprint) -> None:
    unit.find(Stop, route_id="r-1")
    footprint.begin()
    unit.find(Stop, route_id="r-1")
    assert footprint.meets(Stop, "s-9", None, STOP)


def test_a_footprint_that_is_too_big_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.storage.footprint._MOST_IDS", 2)
    footprint = Footprint(is_whole=True)
    footprint.add_ids(["a", "b"])
    footprint.bound()
    assert footprint.is_whole
    footprint.add_id("c")
    footprint.bound()
    assert not footprint.is_whole
    assert not footprint.meets(Setting, "a", None, None)
