"""What the organisation shares: bins, sites, people, terminals, settings; and its alerts."""

from __future__ import annotations

import pytest

from services import commands as c
from services.commands import LocationFields, SiteFields, UserFields
from services.storage.tables import Alert, Event, Location, Setting, Site, Terminal, User
from tests.helpers.books import SITE, Books
from tests.helpers.floor import open_alerts, shipment


def bin_(books: Books, location_id: str, values: LocationFields, **expected: str) -> str:
    effect = books.do(
        c.SaveLocation(
            site_id=SITE, location_id=location_id, expected=LocationFields(**expected), values=values
        )
    )
    return effect.code or effect.status


def person(books: Books, user_id: str, values: UserFields, **expected: str) -> str:
    effect = books.do(c.SaveUser(user_id=user_id, expected=UserFields(**expected), values=values))
    return effect.code or effect.status


def site(books: Books, site_id: str, values: SiteFields, **expected: str) -> str:
    effect = books.do(c.SaveSite(id=site_id, expected=SiteFields(**expected), values=values))
    return effect.code or effect.status


@pytest.fixture
def alert(stocked: Books) -> Alert:
    stocked.order(("prod-1", 11))
    [alert] = open_alerts(stocked, "low_stock")
    return alert


def test_a_new_bin_is_for_picking_unless_it_says_otherwise(books: Books) -> None:
    assert bin_(books, "new", LocationFields(code="B-01-01-1")) == "applied"
    assert (books.get(Location, "new").kind, books.get(Location, "new").site_id) == ("pick", SITE)
    assert bin_(books, "new", LocationFields(kind="dock"), kind="pick") == "applied"
    assert bin_(books, "new", LocationFields(kind="staging"), kind="pick") == "changed_meanwhile"


def test_a_bin_needs_a_code_that_no_other_of_its_site_has(books: Books) -> None:
    assert bin_(books, "new", LocationFields(kind="pick")) == "missing_value"
    assert bin_(books, "new", LocationFields(code="A-01-01-1")) == "duplicate"


def test_a_bin_is_closed_only_when_it_is_empty(stocked: Books) -> None:
    assert bin_(stocked, "A-01-01-1", LocationFields(active=False)) == "wrong_state"
    assert stocked.get(Location, "A-01-01-1").active
    assert bin_(stocked, "DOCK-1", LocationFields(active=False)) == "applied"


def test_sites_are_recorded_under_codes_of_their_own(books: Books) -> None:
    assert site(books, "site-2", SiteFields(code="DER", name="Derby")) == "applied"
    assert books.get(Site, "site-2").timezone == "UTC"
    assert site(books, "site-2", SiteFields(name="Derby East"), name="Derby") == "applied"
    assert site(books, "site-2", SiteFields(name="Derby West"), name="Derby") == "changed_meanwhile"
    assert site(books, "site-3", SiteFields(code="DER", name="Derry")) == "duplicate"
    assert site(books, "site-3", SiteFields(name="Derry")) == "missing_value"


def test_people_are_recorded_under_names_and_badges_of_their_own(books: Books) -> None:
    assert person(books, "user-2", UserFields(username="bob", name="Bob", roles="picker")) == "applied"
    assert person(books, "user-3", UserFields(username="bob", name="Bobby")) == "duplicate"
    assert person(books, "user-2", UserFields(badge="HFB-1")) == "duplicate"
    assert person(books, "user-3", UserFields(name="Nobody")) == "missing_value"
    assert person(books, "user-2", UserFields(roles="clerk"), roles="driver") == "changed_meanwhile"


def test_a_role_that_does_not_exist_is_refused(books: Books) -> None:
    effect = books.do(c.SaveUser(user_id="user-1", values=UserFields(roles="picker, emperor")))
    assert (effect.code, effect.details) == (
        "invalid_value",
        [{"field": "roles", "error": "emperor is no role"}],
    )


def test_there_is_always_one_active_administrator(books: Books) -> None:
    person(books, "user-2", UserFields(username="eve", name="Eve", roles="administrator"))
    assert person(books, "user-2", UserFields(roles="picker")) == "last_administrator"
    assert person(books, "user-2", UserFields(active=False)) == "last_administrator"
    assert person(books, "user-1", UserFields(roles="administrator")) == "applied"
    assert person(books, "user-2", UserFields(active=False)) == "applied"
    assert not books.get(User, "user-2").active


def test_a_terminal_is_renamed_and_barred(books: Books) -> None:
    books.unit.put(Terminal("term-1", "T01", "Desk", SITE, books.now))
    save = c.SaveTerminal(terminal_id="term-1", name="Dock door", active=False)
    assert books.do(save).status == "applied"
    terminal = books.get(Terminal, "term-1")
    assert (terminal.name, terminal.active, terminal.code) == ("Dock door", False, "T01")
    assert books.do(c.SaveTerminal(terminal_id="term-9", name="x")).code == "not_found"


def test_a_setting_is_kept_within_its_bounds(books: Books) -> None:
    assert books.do(c.SaveSetting(key="route.speed_kmh", value="55.0")).status == "applied"
    assert books.get(Setting, "route.speed_kmh").value == "55"
    assert books.do(c.SaveSetting(key="route.speed_kmh", value="500")).code == "invalid_value"
    assert books.do(c.SaveSetting(key="route.speed_kmh", value="fast")).code == "invalid_value"
    assert books.do(c.SaveSetting(key="colour", value="1")).code == "not_found"


def test_a_slower_speed_makes_the_next_delivery_later(stocked: Books) -> None:
    def minutes_on_the_road() -> float:
        order_id = stocked.order(("prod-1", 1))
        row = shipment(stocked, order_id)
        assert row.eta is not None
        stocked.must(c.CancelOrder(site_id=SITE, order_id=order_id, reason="again"))
        return (row.eta - stocked.now) / 60_000

    before = minutes_on_the_road()
    stocked.must(c.SaveSetting(key="route.speed_kmh", value="20"))
    assert minutes_on_the_road() > before


def test_an_alert_that_somebody_looks_after_says_who(stocked: Books, alert: Alert) -> None:
    seen = c.AcknowledgeAlert(site_id=SITE, alert_id=alert.id)
    assert stocked.do(seen, actor="user-1").status == "applied"
    stocked.do(seen, actor="user-9")
    row = stocked.get(Alert, alert.id)
    assert (row.status, row.acknowledged_by) == ("acknowledged", "user-1")


def test_a_settled_alert_is_settled_once_and_may_be_raised_again(stocked: Books, alert: Alert) -> None:
    settle = c.ResolveAlert(site_id=SITE, alert_id=alert.id, note="ordered more")
    stocked.must(settle)
    at = stocked.now
    stocked.must(settle)
    row = stocked.get(Alert, alert.id)
    assert (row.status, row.resolved_at) == ("resolved", at)
    assert [e.text for e in stocked.find(Event, subject_id=alert.id)] == [
        f"Settled: ordered more: {alert.message}"
    ]
    stocked.order(("prod-1", 4))
    assert len(open_alerts(stocked, "low_stock")) == 1
