"""Looks a desk's two files over: is the outbox an unbroken chain, is the cache what it should be, is anything in doubt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from local_db import cache_file
from local_db.before_images import provisional_tables
from local_db.cache import driver_of
from local_db.cache_schema import fits
from local_db.client_tables import OUTBOX_STEPS
from local_db.errors import KeyMissing, LocalError, ProfileInUse
from local_db.files import OUTBOX_FILE, Connection, DatabaseError, open_cache, open_outbox
from local_db.keys import PROFILE_FILE, find_key
from local_db.meta import Meta
from local_db.profile_lock import ProfileLock
from services.commands.codec import chain_hash
from services.storage.search_tables import check_search, fill_search
from services.storage.stock_rule import stock_problems

_MOST: Final = 20
_IN_DOUBT: Final = "cache_in_doubt"
_ANEW: Final = (
    "Run holdfast doctor --repair: the cache is made anew and fetched at the next sync; the outbox is kept."
)


class DeskFinding(msgspec.Struct, frozen=True):
    """One check of a desk: what is wrong (nothing where all is well), what to do, and what was repaired."""

    check: str
    problems: list[str]
    remedy: str = ""
    repaired: str = ""
    note: str = ""


def examine_desk(folder: Path, *, repair: bool = False, passphrase: str | None = None) -> list[DeskFinding]:
    """Check the files of a profile. Nothing is written but by a repair.

    Where a window has it open, only what can be read beside it is checked: its outbox, which a reader does not disturb.
    The cache may be in the midst of an exchange.

    A repair touches the disposable cache alone: its search index is filled anew, or the file is removed.
    """
    if not (folder / PROFILE_FILE).exists():
        problem = f"there is no desk in {folder}"
        return [DeskFinding("A desk is here", [problem], "Check --folder or --profile.")]
    try:
        lock = ProfileLock(folder)
    except ProfileInUse as problem:
        by = f"process {problem.pid} has it open" if problem.pid else "another process has it open"
        in_use = DeskFinding(
            "In use",
            [],
            note=f"{by}. What can be read beside it is checked; close its window to check and repair the rest.",
        )
        return [in_use, *_guarded(folder, passphrase, lambda key: _outbox(folder, key))]

    def whole(key: str) -> list[DeskFinding]:
        findings = _outbox(folder, key)
        return findings if findings[-1].problems else findings + _cache(folder, key, repair)

    try:
        return _guarded(folder, passphrase, whole)
    finally:
        lock.release()


def _guarded(
    folder: Path, passphrase: str | None, check: Callable[[str], list[DeskFinding]]
) -> list[DeskFinding]:
    try:
        return check(find_key(folder, allow_plain=True, passphrase=passphrase).key)
    except KeyMissing as problem:
        return [DeskFinding("The files have their key", [str(problem)], "Nothing was touched.")]
    except LocalError as problem:
        return [DeskFinding("The files can be opened", [str(problem)], "Keep the files, and ask for help.")]


def _outbox(folder: Path, key: str) -> list[DeskFinding]:
    if not (folder / OUTBOX_FILE).exists():
        return [DeskFinding("The outbox is there", [f"{folder / OUTBOX_FILE} is missing"], _KEEP)]
    with closing(open_outbox(folder, key)) as connection:
        # One moment of the file throughout, for a desk that is open goes on writing.
        connection.execute("BEGIN")
        whole = DeskFinding("The outbox is whole", _integrity(connection), _KEEP)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if whole.problems or version != len(OUTBOX_STEPS):
            return [whole]
        return [whole, DeskFinding("Every command follows the one before it", _chain(connection), _KEEP)]


_KEEP: Final = (
    "Keep the folder as it is and copy it away. The server still has everything it acknowledged; enrol this desk anew "
    "in another profile."
)


def _chain(connection: Connection) -> list[str]:
    """Where the numbers or the hashes of the commands do not follow from each other."""
    problems: list[str] = []
    previous: tuple[int, bytes] | None = None
    head: tuple[int, bytes] = (0, b"")
    for n, args, prev_hash, stored in connection.execute(
        "SELECT n, args, prev_hash, hash FROM command ORDER BY n"
    ):
        expected = previous if previous is not None else (n - 1, b"" if n == 1 else prev_hash)
        if n != expected[0] + 1:
            problems.append(f"after command {expected[0]} comes {n}")
        if prev_hash != expected[1]:
            problems.append(f"command {n} does not follow the one before it")
        if chain_hash(prev_hash, args) != stored:
            problems.append(f"command {n} is not what was written")
        previous = head = (n, stored)
        if len(problems) >= _MOST:
            break
    beyond = connection.execute(
        "SELECT count(*) FROM outcome WHERE n > ?", (max(head[0], _last_n(connection)),)
    )
    if stray := beyond.fetchone()[0]:
        problems.append(f"{stray} outcomes are of commands that are not here")
    return problems


def _last_n(connection: Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'last_n'").fetchone()
    return int(row[0]) if row and row[0] else 0


def _cache(folder: Path, key: str, repair: bool) -> list[DeskFinding]:
    check = "The cache is certain"
    if not cache_file.present(folder).exists():
        return [DeskFinding(check, [])]  # made at the next start
    with closing(open_outbox(folder, key)) as outbox:
        meta = Meta(outbox)
        client_id, last_n = meta.get("client_id"), _head_n(outbox)
        doubtful = ["the cache was found damaged while it was used"] if meta.get(_IN_DOUBT) else []
        outbox_id = meta.outbox_id
    findings = [DeskFinding(check, doubtful, _ANEW)]
    if not doubtful:
        try:
            with closing(open_cache(folder, key)) as cache:
                findings += _cache_findings(cache, outbox_id, client_id, last_n, repair)
        except (DatabaseError, LocalError) as problem:
            findings.append(DeskFinding("The cache is whole", [str(problem)], _ANEW))
    if repair and any(finding.problems and not finding.repaired for finding in findings):
        cache_file.remove_all(folder)
        done = "The cache was removed; it is fetched anew at the next sync. Work in the outbox is kept."
        findings = [
            msgspec.structs.replace(finding, repaired=done)
            if finding.problems and not finding.repaired
            else finding
            for finding in findings
        ]
    return findings


def _cache_findings(
    cache: Connection, outbox_id: str, client_id: str, last_n: int, repair: bool
) -> list[DeskFinding]:
    whole = _integrity(cache)
    findings = [DeskFinding("The cache is whole", whole, _ANEW)]
    if whole or not fits(cache, outbox_id):
        return findings  # one of another version is made anew at the next start, without being asked
    settled_client, settled_n = cache.execute("SELECT client_id, last_n FROM cache_meta").fetchone()
    pending = last_n - (settled_n if settled_client == client_id else 0)
    left = (
        []
        if pending
        else [f"{table} has rows that are shown as provisional" for table in provisional_tables(cache)]
    )
    findings.append(DeskFinding("What is provisional has a command that waits", left, _ANEW))
    # Provisional promises may exceed what is there until the server has decided.
    rule = [] if pending else stock_problems(cast(Any, driver_of(cache)), whole=False)
    findings.append(DeskFinding("Stock adds up on this desk", rule, _ANEW))
    findings.append(_search(cache, repair))
    return findings


def _search(cache: Connection, repair: bool) -> DeskFinding:
    check = "The search index names what is there"
    problem = _complaint(lambda: check_search(cache))
    if not problem:
        return DeskFinding(check, [])
    remedy = "Run holdfast doctor --repair: the index is filled anew."
    if not repair:
        return DeskFinding(check, [problem], remedy)
    fill_search(cache)
    return DeskFinding(check, [problem], remedy, "The search index was filled anew.")


def _complaint(run: Callable[[], None]) -> str:
    try:
        run()
    except DatabaseError as problem:
        return str(problem)
    return ""


def _head_n(outbox: Connection) -> int:
    (highest,) = outbox.execute("SELECT max(n) FROM command").fetchone()
    return int(highest) if highest is not None else _last_n(outbox)


def _integrity(connection: Connection) -> list[str]:
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check").fetchall()]
    except DatabaseError as problem:
        return [str(problem)]
    return [] if found == ["ok"] else found[:_MOST]
