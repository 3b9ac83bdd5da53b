"""Vehicle positions: fine ones kept and sent on, a coarse one now and then in the feed, wrong ones named."""

from __future__ import annotations

from typing import Any

from services.storage.tables import Vehicle
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import RunningServer
from tests.server.client import signed_in
from tests.server.warehouse import SITE

VAN = f"{SITE}-van-1"


def fix(at: int, latitude: float = 52.63, **changes: Any) -> dict[str, Any]:
    return {"vehicle_id": VAN, "latitude": latitude, "longitude": -1.13, "at": at, **changes}


def vehicle(server: RunningServer) -> Vehicle:
    with server.parts.database.reading() as connection:
        found = UnitOfWork(connection).get(Vehicle, VAN)
        assert found is not None
        return found


def test_a_coarse_position_goes_into_the_feed_by_time_or_by_way(server: RunningServer) -> None:
    start = vehicle(server).position_at
    assert start is not None
    with signed_in(server) as client:

        def recorded(*positions: dict[str, Any]) -> int:
            answer = client.post("/api/fleet/positions", json={"positions": list(positions)})
            assert answer.status_code == 200, answer.text
            assert answer.json()["accepted"] == len(positions)
            number: int = answer.json()["recorded"]
            return number

        assert recorded(fix(start + 1000, 52.6301), fix(start + 2000, 52.6302)) == 0
        assert recorded(fix(start + 3000, 52.64)) == 1
        assert vehicle(server).latitude == 52.64
        assert recorded(fix(start + 20_000, 52.64)) == 0
        assert recorded(fix(start + 34_000, 52.64, heading=90, speed_kmh=12)) == 1
        assert (vehicle(server).heading, vehicle(server).speed_kmh) == (90.0, 12.0)
        trail = client.get(f"/api/fleet/vehicles/{VAN}/trail").json()["positions"]
        assert [point["at"] - start for point in trail] == [1000, 2000, 3000, 20_000, 34_000]


def test_a_position_sent_twice_is_kept_once(server: RunningServer) -> None:
    at = server.parts.clock()
    with signed_in(server) as client:
        for _ in range(2):
            client.post("/api/fleet/positions", json={"positions": [fix(at), fix(at + 1)]})
        trail = client.get(f"/api/fleet/vehicles/{VAN}/trail", params={"since": at}).json()["positions"]
    assert [point["at"] for point in trail] == [at, at + 1]


def test_what_is_wrong_is_named_and_the_rest_is_taken(sqlite_server: RunningServer) -> None:
    at = sqlite_server.parts.clock()
    with signed_in(sqlite_server) as client:
        positions = [fix(at), fix(at, vehicle_id="nobody"), fix(at + 3_600_000)]
        answer = client.post("/api/fleet/positions", json={"positions": positions}).json()
        assert answer["accepted"] == 1
        assert answer["refused"] == [
            {"vehicle_id": "nobody", "error": "There is no such vehicle."},
            {"vehicle_id": VAN, "error": "Its time lies in the future."},
        ]
        assert client.post("/api/fleet/positions", json={"positions": [fix(at, 91.0)]}).status_code == 422


def test_only_who_may_report_positions_does(sqlite_server: RunningServer) -> None:
    at = sqlite_server.parts.clock()
    for role, status in (("driver", 200), ("service", 200), ("picker", 403), ("viewer", 403)):
        with signed_in(sqlite_server, role) as client:
            assert client.post("/api/fleet/positions", json={"positions": [fix(at)]}).status_code == status
