"""Pull: pages that add up to the server's rows at the cursors, deletions, fresh starts and lost scopes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from services.commands import ReceiveStock, RemoveBarcode
from services.protocol.messages import NO_PATCHES, unpack
from services.server import feed
from services.server.database import Direct
from services.server.parts import Parts
from services.server.pull import BadResume, Pull
from services.server.transaction import Transaction
from services.storage.tables import Event, Product
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import OTHER_SITE, SITE, bin_id, order, seed_site

SCOPES = ["org", f"site:{SITE}"]
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def small_pages(parts: Parts) -> Parts:
    """The same server with pages of seven rows."""
    pull = Pull(parts.database, parts.clock, epoch=parts.epoch, rows_per_page=7)
    return replace(parts, pull=pull)


def receive() -> ReceiveStock:
    return ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=1)


def test_a_first_pull_brings_every_row_and_the_next_one_only_what_changed(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.pull()
    assert terminal.rows == stored_rows(parts)
    terminal.do(receive())
    page = terminal.pull()
    assert {patch.table for patch in unpack(page.patches)} == {
        "stock",
        "stock_level",
        "stock_movement",
        "event",
    }
    assert sum(len(patch.puts) for patch in unpack(page.patches)) == 4
    assert terminal.rows == stored_rows(parts)
    assert terminal.pull().patches == NO_PATCHES


def test_cursors_outcomes_and_last_n_come_with_the_last_page_only(small_pages: Parts) -> None:
    terminal = Terminal(small_pages)
    terminal.do(receive())
    first = small_pages.pull.page(terminal.pull_request(), SCOPES)
    assert (first.more, first.cursors, first.last_n, first.outcomes) == (True, {}, 0, [])
    last = terminal.pull()
    assert last.last_n == 1
    assert [outcome.status for outcome in last.outcomes] == ["applied"]
    assert last.cursors.keys() == set(SCOPES)
    assert terminal.rows == stored_rows(small_pages)


def test_outcomes_that_the_terminal_has_kept_are_not_sent_again(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.do(receive())
    terminal.do(receive())
    page = parts.pull.page(terminal.pull_request(outcomes_ack=1), SCOPES)
    assert [outcome.n for outcome in page.outcomes] == [2]
    assert page.last_n == 2


def test_what_many_terminals_ask_for_is_read_once_and_anew_after_a_commit(parts: Parts) -> None:
    now = parts.clock()
    parts = replace(parts, pull=Pull(parts.database, lambda: now, epoch=parts.epoch))
    terminals = [Terminal(parts) for _ in range(3)]
    for terminal in terminals:
        terminal.pull()
    terminals[0].do(receive())
    with _reads_of("stock_movement") as reads:
        for terminal in terminals:
            terminal.pull()
            assert terminal.rows == stored_rows(parts)
        assert len(reads) == 1
        terminals[1].do(receive())
        for terminal in terminals:
            terminal.pull()
            assert terminal.rows == stored_rows(parts)
    assert len(reads) == 2


@contextmanager
def _reads_of(table: str = "") -> Iterator[list[str]]:
    """For every statement that fetches changed rows of a table (of any, where none is named), the thread that runs it."""
    reads: list[str] = []
    run = Direct.exec_driver_sql

    def noting(direct: Direct, statement: str, parameters: Any = None) -> Any:
        if f'FROM "{table}' in statement and '" AS r' in statement:
            reads.append(threading.current_thread().name)
        return run(direct, statement, parameters)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Direct, "exec_driver_sql", noting)
        yield reads


def test_the_next_page_is_read_while_a_terminal_puts_one_aside(parts: Parts) -> None:
    terminal = Terminal(parts)
    pull = Pull(parts.database, parts.clock, epoch=parts.epoch, rows_per_page=7, reads_ahead=True)
    with closing(pull), _reads_of() as reads:
        first = pull.page(terminal.pull_request(), SCOPES)
        end = time.monotonic() + 30
        while not any("ahead" in name for name in reads) and time.monotonic() < end:
            time.sleep(0.01)
        assert any("ahead" in name for name in reads)
        second = pull.page(terminal.pull_request(first.resume), SCOPES)
    whole = Pull(parts.database, parts.clock, epoch=parts.epoch, rows_per_page=7)
    assert second.patches == whole.page(terminal.pull_request(first.resume), SCOPES).patches


def test_what_changes_between_two_pages_is_in_the_pull_all_the_same(small_pages: Parts) -> None:
    """With each page the server moves on: the last page's cursors, last_n and rows must still belong together."""
    terminal, other = Terminal(small_pages), Terminal(small_pages)
    resume, pages = "", []
    for turn in range(200):
        page = small_pages.pull.page(terminal.pull_request(resume), SCOPES)
        pages.append(page)
        if not page.more:
            break
        resume = page.resume
        if turn < 6:
            other.do(order(f"o-{turn}", ("prod-1", 1)))
            other.do(receive())
        if turn == 6:
            other.do(RemoveBarcode(barcode_id="bar-1"))
    for each in pages:
        for patch in unpack(each.patches):
            for row_id in patch.deletes:
                terminal.rows.pop((patch.table, row_id), None)
            for row in patch.puts:
                terminal.rows[patch.table, row[0]] = list(row)
    stored = stored_rows(small_pages)
    assert ("barcode", "bar-1") not in stored
    assert terminal.rows == stored
    with small_pages.database.reading() as connection:
        heads = feed.heads(connection, SCOPES)
    assert pages[-1].cursors == {scope: head.version for scope, head in heads.items()}


def test_a_deleted_row_is_deleted_at_the_terminal_too(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.pull()
    assert ("barcode", "bar-1") in terminal.rows
    terminal.do(RemoveBarcode(barcode_id="bar-1"))
    page = terminal.pull()
    assert [patch.deletes for patch in unpack(page.patches) if patch.table == "barcode"] == [["bar-1"]]
    assert terminal.rows == stored_rows(parts)


def forget_everything_before_now(parts: Parts) -> None:
    def work(transaction: Transaction) -> None:
        heads = feed.heads(transaction.connection, SCOPES)
        feed.drop_tombstones(transaction.connection, {scope: head.version for scope, head in heads.items()})
        transaction.wrote_past_unit = True

    parts.committer.run(SCOPES, work)


def test_a_terminal_behind_what_the_feed_remembers_starts_anew_and_loses_nothing_queued(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.pull()
    terminal.queue(receive())
    Terminal(parts).do(RemoveBarcode(barcode_id="bar-1"))
    forget_everything_before_now(parts)
    page = terminal.pull()
    assert page.reset == ["org"]
    assert ("barcode", "bar-1") not in terminal.rows
    assert terminal.rows == stored_rows(parts)
    assert terminal.push().last_n == 1


def test_a_terminal_that_is_up_to_date_does_not_start_anew_when_the_feed_forgets(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.do(RemoveBarcode(barcode_id="bar-1"))
    terminal.pull()
    forget_everything_before_now(parts)
    assert terminal.pull().reset == []


def test_a_cursor_from_the_future_starts_anew(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.pull()
    terminal.cursors = {scope: version + 1000 for scope, version in terminal.cursors.items()}
    assert terminal.pull().reset == SCOPES
    assert terminal.rows == stored_rows(parts)


def test_a_pull_that_the_feed_has_overtaken_is_begun_again(small_pages: Parts) -> None:
    terminal = Terminal(small_pages)
    first = small_pages.pull.page(terminal.pull_request(), SCOPES)
    Terminal(small_pages).do(RemoveBarcode(barcode_id="bar-1"))
    forget_everything_before_now(small_pages)
    with pytest.raises(BadResume):
        small_pages.pull.page(terminal.pull_request(first.resume), SCOPES)


@pytest.mark.parametrize("token", ["x", "AAAA", "%%%", "g6FhAQ=="])
def test_a_token_that_is_not_ours_is_turned_away(parts: Parts, token: str) -> None:
    with pytest.raises(BadResume):
        parts.pull.page(Terminal(parts).pull_request(token), SCOPES)


def test_a_scope_that_the_terminal_lost_is_named_as_gone(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.pull()
    page = terminal.pull(["org"])
    assert page.gone == [f"site:{SITE}"]
    assert page.cursors.keys() == {"org"}
    assert not any(table == "stock" for table, _ in terminal.rows)


def test_a_terminal_sees_its_own_site_and_no_other(parts: Parts) -> None:
    parts.committer.run(("org", f"site:{OTHER_SITE}"), lambda each: seed_site(each, OTHER_SITE))
    terminal = Terminal(parts)
    terminal.pull()
    assert ("location", bin_id(SITE, 1)) in terminal.rows
    assert ("location", bin_id(OTHER_SITE, 1)) not in terminal.rows
    assert ("site", OTHER_SITE) in terminal.rows


def test_rows_past_their_days_stay_at_the_server(parts: Parts) -> None:
    now = parts.clock()

    def event(row_id: str, at: int) -> Event:
        return Event(row_id, SITE, "test", "order", "", "", "{}", "", "", "", at, at)

    def work(transaction: Transaction) -> None:
        transaction.unit.put(event("young", now))
        transaction.unit.put(event("old", now - 15 * DAY_MS))

    parts.committer.run((f"site:{SITE}",), work)
    terminal = Terminal(parts)
    terminal.pull()
    assert ("event", "young") in terminal.rows
    assert ("event", "old") not in terminal.rows


def test_a_version_of_very_many_rows_is_sent_in_pages(small_pages: Parts) -> None:
    def work(transaction: Transaction) -> None:
        known = transaction.unit.get(Product, "prod-1")
        assert known is not None
        for number in range(50):
            transaction.unit.put(msgspec.structs.replace(known, id=f"bulk-{number}", sku=f"BULK{number}"))

    small_pages.committer.run(("org",), work)
    terminal = Terminal(small_pages)
    terminal.pull()
    assert terminal.rows == stored_rows(small_pages)
