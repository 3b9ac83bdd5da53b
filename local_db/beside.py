"""Tells whether rows that come from the server can be put beside pending work, which then need not be done again.

They can where no pending command has read, written or looked for what changes: replayed over the new rows, each would
do the same once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from local_db.before_images import shadow_name
from local_db.files import Connection
from local_db.patches import class_of, fitted
from services.protocol.messages import TablePatch
from services.storage.footprint import Footprint
from services.storage.row import Row
from services.storage.statements import bind_list, statements
from services.storage.tables import Terminal


def is_beside(cache: Connection, footprint: Footprint, pages: Iterable[Sequence[TablePatch]]) -> bool:
    """Whether none of these rows meets the footprint of what is pending."""
    if not footprint.is_whole:
        return False
    growing: set[type[Row]] = set()
    shrinking: set[type[Row]] = set()
    for patches in pages:
        for patch in patches:
            cls = class_of(patch)
            new = _new_ids(cache, footprint, cls, patch)
            if new is None:
                return False
            if new:
                growing.add(cls)
            if patch.deletes:
                shrinking.add(cls)
    return all(_numbers_are_free(cache, cls, is_shrinking=cls in shrinking) for cls in growing)


def _new_ids(cache: Connection, footprint: Footprint, cls: type[Row], patch: TablePatch) -> set[str] | None:
    """The ids that are not stored yet; None where a row meets the footprint."""
    # What this terminal's own row says goes into what its commands write, without any of them reading it.
    if cls is Terminal:
        return None
    sql = statements(cls, "sqlite")
    after = {values[0]: sql.load(values) for values in fitted(cls, patch.puts)}
    ids = [*after, *patch.deletes]
    found = cache.execute(sql.by_ids, (bind_list(ids),)).fetchall()
    before = {values[0]: sql.load(values) for values in found}
    if any(footprint.meets(cls, row_id, before.get(row_id), after.get(row_id)) for row_id in ids):
        return None
    return after.keys() - before.keys()


def _numbers_are_free(cache: Connection, cls: type[Row], *, is_shrinking: bool) -> bool:
    """Whether a new row gets a number that no before-image stands under: SQLite counts on from the highest row there is,
    and a pending command may have deleted a higher one."""
    (shadow,) = cache.execute(f'SELECT max(row_number) FROM "{shadow_name(cls)}"').fetchone()
    if shadow is None:
        return True
    (highest,) = cache.execute(f'SELECT max(rowid) FROM "{cls.table.name}"').fetchone()
    return not is_shrinking and highest is not None and highest >= shadow
