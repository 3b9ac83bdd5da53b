"""A round of sync between model files and a model server, when all goes well and when the server objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.protocol.messages import (
    MAX_COMMANDS_PER_PUSH,
    NO_PATCHES,
    PullRequest,
    PullResponse,
    PushRequest,
    PushResponse,
)
from services.sync.errors import (
    Busy,
    LocalTrouble,
    NotEnrolled,
    Offline,
    ProtocolError,
    Refused,
    TooLarge,
    UpgradeRequired,
)
from services.sync.replica import Identity
from services.sync.states import State
from tests.helpers.bad_network import Fault
from tests.helpers.sync_pair import SITE, Pair, Terminal, agree


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


@pytest.fixture
def desk(pair: Pair) -> Terminal:
    """A terminal that has synced once."""
    desk = pair.terminal()
    desk.sync()
    desk.network.calls.clear()
    return desk


def states(desk: Terminal) -> list[State]:
    """The states that a terminal went through, each once in a row."""
    return [
        status.state
        for before, status in zip([None, *desk.seen], desk.seen, strict=False)
        if before is None or before.state is not status.state
    ]


def test_commands_go_up_and_their_outcomes_and_rows_come_down(pair: Pair, desk: Terminal) -> None:
    desk.do("A-01", 5)
    desk.do("A-02", -1)
    status = desk.sync()
    assert [outcome.status for outcome in desk.replica.outcomes.values()] == ["applied", "rejected"]
    assert desk.replica.rows == {"A-01": ["A-01", SITE, 5]}
    assert (status.state, status.pending, status.problem) == (State.IDLE, 0, "")
    assert status.last_sync_at == pair.clock.now_ms()
    agree(pair.server, [desk])


def test_a_round_goes_through_its_states_in_order(desk: Terminal) -> None:
    desk.seen.clear()
    desk.do("A-01", 5)
    desk.sync()
    assert states(desk) == [State.IDLE, State.PUSHING, State.PULLING, State.SETTLING, State.IDLE]


def test_a_new_terminal_takes_over_an_image_and_pulls_only_what_came_after(
    pair: Pair, desk: Terminal
) -> None:
    for number in range(10):
        desk.do(f"A-{number}", 1)
    desk.sync()
    newcomer = pair.terminal()
    newcomer.sync()
    assert "adopt_snapshot" in newcomer.replica.calls
    assert newcomer.network.calls == ["push", "snapshot", "pull"]
    assert State.FIRST_SYNC in states(newcomer)
    assert list(newcomer.scratch.iterdir()) == []
    agree(pair.server, [desk, newcomer])


def test_without_an_image_every_row_comes_page_by_page(tmp_path: Path) -> None:
    pair = Pair(tmp_path, gives_images=False)
    desk, newcomer = pair.terminal(), pair.terminal()
    for number in range(10):
        desk.do(f"A-{number}", 1)
    desk.sync()
    newcomer.sync()
    assert newcomer.network.calls.count("pull") == 4
    agree(pair.server, [desk, newcomer])


def test_an_image_that_is_damaged_each_time_is_done_without(pair: Pair) -> None:
    desk = pair.terminal()
    desk.sync(Fault.NONE, Fault.DAMAGE, Fault.DAMAGE)
    assert "adopt_snapshot" not in desk.replica.calls
    agree(pair.server, [desk])


def test_an_image_that_could_not_be_taken_over_is_not_fetched_again_at_once(pair: Pair) -> None:
    desk = pair.terminal()
    desk.replica.fail_next("adopt_snapshot")
    with pytest.raises(LocalTrouble, match="disk is full"):
        desk.sync()
    desk.network.calls.clear()
    desk.sync()
    assert "snapshot" not in desk.network.calls
    assert list(desk.scratch.iterdir()) == []
    agree(pair.server, [desk])


def test_an_image_that_no_try_can_take_over_is_dropped(pair: Pair) -> None:
    desk = pair.terminal()
    desk.replica.fail_next("adopt_snapshot", 2)
    for _ in range(2):
        with pytest.raises(LocalTrouble):
            desk.sync()
    assert list(desk.scratch.iterdir()) == []
    desk.network.calls.clear()
    desk.sync()
    assert "snapshot" in desk.network.calls


def test_an_image_that_a_crash_left_behind_is_removed(pair: Pair) -> None:
    desk = pair.terminal()
    (desk.scratch / "first-sync.image").write_bytes(b"rows that nobody should read")
    desk.sync()
    assert list(desk.scratch.iterdir()) == []


def test_many_commands_go_up_in_batches(pair: Pair, desk: Terminal) -> None:
    for _ in range(1200):
        desk.do("A-01", 1)
    desk.sync()
    sizes = [len(batch) for batch in pair.server.sent_batches if batch]
    assert sum(sizes) == 1200
    assert max(sizes) <= MAX_COMMANDS_PER_PUSH
    assert len(sizes) > 3, "a batch is bounded in bytes too"
    agree(pair.server, [desk])


def test_a_batch_that_something_on_the_way_takes_for_too_large_goes_up_in_parts(
    pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = desk.network.push

    def narrow(request: PushRequest, *, within_s: float) -> PushResponse:
        if len(request.commands) > 3:
            raise TooLarge("413")
        return push(request, within_s=within_s)

    monkeypatch.setattr(desk.network, "push", narrow)
    for _ in range(20):
        desk.do("A-01", 1)
    desk.sync()
    assert max(len(batch) for batch in pair.server.sent_batches) <= 3
    agree(pair.server, [desk])


def test_one_command_that_is_too_large_for_something_on_the_way_stays_queued_and_is_told_of(
    desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(request: PushRequest, *, within_s: float) -> PushResponse:
        raise TooLarge("The request was too large for something on the way.")

    monkeypatch.setattr(desk.network, "push", closed)
    desk.do("A-01", 1)
    with pytest.raises(TooLarge):
        desk.sync()
    assert (desk.engine.status.state, desk.engine.status.pending) == (State.WAITING, 1)


def test_a_gap_is_filled_from_what_is_retained(pair: Pair, desk: Terminal) -> None:
    backup = pair.server.backup()
    desk.do("A-01", 1)
    desk.do("A-02", 1)
    desk.sync()
    # The server loses its memory without saying so: the same epoch.
    pair.server.state = backup
    desk.do("A-03", 1)
    desk.sync()
    assert sorted(pair.server.state.rows) == ["A-01", "A-02", "A-03"]
    agree(pair.server, [desk])


def test_a_restored_server_is_refilled_and_its_rows_are_fetched_anew(pair: Pair, desk: Terminal) -> None:
    desk.do("A-01", 1)
    desk.sync()
    backup = pair.server.backup()
    desk.do("A-02", 1)
    desk.sync()
    pair.server.restore(backup)
    desk.do("A-03", 1)
    desk.sync()
    assert desk.replica.identity().epoch == pair.server.epoch
    assert pair.server.state.executed.total() == 3
    assert sorted(desk.replica.rows) == ["A-01", "A-02", "A-03"]
    agree(pair.server, [desk])


def test_a_restored_server_is_refilled_by_a_terminal_with_nothing_new(pair: Pair, desk: Terminal) -> None:
    backup = pair.server.backup()
    desk.do("A-01", 1)
    desk.sync()
    pair.server.restore(backup)
    desk.sync()
    assert pair.server.state.rows == {"A-01": ["A-01", SITE, 1]}
    agree(pair.server, [desk])


def test_the_refill_goes_on_after_a_restart_in_the_middle_of_it(pair: Pair, desk: Terminal) -> None:
    backup = pair.server.backup()
    desk.do("A-01", 1)
    desk.sync()
    pair.server.restore(backup)
    with pytest.raises(Offline):
        desk.sync(Fault.NONE, Fault.LOSE_REQUEST)
    assert desk.replica.identity().epoch == pair.server.epoch
    desk.restart()
    desk.sync()
    assert pair.server.state.rows == {"A-01": ["A-01", SITE, 1]}
    agree(pair.server, [desk])


def test_a_server_restored_beyond_what_is_retained_makes_the_terminal_enrol_again(
    pair: Pair, desk: Terminal
) -> None:
    backup = pair.server.backup()
    for number in range(3):
        desk.do(f"A-{number}", 1)
    desk.sync()
    desk.replica.forget_history(2)
    pair.server.restore(backup)
    desk.do("A-9", 1)
    desk.sync()
    assert desk.replica.identity().client_id == "client-2"
    assert desk.replica.rows == {"A-9": ["A-9", SITE, 1]}


def test_a_copied_file_enrols_again_and_its_own_work_is_kept(pair: Pair, desk: Terminal) -> None:
    shared = desk.do("A-01", 1)
    copy = pair.with_files(desk.replica.clone())
    mine = desk.do("A-02", 1)
    desk.sync()
    theirs = copy.do("A-03", 1)
    copy.sync()
    assert copy.replica.identity().client_id == "client-2"
    assert copy.replica.identity().credential == "secret-of-client-2"
    assert copy.engine.identity == copy.replica.identity()
    assert pair.server.state.executed == {shared: 1, mine: 1, theirs: 1}
    desk.sync()
    agree(pair.server, [desk, copy])


def test_a_copy_that_is_behind_and_has_nothing_of_its_own_finds_out_by_pulling(
    pair: Pair, desk: Terminal
) -> None:
    copy = pair.with_files(desk.replica.clone())
    desk.do("A-01", 1)
    desk.sync()
    copy.sync()
    assert copy.replica.identity().client_id == "client-2"
    own = copy.do("A-02", 1)
    copy.sync()
    assert pair.server.state.executed[own] == 1
    desk.sync()
    agree(pair.server, [desk, copy])


def test_a_copy_overtaken_between_its_push_and_its_pull_does_not_take_foreign_outcomes_for_its_own(
    pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = pair.with_files(desk.replica.clone())
    pull = copy.network.pull
    own: list[str] = []

    def overtaken(*args: object, **kwargs: object) -> object:
        if not own:
            desk.do("A-01", 1)
            desk.sync()
            own.append(copy.do("A-02", 1))
        return pull(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(copy.network, "pull", overtaken)
    copy.sync()
    assert pair.server.state.executed[own[0]] == 1
    desk.sync()
    agree(pair.server, [desk, copy])


def test_a_new_identity_that_could_not_be_kept_is_not_asked_for_twice(pair: Pair, desk: Terminal) -> None:
    copy = pair.with_files(desk.replica.clone())
    desk.do("A-01", 1)
    desk.sync()
    copy.do("A-02", 1)
    copy.replica.fail_next("enrolled_again")
    with pytest.raises(LocalTrouble):
        copy.sync()
    copy.sync()
    assert copy.network.calls.count("re_enroll") == 1
    desk.sync()
    agree(pair.server, [desk, copy])


def test_a_server_that_calls_every_identity_forked_is_not_asked_for_ever_more(
    pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        desk.network, "push", lambda request, within_s: PushResponse(0, [], "forked", nonce=request.nonce)
    )
    desk.do("A-01", 1)
    with pytest.raises(ProtocolError, match="identity"):
        desk.sync()
    assert desk.network.calls.count("re_enroll") == 1


def test_an_outdated_program_keeps_its_commands_and_sends_none_until_the_server_takes_it(
    pair: Pair, desk: Terminal
) -> None:
    pair.server.outdated = True
    desk.do("A-01", 1)
    with pytest.raises(UpgradeRequired):
        desk.sync()
    assert desk.engine.status.state is State.UPGRADE_REQUIRED
    assert "kept" in desk.engine.status.problem
    assert desk.engine.status.pending == 1
    shown: list[int] = []
    push = desk.network.push
    desk.network.push = lambda request, **kw: (shown.append(len(request.commands)), push(request, **kw))[1]  # type: ignore[method-assign]
    with pytest.raises(UpgradeRequired):
        desk.sync()
    assert shown == [0]
    pair.server.outdated = False
    desk.sync()
    agree(pair.server, [desk])


def test_a_terminal_that_was_shut_out_keeps_its_commands_and_says_so(pair: Pair, desk: Terminal) -> None:
    pair.server.revoked.add("client-1")
    desk.do("A-01", 1)
    with pytest.raises(Refused):
        desk.sync()
    assert (desk.engine.status.state, desk.engine.status.problem) == (
        State.BARRED,
        "This terminal was shut out.",
    )
    assert desk.replica.outcomes == {}
    pair.server.revoked.clear()
    desk.sync()
    agree(pair.server, [desk])


def test_a_terminal_without_identity_says_so_and_asks_nobody(pair: Pair) -> None:
    desk = pair.at(Identity(client_id="", terminal_code="", epoch=""))
    with pytest.raises(NotEnrolled):
        desk.sync()
    assert desk.engine.status.state is State.NEEDS_ENROLMENT
    assert desk.network.calls == []


def test_a_server_that_stumbles_on_a_command_gets_the_rest_later_and_nothing_twice(
    pair: Pair, desk: Terminal
) -> None:
    first, poison, last = desk.do("A-01", 1), desk.do("A-02", 1), desk.do("A-03", 1)
    pair.server.busy_with.add(poison)
    with pytest.raises(Busy):
        desk.sync()
    assert list(desk.replica.outcomes) == [1]
    pair.server.busy_with.clear()
    desk.sync()
    assert pair.server.state.executed == {first: 1, poison: 1, last: 1}
    agree(pair.server, [desk])


def test_outcomes_of_an_answer_with_a_problem_are_kept(pair: Pair, desk: Terminal) -> None:
    done = desk.do("A-01", 1)
    copy = pair.with_files(desk.replica.clone())
    desk.do("A-02", 1)
    desk.sync()
    copy.do("A-03", 1)
    copy.sync()
    assert copy.replica.retired[done] is not None
    assert pair.server.state.executed[done] == 1


@pytest.mark.parametrize("fault", [Fault.LOSE_REQUEST, Fault.LOSE_ANSWER, Fault.CUT_ANSWER])
@pytest.mark.parametrize("at", range(4))
def test_whatever_call_is_lost_the_next_round_makes_it_good(
    pair: Pair, desk: Terminal, fault: Fault, at: int
) -> None:
    ids = [desk.do(f"A-{number}", 1) for number in range(8)]
    with pytest.raises((Offline, ProtocolError)):
        for _ in range(3):
            desk.sync(*[Fault.NONE] * at, fault, fault, fault)
    desk.sync()
    assert pair.server.state.executed == dict.fromkeys(ids, 1)
    agree(pair.server, [desk])


def test_a_page_that_gets_lost_is_asked_for_again_without_beginning_anew(tmp_path: Path) -> None:
    pair = Pair(tmp_path, gives_images=False)
    desk, other = pair.terminal(), pair.terminal()
    desk.sync()
    for number in range(9):
        other.do(f"A-{number}", 1)
    other.sync()
    desk.network.calls.clear()
    desk.sync(Fault.NONE, Fault.LOSE_ANSWER)
    assert desk.network.calls == ["pull", "pull", "pull", "pull"]
    agree(pair.server, [desk, other])


def test_a_page_that_was_damaged_on_its_way_takes_no_effect(pair: Pair, desk: Terminal) -> None:
    other = pair.terminal()
    other.do("A-01", 7)
    other.sync()
    with pytest.raises(ProtocolError, match="checksum"):
        desk.sync(Fault.DAMAGE)
    assert desk.replica.rows == {}
    assert desk.replica.staged == []
    desk.sync()
    agree(pair.server, [desk, other])


def test_an_old_answer_to_a_pull_sets_nothing_back(pair: Pair, desk: Terminal) -> None:
    other = pair.terminal()
    other.do("A-01", 7)
    other.sync()
    desk.sync()
    other.do("A-01", 1)
    other.sync()
    desk.sync()
    before = desk.replica.cache_cursors
    with pytest.raises(ProtocolError, match="another question"):
        desk.sync(Fault.OLD_ANSWER)
    assert desk.replica.cache_cursors == before
    assert desk.replica.rows["A-01"][2] == 8


def test_an_answer_from_before_a_restore_is_not_taken(pair: Pair, desk: Terminal) -> None:
    other = pair.terminal()
    backup = pair.server.backup()
    other.do("A-01", 7)
    other.sync()
    desk.sync()
    pair.server.restore(backup)
    desk.do("A-02", 1)
    # The new epoch, the last_n asked for, the command, the image, and then the pull's old answer.
    with pytest.raises(ProtocolError, match="another question"):
        desk.sync(*[Fault.NONE] * 4, Fault.OLD_ANSWER)
    assert desk.replica.rows == {"A-02": ["A-02", SITE, 1]}


def test_an_old_answer_does_not_pass_for_all_the_rows_of_an_empty_cache(tmp_path: Path) -> None:
    pair = Pair(tmp_path, gives_images=False)
    desk = pair.terminal()
    desk.do("A-01", 7)
    desk.sync()
    desk.sync()
    desk.replica.drop_cache()
    # The last_n asked for, no image, and then the answer that there was nothing new.
    with pytest.raises(ProtocolError, match="another question"):
        desk.sync(Fault.NONE, Fault.NONE, Fault.OLD_ANSWER)
    desk.sync()
    agree(pair.server, [desk])


def test_a_copy_that_gets_an_old_answer_instead_of_forked_does_not_take_foreign_outcomes_for_its_own(
    pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.sync.push.MAX_COMMANDS_PER_PUSH", 1)
    desk.do("A-01", 7)
    copy = pair.with_files(desk.replica.clone())
    desk.do("A-01", 1)
    desk.sync()
    own = copy.do("A-02", 1)
    # The first command is the same at both. Its answer says that the server is at the second, which the copy has too.
    with pytest.raises(ProtocolError, match="another question"):
        copy.sync(Fault.NONE, Fault.OLD_ANSWER)
    copy.sync()
    assert pair.server.state.executed[own] == 1
    desk.sync()
    agree(pair.server, [desk, copy])


def test_a_server_that_is_put_back_between_two_pages_takes_nothing_back_unsaid(
    pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = pair.terminal()
    other.do("A-01", 7)
    other.sync()
    backup = pair.server.backup()
    other.do("A-02", 7)
    other.sync()
    desk.sync()
    for n in range(10):
        other.do(f"B-{n}", 1)
    other.sync()
    pull = desk.network.pull

    def put_back(request: PullRequest, **within: float) -> PullResponse:
        if request.resume:
            pair.server.state = backup
        return pull(request, **within)

    monkeypatch.setattr(desk.network, "pull", put_back)
    with pytest.raises(ProtocolError, match="older"):
        desk.sync()
    assert set(desk.replica.rows) == {"A-01", "A-02"}
    desk.sync()
    assert set(desk.replica.rows) == {"A-01"}


def test_scopes_whose_feed_has_moved_on_are_taken_over_whole(pair: Pair, desk: Terminal) -> None:
    other = pair.terminal()
    for bin_id in ("A-01", "A-02"):
        other.do(bin_id, 2)
    other.sync()
    desk.sync()
    other.do("A-01", -2)
    other.sync()
    pair.server.forget_feed(SITE)
    desk.sync()
    assert desk.replica.rows == {"A-02": ["A-02", SITE, 2]}
    agree(pair.server, [desk])


def test_a_scope_that_a_terminal_may_no_longer_see_leaves_with_its_rows(pair: Pair, desk: Terminal) -> None:
    desk.do("A-01", 1)
    desk.do("price", 3, scope="org")
    desk.sync()
    pair.server.state.clients["client-1"].scopes.remove(SITE)
    last = desk.do("A-02", 1)
    desk.sync()
    assert desk.replica.rows == {"price": ["price", "org", 3]}
    assert desk.replica.outcomes[3].status == "applied"
    assert pair.server.state.executed[last] == 1


def test_a_rebuilt_cache_sends_no_command_again(pair: Pair, desk: Terminal) -> None:
    for number in range(5):
        desk.do(f"A-{number}", 1)
    desk.sync()
    desk.replica.drop_cache()
    desk.do("A-9", 1)
    pair.server.sent_batches.clear()
    desk.sync()
    assert pair.server.sent_batches == [[], [6]]
    agree(pair.server, [desk])


def test_an_endless_pull_is_given_up(pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def same(request: PullRequest, within_s: float) -> PullResponse:
        return PullResponse(NO_PATCHES, more=True, resume="on and on", nonce=request.nonce)

    monkeypatch.setattr(desk.network, "pull", same)
    with pytest.raises(ProtocolError, match="where they go on"):
        desk.sync()


def test_an_answer_that_this_program_does_not_know_is_no_refusal_of_a_command(
    pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        desk.network, "push", lambda request, within_s: PushResponse(1, [], "moon_phase", nonce=request.nonce)
    )
    desk.do("A-01", 1)
    with pytest.raises(ProtocolError, match="moon_phase"):
        desk.sync()
    assert desk.replica.outcomes == {}
    assert desk.engine.status.pending == 1


@pytest.mark.parametrize(
    "method",
    ["identity", "commands_after", "record_outcomes", "cursors", "stage", "settle", "outcomes_ack"],
)
def test_trouble_on_this_computers_disk_is_told_as_such_and_tried_again(
    pair: Pair, desk: Terminal, method: str
) -> None:
    desk.do("A-01", 1)
    desk.replica.fail_next(method)
    with pytest.raises(LocalTrouble):
        desk.sync()
    status = desk.engine.status
    assert status.state is State.WAITING
    assert "disk is full" in status.problem
    assert status.link_lost_at is None
    assert desk.replica.staged == []
    desk.sync()
    assert desk.engine.status.problem == ""
    agree(pair.server, [desk])


def test_the_clocks_offset_is_measured_and_orders_nothing(pair: Pair, desk: Terminal) -> None:
    pair.server.skew_s = 90
    desk.sync()
    assert desk.engine.status.clock_offset_ms == 90_000
    desk.do("A-01", 1)
    pair.clock.jump(-86_400)
    desk.sync(Fault.DELAY)
    agree(pair.server, [desk])
