"""A vehicle that is silent on its job raises an alert at every desk, once, and settles it when it is heard again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from services.commands import RecordPosition, ResolveAlert, SaveSetting
from services.domain.identifiers import derive
from services.server.parts import Parts
from services.server.transaction import Transaction
from services.server.vehicle_watch import VehicleWatch
from services.storage.tables import Alert, Event, Route, Vehicle
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import running_server, server_settings
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import SITE, fill

MINUTE = 60_000
VAN = f"{SITE}-van-1"
ALERT = derive(VAN, "alert", "vehicle_silent")


class Yard:
    """The vehicles of a server whose clock the test moves."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.now = parts.clock()
        parts.committer._clock = lambda: self.now
        self.watch = VehicleWatch(parts.database, parts.committer, lambda: self.now)

    def change(self, vehicle_id: str = VAN, **fields: Any) -> None:
        """Something is known of a vehicle."""

        def work(transaction: Transaction) -> None:
            vehicle = transaction.unit.get(Vehicle, vehicle_id)
            assert vehicle is not None
            transaction.unit.change(vehicle, **fields)

        self.parts.committer.run((f"site:{SITE}",), work)

    def leave(self) -> None:
        """The van begins its job now."""

        def work(transaction: Transaction) -> None:
            route = transaction.unit.get(Route, f"{SITE}-route")
            assert route is not None
            transaction.unit.change(route, status="under_way", departed_at=self.now)

        self.parts.committer.run((f"site:{SITE}",), work)
        self.change(state="executing", processing="processing")

    def look(self, *, after_minutes: float) -> Alert | None:
        """Time passes and the watch looks: answers the alert, if there is one."""
        self.now += int(after_minutes * MINUTE)
        self.watch.look()
        with self.parts.database.reading() as connection:
            return UnitOfWork(connection).get(Alert, ALERT)

    def heard(self, by: Terminal) -> None:
        """The van sends where it is."""
        by.do(
            RecordPosition(site_id=SITE, vehicle_id=VAN, latitude=52.6, longitude=-1.1, measured_at=self.now)
        )

    def events(self) -> list[Event]:
        with self.parts.database.reading() as connection:
            found = UnitOfWork(connection).find(Event, subject_id=VAN)
        return [event for event in found if event.kind == "vehicle.silent"]

    def version(self) -> int:
        with self.parts.database.reading() as connection:
            return int(
                connection.exec_driver_sql(
                    f"SELECT version FROM scope_head WHERE scope = 'site:{SITE}'"
                ).scalar_one()
            )


@pytest.fixture
def yard(parts: Parts) -> Yard:
    return Yard(parts)


def test_a_van_silent_on_its_job_raises_an_alert_that_every_desk_sees(yard: Yard) -> None:
    desk = Terminal(yard.parts)
    desk.pull()
    yard.leave()
    assert yard.look(after_minutes=19) is None
    alert = yard.look(after_minutes=2)
    assert alert is not None
    assert (alert.status, alert.severity, alert.site_id, alert.subject_id) == ("open", "warning", SITE, VAN)
    assert "21 minutes" in alert.message
    assert len(yard.events()) == 1
    desk.pull()
    assert desk.rows["alert", ALERT][desk_column("status")] == "open"
    assert desk.rows == stored_rows(yard.parts)


def desk_column(name: str) -> int:
    return Alert.__struct_fields__.index(name)


def test_the_alert_closes_itself_when_the_van_is_heard_again(yard: Yard) -> None:
    desk = Terminal(yard.parts)
    yard.leave()
    yard.look(after_minutes=25)
    yard.heard(desk)
    alert = yard.look(after_minutes=0)
    assert alert is not None
    assert alert.status == "resolved"
    again = yard.look(after_minutes=30)
    assert again is not None
    assert again.status == "open", "a second silence is told anew"
    assert len(yard.events()) == 2


def test_the_alert_closes_itself_when_the_job_is_over(yard: Yard) -> None:
    yard.leave()
    yard.look(after_minutes=25)
    yard.change(state="idle", processing="idle")
    alert = yard.look(after_minutes=1)
    assert alert is not None
    assert alert.status == "resolved"


def test_a_silence_is_told_once_even_where_somebody_has_settled_its_alert(yard: Yard) -> None:
    desk = Terminal(yard.parts)
    yard.leave()
    yard.look(after_minutes=25)
    before = yard.version()
    yard.look(after_minutes=1)
    assert yard.version() == before, "nothing new, so nothing is written"
    desk.do(ResolveAlert(site_id=SITE, alert_id=ALERT))
    alert = yard.look(after_minutes=5)
    assert alert is not None
    assert alert.status == "resolved"


def test_a_parked_van_and_one_that_has_just_left_may_be_silent(yard: Yard) -> None:
    assert yard.look(after_minutes=600) is None
    yard.leave()
    assert yard.look(after_minutes=1) is None


def test_how_long_a_silence_may_be_is_a_setting(yard: Yard) -> None:
    Terminal(yard.parts).do(SaveSetting(key="vehicle.silent_minutes", value="60"))
    yard.leave()
    assert yard.look(after_minutes=59) is None
    assert yard.look(after_minutes=2) is not None


def test_a_running_server_looks_by_itself(tmp_path: Path) -> None:
    with running_server(server_settings(tmp_path, vehicle_watch_seconds=0.05), on_start=fill) as server:
        yard = Yard(server.parts)
        yard.change(state="executing", processing="processing", position_at=yard.now - 30 * MINUTE)
        end = time.monotonic() + 60
        while not yard.events():
            assert time.monotonic() < end, "nobody looked"
            time.sleep(0.02)
