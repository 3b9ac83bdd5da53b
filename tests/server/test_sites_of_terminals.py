"""A terminal brings work of the sites that it works at, of one that it has lost what was done before, and of no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from services.commands import (
    Command,
    GrantSite,
    LocationFields,
    ReceiveStock,
    ReturnAllotment,
    SaveLocation,
    WithdrawSite,
)
from services.protocol.messages import Outcome
from services.server.api_desk import api_terminal
from services.server.clock import now_ms
from services.server.doctor import examine
from services.server.parts import Parts, build
from services.server.routes.live import COME_AGAIN
from services.server.transaction import Transaction
from services.storage.tables import Event, Location, Site, Stock, TerminalSite
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import RunningServer, server_settings
from tests.server.client import enroll, signed_in
from tests.server.terminal import Terminal
from tests.server.test_live import live, read, read_until
from tests.server.warehouse import OTHER_SITE, SITE, bin_id, fill, must, seed_site

HOUR = 3_600_000
YEAR = 365 * 24 * HOUR
HERE, THERE = f"site:{SITE}", f"site:{OTHER_SITE}"


class Wall:
    """The server's clock, which a test moves."""

    def __init__(self) -> None:
        self.now = now_ms()

    def __call__(self) -> int:
        return self.now


class Ground:
    """A server of two sites, an administrator's desk at the one, and a desk whose sites change."""

    def __init__(self, parts: Parts, wall: Wall) -> None:
        self.parts, self.wall = parts, wall
        self.office = Terminal(parts)
        self.desk = Terminal(parts)
        device = parts.clients.authenticate(self.desk.enrolled.client_id, self.desk.enrolled.credential)
        self.terminal_id = device.terminal.id

    def grant(self, site: str = OTHER_SITE, actor: str = "") -> Outcome:
        command = GrantSite(terminal_id=self.terminal_id, held_site_id=site, reason="busy there")
        return self.office.do(command, actor=actor).outcomes[0]

    def withdraw(self, site: str = OTHER_SITE) -> Outcome:
        command = WithdrawSite(terminal_id=self.terminal_id, held_site_id=site, reason="moved")
        return self.office.do(command).outcomes[0]

    def scopes(self) -> list[str]:
        enrolled = self.desk.enrolled
        return self.parts.clients.authenticate(enrolled.client_id, enrolled.credential).scopes

    def push(self, *commands: Command, ago: int = 0, clock: int = 0, says_when: bool = True) -> list[Outcome]:
        """What comes of commands given so long ago by a desk whose clock is so far off (ms)."""
        first = len(self.desk.queued) + 1
        for command in commands:
            sent = self.desk.queue(command)
            self.desk.queued[-1] = msgspec.structs.replace(sent, issued_at=self.wall.now - ago + clock)
        request = self.desk.request(first)
        if says_when:
            request = msgspec.structs.replace(request, sent_at=self.wall.now + clock)
        return self.parts.push.take(request).outcomes

    def problems(self) -> list[str]:
        return [problem for finding in examine(self.parts.database) for problem in finding.problems]


def receipt(site: str = OTHER_SITE) -> ReceiveStock:
    return ReceiveStock(site_id=site, product_id="prod-1", location_id=bin_id(site, 1), quantity=1)


@pytest.fixture
def ground(database_url: str, tmp_path: Path) -> Iterator[Ground]:
    wall = Wall()
    parts = build(server_settings(tmp_path, database_url=database_url), wall)
    parts.committer.start()
    fill(parts, sites=(SITE, OTHER_SITE))
    yield Ground(parts, wall)
    parts.close()


def test_work_of_a_site_that_the_terminal_never_had_is_refused_for_good(ground: Ground) -> None:
    [mine, foreign, after] = ground.push(receipt(SITE), receipt(), receipt(SITE))
    assert (mine.status, after.status) == ("applied", "applied")
    assert (foreign.status, foreign.code) == ("rejected", "site_never_held")
    assert "never worked at Warehouse site-2" in foreign.message
    assert foreign.details == [{"terminal_id": ground.terminal_id, "held_site_id": OTHER_SITE}]
    again = ground.parts.push.take(ground.desk.request(1)).outcomes
    assert [outcome.code for outcome in again] == ["", "site_never_held", ""]
    assert ground.problems() == []


def test_a_site_that_does_not_exist_is_one_that_the_terminal_never_had(ground: Ground) -> None:
    assert ground.push(receipt("nowhere"))[0].code == "site_never_held"


def test_a_command_of_ones_own_site_does_not_change_what_belongs_to_another(ground: Ground) -> None:
    closed = SaveLocation(site_id=SITE, location_id=bin_id(OTHER_SITE, 3), values=LocationFields(aisle="XX"))
    assert ground.push(closed)[0].code == "not_found"
    with ground.parts.database.reading() as connection:
        place = UnitOfWork(connection).get(Location, bin_id(OTHER_SITE, 3))
    assert place is not None
    assert place.aisle == "01"


def test_a_site_that_is_granted_is_worked_at_from_then_on(ground: Ground) -> None:
    assert ground.grant().status == "applied"
    assert ground.scopes() == ["org", HERE, THERE]
    assert ground.push(receipt())[0].status == "applied"
    assert ground.grant().status == "applied"  # twice is once
    with ground.parts.database.reading() as connection:
        unit = UnitOfWork(connection)
        assert len(unit.find(TerminalSite, terminal_id=ground.terminal_id)) == 2
        [event] = [row for row in unit.find(Event, subject_id=ground.terminal_id) if "granted" in row.kind]
    assert "works at Warehouse site-2 from now on: busy there" in event.text
    assert event.actor_id == "user-administrator"
    assert ground.problems() == []


def test_only_who_may_manage_terminals_gives_them_sites(ground: Ground) -> None:
    assert ground.grant(actor="user-supervisor").code == "not_permitted"
    assert ground.scopes() == ["org", HERE]


def test_what_was_done_before_the_site_was_lost_still_goes_up(ground: Ground) -> None:
    ground.grant()
    ground.wall.now += 5 * HOUR
    ground.withdraw()
    ground.wall.now += HOUR
    assert ground.scopes() == ["org", HERE]
    [before, after] = ground.push(receipt(), ago=2 * HOUR) + ground.push(receipt(), ago=HOUR // 2)
    assert before.status == "applied"
    assert (after.status, after.code) == ("rejected", "site_lost")
    assert "Warehouse site-2 no more since" in after.message


@pytest.mark.parametrize("clock", [-9 * YEAR, -HOUR, HOUR, 9 * YEAR])
def test_a_clock_that_is_wrong_makes_no_difference(ground: Ground, clock: int) -> None:
    ground.grant()
    ground.wall.now += 5 * HOUR
    ground.withdraw()
    ground.wall.now += 20 * 24 * HOUR
    [before] = ground.push(receipt(), ago=20 * 24 * HOUR + HOUR, clock=clock)
    [after] = ground.push(receipt(), ago=HOUR, clock=clock)
    assert (before.status, after.code) == ("applied", "site_lost")


def test_without_word_of_its_clock_a_terminal_is_believed_as_far_as_rows_are_dated_by_it(
    ground: Ground,
) -> None:
    ground.grant()
    ground.wall.now += 5 * HOUR
    ground.withdraw()
    ground.wall.now += HOUR
    [before] = ground.push(receipt(), ago=2 * HOUR, says_when=False)
    [beyond_belief] = ground.push(receipt(), ago=YEAR, says_when=False)
    assert (before.status, beyond_belief.code) == ("applied", "site_lost")


def test_nothing_is_given_before_what_stands_before_it_in_the_queue(ground: Ground) -> None:
    """A terminal cannot go back to when it had the site, once it has brought work of a later time."""
    ground.grant()
    ground.wall.now += 5 * HOUR
    ground.withdraw()
    ground.wall.now += HOUR
    [later, back_dated] = ground.push(receipt(SITE)) + ground.push(receipt(), ago=3 * HOUR)
    assert (later.status, back_dated.code) == ("applied", "site_lost")


def test_what_is_set_aside_at_a_lost_site_can_be_given_back_after_it(ground: Ground) -> None:
    give = ReturnAllotment(site_id=OTHER_SITE, allotment_id="whatever")
    assert ground.push(give)[0].code == "site_never_held"
    ground.grant()
    ground.wall.now += HOUR
    ground.withdraw()
    ground.wall.now += HOUR
    assert ground.push(give)[0].status == "applied"


def test_a_site_that_is_granted_again_is_worked_at_again(ground: Ground) -> None:
    ground.grant()
    ground.wall.now += HOUR
    ground.withdraw()
    ground.wall.now += HOUR
    ground.grant()
    assert ground.push(receipt(), receipt())[1].status == "applied"
    ground.wall.now += HOUR
    ground.withdraw()
    ground.wall.now += HOUR
    assert ground.push(receipt())[0].code == "site_lost"
    assert ground.problems() == []


def test_a_terminal_keeps_one_site_at_least_and_moves_its_home_to_what_it_has(ground: Ground) -> None:
    assert ground.withdraw(SITE).code == "last_site"
    ground.grant()
    assert ground.withdraw(SITE).status == "applied"
    assert ground.scopes() == ["org", THERE]
    enrolled = ground.desk.enrolled
    device = ground.parts.clients.authenticate(enrolled.client_id, enrolled.credential)
    assert device.terminal.home_site_id == OTHER_SITE
    assert ground.withdraw(SITE).status == "applied"  # it works there no more: nothing is left to do
    assert ground.problems() == []


def test_a_copy_that_enrols_again_has_the_sites_of_the_terminal_it_was_and_its_past(ground: Ground) -> None:
    ground.grant()
    ground.wall.now += 2 * HOUR
    ground.withdraw()
    old = ground.desk.enrolled
    device = ground.parts.clients.authenticate(old.client_id, old.credential)
    ground.wall.now += HOUR
    ground.desk.enrolled = ground.parts.clients.enroll_again(device)
    assert ground.desk.enrolled.scopes == ["org", HERE]
    ground.desk.queued, ground.desk.hash = [], b""
    [before, after] = ground.push(receipt(), ago=2 * HOUR) + ground.push(receipt())
    assert (before.status, after.code) == ("applied", "site_lost")


def test_what_a_copy_gave_before_a_loss_is_taken_although_its_original_went_on_after_it(
    ground: Ground,
) -> None:
    ground.grant()
    original = ground.desk.enrolled
    ground.wall.now += 2 * HOUR
    ground.withdraw()
    ground.wall.now += HOUR
    assert ground.push(receipt(SITE))[0].status == "applied"
    device = ground.parts.clients.authenticate(original.client_id, original.credential)
    ground.desk.enrolled = ground.parts.clients.enroll_again(device)
    ground.desk.queued, ground.desk.hash = [], b""
    assert ground.push(receipt(), ago=2 * HOUR)[0].status == "applied"


def test_the_servers_own_terminals_are_given_no_sites(ground: Ground) -> None:
    def make(transaction: Transaction) -> str:
        site = transaction.unit.get(Site, SITE)
        assert site is not None
        return api_terminal(transaction, site).id

    own = ground.parts.committer.run(("org",), make)
    outcome = ground.office.do(GrantSite(terminal_id=own, held_site_id=OTHER_SITE, reason="why not"))
    assert outcome.outcomes[0].code == "wrong_state"


def test_the_doctor_finds_a_terminal_that_works_nowhere_or_not_at_its_home(ground: Ground) -> None:
    def damage(transaction: Transaction) -> None:
        [held] = transaction.unit.find(TerminalSite, terminal_id=ground.terminal_id)
        transaction.unit.change(held, until=held.since - 1)

    ground.parts.committer.run(("org",), damage)
    found = ground.problems()
    assert any("works nowhere" in problem for problem in found)
    assert any("ended before it began" in problem for problem in found)


def test_a_refused_command_leaves_the_other_sites_stock_alone(ground: Ground) -> None:
    ground.push(receipt())
    with ground.parts.database.reading() as connection:
        stock = UnitOfWork(connection).find(Stock, location_id=bin_id(OTHER_SITE, 1))
    assert [row.on_hand for row in stock] == [100]


def test_a_live_link_ends_when_the_terminals_sites_change_and_comes_back_with_them(
    server: RunningServer,
) -> None:
    server.parts.committer.run(("org", THERE), lambda transaction: seed_site(transaction, OTHER_SITE))
    with signed_in(server) as client:
        enrolled, other = enroll(client), enroll(client, "Another")
        terminal_id = server.parts.clients.authenticate(enrolled.client_id, enrolled.credential).terminal.id
        grant = GrantSite(terminal_id=terminal_id, held_site_id=OTHER_SITE, reason="busy there")
        with live(server, enrolled) as socket, live(server, other) as bystander:
            read(socket)
            read(bystander)
            server.parts.committer.run(("org",), lambda transaction: must(transaction, grant, "grant"))
            with pytest.raises(ConnectionClosed) as closed:
                read_until(socket, lambda _message: False)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == COME_AGAIN
            with live(server, enrolled) as socket_again:
                told = read_until(socket_again, lambda message: getattr(message, "scope", "") == THERE)
            assert told
            bystander.ping().wait(20)
