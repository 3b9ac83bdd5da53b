"""Vehicles and drivers: recorded, changed, and what vehicles say of themselves."""

from __future__ import annotations

from services import commands as c
from services.commands import DriverFields, VehicleFields
from services.domain.vehicle_health import AHEAD_MS
from services.handlers.dispatch import Effect
from services.storage.tables import Driver, Vehicle
from tests.helpers.books import NOON, SITE, Books
from tests.helpers.floor import depart, open_alerts


def save(books: Books, vehicle_id: str, expected: VehicleFields, values: VehicleFields) -> Effect:
    return books.do(c.SaveVehicle(site_id=SITE, vehicle_id=vehicle_id, expected=expected, values=values))


def say(books: Books, state: str, reason: str = "") -> None:
    books.must(c.SetVehicleState(site_id=SITE, vehicle_id="van-1", state=state, reason=reason))  # type: ignore[arg-type]


def at(books: Books, latitude: float, measured_at: int, vehicle_id: str = "van-1") -> None:
    books.must(
        c.RecordPosition(
            site_id=SITE, vehicle_id=vehicle_id, latitude=latitude, longitude=-1.0, heading=360.0, speed_kmh=50,
            measured_at=measured_at,
        )
    )  # fmt: skip


def test_a_new_vehicle_is_only_noticed_until_somebody_utilizes_it(books: Books) -> None:
    save(books, "van-2", VehicleFields(), VehicleFields(code="VAN-2", capacity_g=500_000))
    van = books.get(Vehicle, "van-2")
    assert (van.state, van.processing, van.integration, van.site_id) == ("unknown", "idle", "noticed", SITE)
    effect = save(books, "van-2", VehicleFields(integration="noticed"), VehicleFields(integration="utilized"))
    assert effect.status == "applied"
    assert books.get(Vehicle, "van-2").integration == "utilized"


def test_a_vehicle_needs_a_code_that_no_other_has(books: Books) -> None:
    assert save(books, "van-2", VehicleFields(), VehicleFields(kind="truck")).code == "missing_value"
    assert save(books, "van-2", VehicleFields(), VehicleFields(code="VAN-1")).code == "duplicate"


def test_a_vehicle_that_somebody_changed_meanwhile_is_kept(books: Books) -> None:
    effect = save(books, "van-1", VehicleFields(kind="truck"), VehicleFields(kind="bike"))
    assert effect.code == "changed_meanwhile"
    assert books.get(Vehicle, "van-1").kind == "van"


def test_a_vehicle_with_a_job_takes_part_in_planning_until_the_job_ends(stocked: Books) -> None:
    depart(stocked, stocked.order(("prod-1", 1)))
    values = VehicleFields(integration="ignored")
    assert save(stocked, "van-1", VehicleFields(), values).code == "wrong_state"
    stocked.must(c.FinishRoute(site_id=SITE, route_id="route-1"))
    assert save(stocked, "van-1", VehicleFields(), values).status == "applied"


def test_a_vehicle_in_error_raises_an_alert_until_it_is_well_again(books: Books) -> None:
    say(books, "error", "flat tyre")
    [alert] = open_alerts(books, "vehicle_error")
    assert alert.message == "Vehicle VAN-1 reports an error: flat tyre."
    say(books, "error", "flat tyre")
    assert len(open_alerts(books, "vehicle_error")) == 1
    say(books, "idle")
    assert open_alerts(books, "vehicle_error") == []
    assert books.get(Vehicle, "van-1").state == "idle"


def test_only_a_newer_position_is_kept(books: Books) -> None:
    at(books, 53.0, NOON + 5000)
    at(books, 52.0, NOON + 4000)
    van = books.get(Vehicle, "van-1")
    assert (van.latitude, van.position_at, van.heading, van.speed_kmh) == (53.0, NOON + 5000, 0.0, 50)


def test_a_vehicle_first_heard_of_is_idle(books: Books) -> None:
    save(books, "van-2", VehicleFields(), VehicleFields(code="VAN-2"))
    at(books, 53.0, NOON, vehicle_id="van-2")
    assert books.get(Vehicle, "van-2").state == "idle"


def test_drivers_are_recorded_under_codes_of_their_own(books: Books) -> None:
    def driver(driver_id: str, expected: DriverFields, values: DriverFields) -> str:
        effect = books.do(c.SaveDriver(site_id=SITE, driver_id=driver_id, expected=expected, values=values))
        return effect.code or effect.status

    assert driver("driver-2", DriverFields(), DriverFields(code="D2", name="Di")) == "applied"
    assert driver("driver-2", DriverFields(phone=""), DriverFields(phone="0123")) == "applied"
    assert driver("driver-2", DriverFields(phone="9"), DriverFields(phone="1")) == "changed_meanwhile"
    assert driver("driver-3", DriverFields(), DriverFields(code="D3")) == "missing_value"
    assert driver("driver-3", DriverFields(), DriverFields(code="D2", name="Do")) == "duplicate"
    assert books.get(Driver, "driver-2").phone == "0123"


def test_a_van_that_is_entered_to_take_routes_stands_at_its_site_and_can_have_one_at_once(
    books: Books,
) -> None:
    save(
        books,
        "van-2",
        VehicleFields(),
        VehicleFields(code="VAN-2", integration="utilized", capacity_g=500_000),
    )
    van = books.get(Vehicle, "van-2")
    assert (van.state, van.latitude, van.longitude, van.position_at) == ("idle", 52.63, -1.13, None)
    books.must(
        c.PlanRoute(
            site_id=SITE, route_id="route-2", number="R-2", vehicle_id="van-2", planned_on="2026-05-28",
            starts_at=NOON, ends_at=NOON + 3_600_000,
        )
    )  # fmt: skip


def test_a_van_that_never_told_where_it_is_comes_along_when_the_place_of_its_site_is_corrected(
    books: Books,
) -> None:
    new_van = VehicleFields(code="VAN-2", integration="utilized", capacity_g=500_000)
    save(books, "van-2", VehicleFields(), new_van)
    seen, right = (
        c.SiteFields(latitude=52.63, longitude=-1.13),
        c.SiteFields(latitude=51.5, longitude=-0.1),
    )
    books.must(c.SaveSite(id=SITE, expected=seen, values=right))
    assert (books.get(Vehicle, "van-2").latitude, books.get(Vehicle, "van-2").longitude) == (51.5, -0.1)
    assert books.get(Vehicle, "van-1").latitude == 52.63, "it has told where it is"


def test_a_van_without_a_position_stands_in_its_yard_once_it_is_ready_for_work(books: Books) -> None:
    save(books, "van-2", VehicleFields(), VehicleFields(code="VAN-2", capacity_g=500_000))
    assert books.get(Vehicle, "van-2").latitude is None
    books.must(c.SetVehicleState(site_id=SITE, vehicle_id="van-2", state="idle"))
    van = books.get(Vehicle, "van-2")
    assert (van.state, van.latitude, van.longitude) == ("idle", 52.63, -1.13)


def test_a_position_of_the_far_future_does_not_keep_later_ones_out(books: Books) -> None:
    at(books, 10.0, 253_402_300_799_999)
    assert (books.get(Vehicle, "van-1").latitude, books.get(Vehicle, "van-1").position_at) == (
        10.0,
        books.now + AHEAD_MS,
    )
    books.now += AHEAD_MS + 1000
    at(books, 12.0, books.now)
    assert books.get(Vehicle, "van-1").latitude == 12.0


def test_a_position_that_was_kept_with_a_time_to_come_gives_way_to_a_true_one(books: Books) -> None:
    books.now += 365 * 24 * 3_600_000
    at(books, 10.0, books.now)
    books.now = NOON
    at(books, 11.0, NOON)
    van = books.get(Vehicle, "van-1")
    assert (van.latitude, van.position_at) == (11.0, NOON)
