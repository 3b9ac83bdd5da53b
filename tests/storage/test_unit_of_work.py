"""One transaction's view of the rows: read once, written once, and seen as if each write had already happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import sqlcipher3
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, MetaData, create_engine

from services.storage.schema import business_tables
from services.storage.tables import Barcode, Event, Setting, Stop
from services.storage.unit_of_work import UnitOfWork

STOP = Stop("s-1", "site-1", "r-1", "h-1", 0, "Shop", 1.0, 2.0, 3, 4, 5, "planned", None, None)


class Listening:
    """A connection that notes what is run over it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.run: list[tuple[str, Any]] = []

    def exec_driver_sql(self, statement: str, parameters: Any = None) -> Any:
        self.run.append((statement, parameters))
        return self._connection.exec_driver_sql(statement, parameters)

    def written(self) -> list[str]:
        """The first words of the writing statements since the last time."""
        found = [sql for sql, _ in self.run if not sql.startswith("SELECT")]
        self.run.clear()
        return found


@pytest.fixture
def connection() -> Iterator[Listening]:
    engine = create_engine("sqlite://", module=sqlcipher3.dbapi2)
    metadata = MetaData()
    business_tables(metadata, unique=True)
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield Listening(opened)
    engine.dispose()


def test_a_new_row_is_inserted_and_a_known_one_gets_only_its_changed_columns(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    assert unit.get(Stop, "s-1") is None
    unit.put(STOP)
    unit.flush()
    assert [sql.split(" (")[0] for sql in connection.written()] == ['INSERT INTO "stop"']
    unit.change(STOP, eta=9, position=2)
    changes = unit.flush()
    assert connection.written() == ['UPDATE "stop" SET "position" = ?, "eta" = ? WHERE "id" = ?']
    assert changes == {Stop: {"s-1": msgspec.structs.replace(STOP, eta=9, position=2)}}
    assert UnitOfWork(connection).get(Stop, "s-1") == msgspec.structs.replace(STOP, eta=9, position=2)


def test_a_row_that_was_never_read_may_be_there_already(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(Setting("key", "one"))
    unit.flush()
    other = UnitOfWork(connection)
    other.put(Setting("key", "two"))
    other.flush()
    assert UnitOfWork(connection).get(Setting, "key") == Setting("key", "two")


def test_a_row_that_was_put_without_a_look_and_then_removed_is_gone(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(STOP)
    unit.flush()
    other = UnitOfWork(connection)
    other.remove(other.put(STOP))
    assert other.flush() == {Stop: {"s-1": None}}
    assert UnitOfWork(connection).get(Stop, "s-1") is None


def test_a_row_put_as_it_was_is_not_written(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(STOP)
    unit.flush()
    connection.written()
    unit.put(msgspec.structs.replace(STOP))
    unit.change(unit.change(STOP, eta=7), eta=5)
    assert unit.flush() == {}
    assert connection.written() == []


def test_a_value_that_only_one_may_have_can_be_taken_over(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(Barcode("b-1", "CODE", "p-1", 1))
    unit.flush()
    unit.put(Barcode("b-2", "CODE", "p-2", 1))
    unit.remove(Barcode("b-1", "CODE", "p-1", 1))
    unit.flush()
    assert [row.id for row in UnitOfWork(connection).find(Barcode, code="CODE")] == ["b-2"]


def test_created_names_what_was_not_there_before(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(STOP)
    unit.flush()
    unit.change(STOP, eta=9)
    unit.put(msgspec.structs.replace(STOP, id="s-2"))
    passing = unit.put(msgspec.structs.replace(STOP, id="s-3"))
    unit.remove(passing)
    unit.put(Setting("key", "value"))
    assert unit.created([Stop]) == ["s-2"]
    assert unit.created([Stop, Setting, Event]) == ["s-2", "key"]
    unit.flush()
    assert unit.created([Stop]) == []


def test_a_list_that_was_found_is_the_callers_own(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(STOP)
    unit.find(Stop, route_id="r-1").clear()
    assert unit.find(Stop, route_id="r-1") == [STOP]
    unit.find_many(Stop, "route_id", ["r-1"])["r-1"].clear()
    assert unit.find_many(Stop, "route_id", ["r-1"]) == {"r-1": [STOP]}


def test_what_was_worked_out_holds_while_every_row_is_the_same(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    made: list[int] = []

    def work(*rows: Stop) -> int:
        def make() -> int:
            made.append(1)
            return len(made)

        return unit.worked_out("key", rows, make)

    other = msgspec.structs.replace(STOP, id="s-2")
    assert [work(STOP, other), work(STOP, other)] == [1, 1]
    assert work(STOP) == 2
    assert work(msgspec.structs.replace(STOP)) == 3
    unit.forget()
    assert work(STOP) == 4


def test_what_others_wrote_is_seen_once_it_was_learned(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(STOP)
    unit.flush()
    assert len(unit.find(Stop, route_id="r-1")) == 1
    moved = msgspec.structs.replace(STOP, route_id="r-2")
    unit.learn(Stop, "s-1", moved)
    assert unit.find(Stop, route_id="r-1") == []
    unit.learn(Stop, "s-9", msgspec.structs.replace(STOP, id="s-9"))
    assert [row.id for row in unit.find(Stop, route_id="r-1")] == ["s-9"]
    unit.learn(Stop, "s-9", None)
    assert (unit.find(Stop, route_id="r-1"), unit.get(Stop, "s-9")) == ([], None)


_ids = st.sampled_from(["s-1", "s-2", "s-3"])
_routes = st.sampled_from(["r-1", "r-2"])
_step = st.one_of(
    st.tuples(st.just("put"), _ids, _routes),
    st.tuples(st.just("remove"), _ids, _routes),
    st.tuples(st.just("find"), _ids, _routes),
    st.tuples(st.just("find many"), _ids, _routes),
    st.tuples(st.just("get"), _ids, _routes),
    st.tuples(st.just("refused"), _ids, _routes),
    st.tuples(st.just("flush"), _ids, _routes),
    st.tuples(st.just("forget"), _ids, _routes),
)


class Refused(Exception):
    pass


@given(st.lists(_step, max_size=40))
@settings(max_examples=200, deadline=None)
def test_whatever_is_done_the_unit_shows_what_a_dictionary_would(steps: list[tuple[str, str, str]]) -> None:
    engine = create_engine("sqlite://", module=sqlcipher3.dbapi2)
    metadata = MetaData()
    business_tables(metadata, unique=True)
    metadata.tables["stop"].create(engine)
    with engine.connect() as opened:
        unit = UnitOfWork(opened)
        model: dict[str, Stop] = {}
        for n, (kind, row_id, route_id) in enumerate(steps):
            row = msgspec.structs.replace(STOP, id=row_id, route_id=route_id, eta=n)
            on_route = sorted((r for r in model.values() if r.route_id == route_id), key=lambda r: r.id)
            match kind:
                case "put":
                    model[row_id] = unit.put(row)
                case "remove":
                    unit.remove(row)
                    model.pop(row_id, None)
                case "find":
                    assert unit.find(Stop, route_id=route_id) == on_route
                case "find many":
                    found = unit.find_many(Stop, "route_id", ["r-1", "r-2"])
                    assert found[route_id] == on_route
                case "get":
                    assert unit.get(Stop, row_id) == model.get(row_id)
                case "refused":
                    with pytest.raises(Refused), unit.savepoint():
                        unit.put(row)
                        unit.find(Stop, route_id=route_id)
                        raise Refused
                case "flush":
                    unit.flush()
                case "forget":
                    unit.flush()
                    unit.forget()
        unit.flush()
        stored = {row.id: row for row in UnitOfWork(opened).get_many(Stop, ["s-1", "s-2", "s-3"]).values()}
        assert stored == model
    engine.dispose()


def test_what_is_read_ahead_is_not_read_again(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(STOP)
    unit.flush()
    fresh = UnitOfWork(connection)
    fresh.read(Stop, ["s-1", "s-2"])
    fresh.read_by(Stop, "route_id", ["r-1", "r-2"])
    connection.run.clear()
    assert (fresh.get(Stop, "s-1"), fresh.get(Stop, "s-2")) == (STOP, None)
    assert (fresh.find(Stop, route_id="r-1"), fresh.find(Stop, route_id="r-2")) == ([STOP], [])
    assert connection.run == []


def test_of_what_cannot_be_there_nobody_looks_and_what_comes_is_new(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.know_absent(Stop, "s-1")
    unit.know_none(Stop, route_id="r-1")
    assert (unit.get(Stop, "s-1"), unit.find(Stop, route_id="r-1")) == (None, [])
    assert connection.run == []
    unit.put(STOP)
    assert unit.find(Stop, route_id="r-1") == [STOP]
    unit.flush()
    assert [sql.split(" (")[0] for sql in connection.written()] == ['INSERT INTO "stop"']


def test_what_is_known_stays_so_although_somebody_is_certain_of_nothing(connection: Listening) -> None:
    unit = UnitOfWork(connection)
    unit.put(STOP)
    unit.find(Stop, route_id="r-1")
    unit.know_absent(Stop, "s-1")
    unit.know_none(Stop, route_id="r-1")
    assert (unit.get(Stop, "s-1"), unit.find(Stop, route_id="r-1")) == (STOP, [STOP])


def test_a_row_that_others_wrote_is_found_by_whoever_looks_later(connection: Listening) -> None:
    other = UnitOfWork(connection)
    other.put(STOP)
    other.flush()
    unit = UnitOfWork(connection)
    unit.find(Stop, route_id="r-2")
    unit.learn(Stop, "s-1", STOP)
    moved = msgspec.structs.replace(STOP, route_id="r-2")
    unit.put(moved)
    assert (unit.find(Stop, route_id="r-1"), unit.find(Stop, route_id="r-2")) == ([], [moved])
