"""`holdfast doctor`: planted faults are found and named, what is safe is repaired, and stock is never touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from desktop_app.cli import main
from local_db.cache_file import present
from local_db.files import OUTBOX_FILE, open_plain
from services.commands import NewLine, PlaceOrder
from services.server.database import Database
from tests.helpers.import_books import rows_at
from tests.helpers.running_server import running_server, server_settings
from tests.helpers.warehouse_desk import SITE, warehouse_desk


def report(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    capsys.readouterr()
    code = main(["doctor", *words, "--json"])
    return code, {line["check"]: line for line in json.loads(capsys.readouterr().out)}


def damage(url: str, statement: str) -> None:
    database = Database(url, connections=1)
    with database.writing() as connection:
        connection.exec_driver_sql(statement)
    database.close()


def test_a_sound_database_is_well(both_urls: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = report(capsys, "--database-url", both_urls)
    assert code == 0, lines
    assert lines["Stock adds up"]["ok"]
    assert "SQLCipher" in lines["Encrypted database driver"]["note"]
    assert lines["Windows can be opened (Qt)"]["ok"]


def test_stock_that_does_not_add_up_is_named_and_left_alone(
    both_urls: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(both_urls, "UPDATE stock_level SET on_hand = on_hand + 7 WHERE product_id = 'prod-1'")
    code, lines = report(capsys, "--database-url", both_urls, "--repair")
    assert code == 1
    found = lines["Stock adds up"]
    assert any("107, should be 100" in problem for problem in found["problems"])
    assert found["remedy"]
    query = "SELECT on_hand FROM stock_level WHERE product_id = 'prod-1'"
    assert rows_at(both_urls, query) == [(107,)]


def test_a_feed_with_a_hole_is_found_and_filled(both_urls: str, capsys: pytest.CaptureFixture[str]) -> None:
    damage(both_urls, "DELETE FROM change WHERE pk = 'prod-1'")
    code, lines = report(capsys, "--database-url", both_urls)
    assert (code, lines["The feed names what is stored"]["problems"]) == (1, ["product: 1 rows differ"])
    code, lines = report(capsys, "--database-url", both_urls, "--repair")
    assert (code, bool(lines["The feed names what is stored"]["repaired"])) == (0, True)
    assert report(capsys, "--database-url", both_urls)[0] == 0


def test_a_database_of_another_schema_is_said_to_be_one(
    filled_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(filled_url, "UPDATE alembic_version SET version_num = '9999'")
    code, lines = report(capsys, "--database-url", filled_url)
    assert code == 1
    assert "newer program" in lines["The database has this program's schema"]["problems"][0]


def test_a_server_that_answers_and_one_that_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_server(server_settings(tmp_path)) as server:
        lines = report(
            capsys, "--server", server.base_url, "--database-url", f"sqlite:///{tmp_path}/holdfast.db"
        )[1]
        assert lines[f"The server {server.base_url} answers"]["ok"]
        assert lines["Clock"]["ok"]
    code, lines = report(capsys, "--server", server.base_url)
    assert code == 1
    assert not lines[f"The server {server.base_url} answers"]["ok"]


@pytest.fixture
def desk_folder(tmp_path: Path) -> Path:
    """A desk with work in its outbox, closed."""
    folder = tmp_path / "desk"
    with warehouse_desk(folder, products=20, orders=5) as desk:
        customer = desk.read.value("SELECT id FROM customer LIMIT 1")
        product = desk.read.value("SELECT product_id FROM stock_level WHERE on_hand > 5 LIMIT 1")
        for number in range(3):
            line = NewLine(line_id=f"line-{number}", product_id=product, quantity=1, price_minor=100)
            desk.do(
                PlaceOrder(
                    site_id=SITE, order_id=f"order-{number}", number=f"T01-90000{number}",
                    customer_id=customer, lines=(line,), currency="GBP",
                )
            )  # fmt: skip
    return folder / "profile"


def test_a_sound_desk_is_well_and_so_is_an_open_one_which_is_noted(
    desk_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = report(capsys, "--folder", str(desk_folder))
    assert code == 0, lines
    assert lines["Desk profile: Every command follows the one before it"]["ok"]
    with warehouse_desk(tmp_path / "open", products=20, orders=5):
        code, lines = report(capsys, "--folder", str(tmp_path / "open" / "profile"))
    assert code == 0, lines
    assert "close its window" in lines["Desk profile: In use"]["note"]
    assert lines["Desk profile: Every command follows the one before it"]["ok"], "what can be read is checked"
    assert "Desk profile: The cache is whole" not in lines


def test_a_changed_command_breaks_the_chain_and_is_never_repaired(
    desk_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outbox = open_plain(desk_folder / OUTBOX_FILE)
    outbox.execute("UPDATE command SET args = ? WHERE n = 2", (b"{}",))
    outbox.close()
    code, lines = report(capsys, "--folder", str(desk_folder), "--repair")
    assert code == 1
    assert lines["Desk profile: Every command follows the one before it"]["problems"] == [
        "command 2 is not what was written"
    ]


def test_a_search_index_that_lost_a_row_is_filled_anew(
    desk_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = open_plain(present(desk_folder))
    cache.execute("INSERT INTO product_words (product_words) VALUES ('delete-all')")
    cache.close()
    check = "Desk profile: The search index names what is there"
    code, lines = report(capsys, "--folder", str(desk_folder))
    assert (code, lines[check]["ok"]) == (1, False)
    code, lines = report(capsys, "--folder", str(desk_folder), "--repair")
    assert (code, bool(lines[check]["repaired"])) == (0, True)
    assert report(capsys, "--folder", str(desk_folder))[0] == 0


def test_a_damaged_cache_is_dropped_and_the_outbox_kept(
    desk_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outbox = (desk_folder / OUTBOX_FILE).read_bytes()
    (present(desk_folder)).write_bytes(b"no database any more" * 4096)
    assert report(capsys, "--folder", str(desk_folder))[0] == 1
    assert report(capsys, "--folder", str(desk_folder), "--repair")[0] == 0
    assert not (present(desk_folder)).exists()
    assert (desk_folder / OUTBOX_FILE).read_bytes()[100:] == outbox[100:]


def test_a_server_that_is_looked_at_from_outside_needs_no_keyring_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        with running_server(server_settings(tmp_path)) as server:
            code, lines = report(capsys, "--server", server.base_url)
    finally:
        keyring.set_keyring(before)
    assert code == 0, lines
    assert lines["Keyring"]["ok"]
    assert "needs one" in lines["Keyring"]["note"]
