"""The doctor finds what is wrong, in words, and nothing where all is well."""

from __future__ import annotations

import pytest

from services.commands import ReceiveStock
from services.server.doctor import examine, repair_feed
from services.server.parts import Parts
from tests.server.terminal import Terminal
from tests.server.warehouse import SITE, bin_id, order


def problems(parts: Parts) -> dict[str, list[str]]:
    return {finding.check: finding.problems for finding in examine(parts.database) if not finding.is_well}


def test_a_server_at_work_is_well(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.do(ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 3), quantity=9))
    terminal.do(order("o-1", ("prod-1", 120), ("prod-2", 3)))
    assert problems(parts) == {}


@pytest.mark.parametrize(
    ("damage", "check", "words"),
    [
        ("UPDATE stock SET on_hand = on_hand + 1 WHERE product_id = 'prod-1'", "Stock adds up", "prod-1"),
        ("DELETE FROM stock_movement WHERE product_id = 'prod-2'", "Stock adds up", "prod-2"),
        ("UPDATE stock_level SET reserved = 500 WHERE product_id = 'prod-3'", "Stock adds up", "prod-3"),
        ("DELETE FROM barcode WHERE id = 'bar-1'", "The feed names what is stored", "barcode: 1"),
        (
            "UPDATE client SET last_n = last_n + 1",
            "Every command of a terminal has its one outcome",
            "last_n",
        ),
    ],
)
def test_damage_is_found_and_named(parts: Parts, damage: str, check: str, words: str) -> None:
    Terminal(parts).do(order("o-1", ("prod-1", 1)))
    with parts.database.writing() as connection:
        connection.exec_driver_sql(damage)
    found = problems(parts)
    assert check in found
    assert any(words in problem for problem in found[check])


def test_a_feed_that_lost_rows_is_made_anew_and_terminals_begin_again(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.pull()
    with parts.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM barcode WHERE id = 'bar-1'")
    repair_feed(parts.database)
    assert problems(parts) == {}
    assert len(terminal.pull().reset) == 2
    assert ("barcode", "bar-1") not in terminal.rows
