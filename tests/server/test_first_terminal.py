"""A warehouse that begins with nothing: its first terminal brings its first site."""

from __future__ import annotations

from services.protocol.messages import EnrollRequest, encode
from services.server.parts import Parts
from services.server.settings import Settings
from services.storage.tables import Event, Site
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import RunningServer, running_server
from tests.server.client import enroll, signed_in
from tests.server.warehouse import fill


def sites_of(server: RunningServer) -> list[Site]:
    """What the server has."""
    with server.parts.database.reading() as connection:
        return UnitOfWork(connection).find(Site, active=1)


def test_the_first_terminal_of_an_empty_server_brings_its_first_site(settings: Settings) -> None:
    with running_server(settings) as server, signed_in(server) as client:
        assert sites_of(server) == []
        first = enroll(client, "Office", site="")
        (site,) = sites_of(server)
        assert first.scopes == ["org", f"site:{site.id}"]
        with server.parts.database.reading() as connection:
            (told,) = UnitOfWork(connection).find(Event, kind="site.saved")
        assert told.text == "Site Main warehouse added"
        assert enroll(client, "Packing", site="").scopes == first.scopes
        assert sites_of(server) == [site]


def test_with_several_sites_one_has_to_be_named(settings: Settings) -> None:
    def two_sites(parts: Parts) -> None:
        fill(parts, sites=("site-1", "site-2"))

    with running_server(settings, on_start=two_sites) as server, signed_in(server) as client:
        answer = client.post("/sync/enroll", content=encode(EnrollRequest("Desk")))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_only_who_may_enrol_makes_the_first_site(settings: Settings) -> None:
    with running_server(settings) as server, signed_in(server) as client:
        client.headers["Authorization"] = "Bearer nobody"
        assert client.post("/sync/enroll", content=encode(EnrollRequest("Desk"))).status_code == 401
        assert sites_of(server) == []
