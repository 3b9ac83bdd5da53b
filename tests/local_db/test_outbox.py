"""The chain of commands: in order, of unchanging bytes, retained, and begun anew under a new identity."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlcipher3 import dbapi2 as sqlite

from local_db import Desk, NotEnrolled
from local_db.meta import Meta
from local_db.outbox import RETAINED_DAYS
from services.commands.codec import chain_hash
from services.protocol.messages import EnrollResponse, Outcome
from services.sync.replica import Identity
from tests.helpers.books import SITE
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, contents, patches, pull, replica, rows_only

ANOTHER = Identity(client_id="client-2", credential="other-secret", terminal_code="T02", epoch="epoch-1")
_DAY_MS = 86_400_000


def test_the_bytes_that_are_sent_are_those_that_were_hashed(desk: Desk) -> None:
    for _ in range(3):
        desk.do(new_order(desk, ("prod-1", 1)))
    previous = b""
    for command in replica(desk).commands_after(0, 10, 10**6):
        assert command.prev_hash == previous
        previous = chain_hash(command.prev_hash, command.args)
    stored = desk.read.value("SELECT hash FROM outbox.command WHERE n = 3")
    assert stored == previous


def test_commands_are_handed_out_in_portions(desk: Desk) -> None:
    for _ in range(5):
        desk.do(new_order(desk, ("prod-1", 1)))
    side = replica(desk)
    assert [command.n for command in side.commands_after(1, 2, 10**6)] == [2, 3]
    assert [command.n for command in side.commands_after(1, 10, 1)] == [2]
    size = len(side.commands_after(1, 1, 1)[0].args)
    assert [command.n for command in side.commands_after(1, 10, 2 * size + 600)] == [2, 3]
    assert side.commands_after(5, 10, 10**6) == []


def test_numbers_of_orders_follow_each_other_and_are_never_given_twice(profile: Path, desk: Desk) -> None:
    first = [desk.next_order_number() for _ in range(3)]
    assert first == ["T01-000001", "T01-000002", "T01-000003"]
    desk.close()
    with Desk.open(profile, allow_plain=True) as again:
        assert again.next_order_number() == "T01-000004"


def test_after_the_desk_was_killed_numbers_go_on_without_a_hole_and_none_comes_twice(desk: Desk) -> None:
    assert [desk.next_order_number() for _ in range(3)][-1] == "T01-000003"
    # Nothing was closed: all that is known of the numbers is what the file says.
    again = Meta(desk._store.outbox.connection)
    assert again.next_number() == 4


def test_before_enrolment_there_are_no_numbers(tmp_path: Path) -> None:
    with Desk.open(tmp_path, allow_plain=True) as desk:
        assert desk.identity is None
        with pytest.raises(NotEnrolled):
            desk.next_order_number()


def test_work_from_before_enrolment_goes_up_under_the_new_identity(desk: Desk, tmp_path: Path) -> None:
    with Desk.open(tmp_path / "new", allow_plain=True) as new:
        assert replica(new).identity().client_id == ""
        answer = EnrollResponse("client-7", "secret-7", "T07", "epoch-1", ["org", f"site:{SITE}"])
        new.enrolled(answer)
        assert new.identity == Identity(
            client_id="client-7", credential="secret-7", terminal_code="T07", epoch="epoch-1"
        )
        assert new.site_id == SITE
        assert new.next_order_number() == "T07-000001"


def test_a_copied_file_begins_a_new_chain_with_what_has_no_outcome(desk: Desk, books: object) -> None:
    orders = [new_order(desk, ("prod-1", 1)) for _ in range(4)]
    for order in orders:
        desk.do(order)
    ids = [command.id for command in replica(desk).commands_after(0, 10, 10**6)]
    side = replica(desk)
    pull(desk, version=2, last_n=1, outcomes=[Outcome(1, "applied")])
    side.record_outcomes([Outcome(2, "applied")])
    side.enrolled_again(ANOTHER)
    again = side.commands_after(0, 10, 10**6)
    assert [(command.n, command.id) for command in again] == [(1, ids[2]), (2, ids[3])]
    assert again[0].prev_hash == b""
    assert again[1].prev_hash == chain_hash(b"", again[0].args)
    assert (side.identity(), side.settled_n(), side.outcomes_ack(), side.pending_count()) == (
        ANOTHER,
        0,
        0,
        2,
    )
    assert {row.id for row in desk.read.orders()} == {order.order_id for order in orders[2:]}
    assert [(row.n, row.status) for row in desk.read.outbox()] == [(1, "provisional"), (2, "provisional")]
    retired = desk.read.tuples("SELECT client_id, n, status FROM outbox.retired_command ORDER BY n")
    assert retired == [("client-1", 1, "applied"), ("client-1", 2, "applied"), ("client-1", 3, "sent again"),
                       ("client-1", 4, "sent again")]  # fmt: skip
    desk.do(new_order(desk, ("prod-1", 1)))
    assert side.commands_after(2, 10, 10**6)[0].n == 3


def test_enrolling_again_by_hand_is_the_same(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.enrolled(ANOTHER)
    assert desk.identity == ANOTHER
    assert [command.n for command in replica(desk).commands_after(0, 10, 10**6)] == [1]
    assert desk.next_order_number() == "T02-000001"


def test_a_new_identity_that_cannot_be_kept_leaves_the_old_one_with_its_credential(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of each would be nobody, and the terminal turned away for good."""

    def busy(*_: object) -> None:
        raise sqlite.OperationalError("database is locked")

    side = replica(desk)
    known = side.identity()
    with monkeypatch.context() as patched:
        patched.setattr(desk._store.outbox, "renumber", busy)
        with pytest.raises(sqlite.OperationalError):
            side.enrolled_again(ANOTHER)
    assert side.identity() == known
    side.enrolled_again(ANOTHER)
    assert side.identity() == ANOTHER
    names = desk.read.values("SELECT name FROM outbox.secret WHERE name LIKE 'device-credential%'")
    assert names == ["device-credential:client-2"], "no credential is left that is not needed any more"


def test_a_crash_between_new_identity_and_cache_shows_nothing_as_settled(profile: Path, desk: Desk) -> None:
    for _ in range(2):
        desk.do(new_order(desk, ("prod-1", 1)))
    pull(desk, version=2, last_n=1, outcomes=[Outcome(1, "applied")])
    last = desk.read.outbox()[0]
    desk._store.outbox.renumber(ANOTHER, None, 1)
    desk.close()
    with Desk.open(profile, allow_plain=True) as again:
        assert replica(again).settled_n() == 0
        assert [(row.n, row.id) for row in again.read.outbox()] == [(1, last.id)]
        assert len(again.read.orders()) == 1


def test_acknowledged_commands_are_kept_for_the_backup_horizon_and_then_dropped(
    profile: Path, books: object, desk: Desk
) -> None:
    def kept() -> list[int]:
        return [command.n for command in replica(desk).commands_after(0, 10, 10**6)]

    now = desk._store.clock()
    for _ in range(3):
        desk.do(new_order(desk, ("prod-1", 1)))
    applied = [Outcome(n, "applied") for n in (1, 2)]
    pull(desk, version=2, last_n=2, outcomes=applied, server_time=now)
    now += (RETAINED_DAYS - 1) * _DAY_MS
    pull(desk, version=3, last_n=2, server_time=now)
    assert kept() == [1, 2, 3]
    now += _DAY_MS
    pull(desk, version=4, last_n=3, outcomes=[Outcome(3, "applied")], server_time=now)
    assert kept() == [3]
    assert replica(desk).outcomes_ack() == 3
    now += RETAINED_DAYS * _DAY_MS
    pull(desk, version=5, last_n=3, server_time=now)
    assert kept() == []
    last_hash = desk._store.outbox.last_hash
    desk.close()
    with Desk.open(profile, allow_plain=True) as last:
        last.as_user("user-1").do(new_order(last, ("prod-1", 1)))
        sent = replica(last).commands_after(0, 10, 10**6)
        assert [(command.n, command.prev_hash) for command in sent] == [(4, last_hash)]
        assert replica(last).outcomes_ack() == 3


def test_a_clock_set_wrong_at_the_desk_drops_nothing_that_a_restored_server_may_ask_for(
    profile: Path, books: object, desk: Desk
) -> None:
    server_now = desk._store.clock()
    desk.close()
    wrong = [server_now]
    with Desk.open(profile, allow_plain=True, clock=lambda: wrong[0]) as again:
        again.as_user("user-1").do(new_order(again, ("prod-1", 1)))
        pull(again, version=2, last_n=1, outcomes=[Outcome(1, "applied")], server_time=server_now)
        for years in (9, -9, 0):
            wrong[0] = server_now + years * 365 * _DAY_MS
            pull(again, version=3, last_n=1, server_time=server_now + 2 * _DAY_MS)
    with Desk.open(profile, allow_plain=True) as last:
        pull(last, version=4, last_n=1, server_time=server_now + 3 * _DAY_MS)
        assert [command.n for command in replica(last).commands_after(0, 10, 10**6)] == [1]


def test_the_first_identity_changes_nothing_that_is_shown(tmp_path: Path, books: object) -> None:
    with Desk.open(tmp_path, allow_plain=True) as desk:
        pull(desk, patches(books))  # type: ignore[arg-type]
        before = rows_only(desk)
        desk.enrolled(IDENTITY)
        assert rows_only(desk) == before
        assert contents(desk)
        desk.enrolled(msgspec.structs.replace(IDENTITY, epoch="epoch-2"))
        assert desk.identity == msgspec.structs.replace(IDENTITY, epoch="epoch-2")
