"""Terminals over REST: an administrator sees where each works, and gives and takes sites; each change is an event."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from services.storage.tables import Event
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import RunningServer
from tests.server.client import enroll, signed_in
from tests.server.warehouse import OTHER_SITE, SITE, seed_site


@pytest.fixture
def ground(server: RunningServer) -> RunningServer:
    """A server with a second site."""
    scopes = ("org", f"site:{OTHER_SITE}")
    server.parts.committer.run(scopes, lambda transaction: seed_site(transaction, OTHER_SITE))
    return server


@pytest.fixture
def office(ground: RunningServer) -> Iterator[httpx.Client]:
    with signed_in(ground) as client:
        yield client


def terminal_of(office: httpx.Client) -> str:
    """The id of a terminal that has just been enrolled at the first site."""
    code = enroll(office).terminal_code
    [found] = [row for row in office.get("/api/terminals").json()["terminals"] if row["code"] == code]
    return str(found["id"])


def sites(view: dict[str, object]) -> list[tuple[str, bool]]:
    """(site, whether it works there now)."""
    return [(row["site_id"], row["until"] is None) for row in view["sites"]]  # type: ignore[attr-defined]


def test_sites_are_given_and_taken_with_a_reason_that_stands_in_the_event(
    ground: RunningServer, office: httpx.Client
) -> None:
    terminal_id = terminal_of(office)
    path = f"/api/terminals/{terminal_id}"
    assert sites(office.get(path).json()) == [(SITE, True)]
    given = office.post(f"{path}/sites", json={"site_id": OTHER_SITE, "reason": "busy there"})
    assert (given.status_code, sites(given.json())) == (200, [(SITE, True), (OTHER_SITE, True)])
    taken = office.delete(f"{path}/sites/{OTHER_SITE}", params={"reason": "quiet again"})
    assert (taken.status_code, sites(taken.json())) == (200, [(SITE, True), (OTHER_SITE, False)])
    with ground.parts.database.reading() as connection:
        events = UnitOfWork(connection).find(Event, subject_id=terminal_id)
    told = {event.kind: event for event in events if event.kind != "terminal.enrolled"}
    assert told.keys() == {"terminal.site_granted", "terminal.site_withdrawn"}
    assert told["terminal.site_granted"].text.endswith("busy there")
    assert told["terminal.site_withdrawn"].text.endswith("quiet again")
    assert {event.actor_id != "" for event in told.values()} == {True}


def test_the_only_site_of_a_terminal_is_not_taken(office: httpx.Client) -> None:
    terminal_id = terminal_of(office)
    refused = office.delete(f"/api/terminals/{terminal_id}/sites/{SITE}", params={"reason": "why not"})
    assert (refused.status_code, refused.json()["code"]) == (409, "last_site")
    assert sites(office.get(f"/api/terminals/{terminal_id}").json()) == [(SITE, True)]


def test_a_repeat_with_the_same_key_does_it_once(ground: RunningServer, office: httpx.Client) -> None:
    terminal_id = terminal_of(office)
    wanted = {"site_id": OTHER_SITE, "reason": "busy there"}
    answers = [
        office.post(f"/api/terminals/{terminal_id}/sites", json=wanted, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("role", ["supervisor", "viewer", "service"])
def test_only_administrators_see_and_change_it(
    ground: RunningServer, office: httpx.Client, role: str
) -> None:
    terminal_id = terminal_of(office)
    with signed_in(ground, role) as client:
        answers = [
            client.get("/api/terminals"),
            client.get(f"/api/terminals/{terminal_id}"),
            client.post(f"/api/terminals/{terminal_id}/sites", json={"site_id": OTHER_SITE, "reason": "x"}),
            client.delete(f"/api/terminals/{terminal_id}/sites/{SITE}", params={"reason": "x"}),
        ]
    assert [answer.status_code for answer in answers] == [403] * 4


def test_what_is_wrong_is_named(office: httpx.Client) -> None:
    terminal_id = terminal_of(office)
    path = f"/api/terminals/{terminal_id}/sites"
    assert office.post(path, json={"site_id": OTHER_SITE}).status_code == 422
    assert office.post(path, json={"site_id": OTHER_SITE, "reason": ""}).status_code == 422
    assert office.delete(f"{path}/{SITE}").status_code == 422
    assert office.post(path, json={"site_id": "nowhere", "reason": "x"}).status_code == 404
    unknown = office.post("/api/terminals/nobody/sites", json={"site_id": SITE, "reason": "x"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert office.get("/api/terminals/nobody").status_code == 404
