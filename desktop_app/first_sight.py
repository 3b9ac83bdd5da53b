"""The bare window with a glance of the rows of last time: what a person sees while the desk opens behind it.

Nobody sees rows whom the desk would not let in: the person who was signed in must still be allowed to go on, and to see
the panel.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from desktop_app.first_rows import Asked, first_rows_of
from desktop_app.glance import Glance, SeenList
from desktop_app.glance_layout import read_layout
from desktop_app.kept_session import OFFLINE_HOURS, SESSION, is_too_long_ago, read_session
from desktop_app.main_window import MainWindow
from desktop_app.panels.catalogue import PANELS, PanelSpec
from desktop_app.settings import Settings
from desktop_app.themes.dress import theme_of
from desktop_app.themes.theme import Theme
from local_db.files import DatabaseError
from local_db.glance import Glance as Rows
from local_db.glance import look_in
from services.domain.organisation_settings import read_setting
from services.domain.permissions import permissions_of

log = logging.getLogger(__name__)


class FirstSight(NamedTuple):
    """The bare window, what covers it, and what both were made with."""

    settings: Settings
    theme: Theme
    window: MainWindow
    glance: Glance


def first_sight(folder: Path, *, allow_plain: bool) -> FirstSight | None:
    """The window of a profile, bare and not shown yet; None where somebody has to be asked who they are first."""
    rows = look_in(folder, allow_plain=allow_plain)
    if rows is None:
        return None
    try:
        who = _who_goes_on(rows, now=_now())
        if who is None:
            return None
        settings = Settings(folder / "settings.json")
        theme = theme_of(settings)
        window = MainWindow(settings, theme)
        seen = _seen_list(rows, who, settings, theme)
    except DatabaseError:
        # The desk itself finds out what is wrong with the file, and says so.
        log.info("no glance at the rows could be had", exc_info=True)
        return None
    finally:
        rows.close()
    place = _mapping(settings.state("window"))
    glance = Glance(theme, seen, folded=bool(place.get("folded")))
    window.show_glance(glance)
    return FirstSight(settings, theme, window, glance)


class _Person(NamedTuple):
    user_id: str
    roles: str


def _who_goes_on(rows: Rows, *, now: int) -> _Person | None:
    """Who was signed in, by the same rule as People.resume."""
    session = read_session(rows.secret(SESSION))
    if session is None:
        return None
    people = rows.reader.tuples("SELECT roles FROM user WHERE id = ? AND active = 1", (session.user_id,))
    stored = rows.reader.value("SELECT value FROM setting WHERE id = ?", (OFFLINE_HOURS,))
    if not people or is_too_long_ago(session.seen_at, now=now, hours=read_setting(OFFLINE_HOURS, stored)):
        return None
    return _Person(session.user_id, str(people[0][0]))


def _seen_list(rows: Rows, who: _Person, settings: Settings, theme: Theme) -> SeenList | None:
    """The list that the window is about to show; None where it cannot be told beforehand."""
    place = _mapping(settings.state("window"))
    layout = read_layout(place.get("glance"))
    spec = _panel(settings, place, who)
    if layout is None or spec is None or (layout.panel, layout.density) != (spec.id, theme.density):
        return None
    module = first_rows_of(spec.first_rows)
    sites = rows.reader.tuples("SELECT id, timezone FROM site WHERE id = ?", (rows.site_id,))
    if module is None or not sites:
        return None
    asked = Asked(
        rows.reader,
        site_id=sites[0][0],
        zone=sites[0][1],
        actor_id=who.user_id,
        state=_mapping(settings.state(f"panel:{spec.id}")),
        order=layout.order,
        limit=layout.table[3] // theme.metrics.row + 2,
        now=_now(),
    )
    found = module.rows(asked)
    columns = {column.key: column for column in module.columns(asked)}
    if found is None or not all(key in columns for _left, _width, key in layout.boxes):
        return None
    return SeenList(layout, [(left, width, columns[key]) for left, width, key in layout.boxes], found)


def _panel(settings: Settings, place: Mapping[str, Any], who: _Person) -> PanelSpec | None:
    """The panel that the window is about to open; None where it is the first one, which nobody chose."""
    wanted = place.get("panel") if settings.flag("reopen_last") else None
    for spec in PANELS:
        if spec.id == wanted and (not spec.permission or spec.permission in permissions_of(who.roles)):
            return spec
    return None


def _mapping(kept: object) -> Mapping[str, Any]:
    return kept if isinstance(kept, Mapping) else {}


def _now() -> int:
    return time.time_ns() // 1_000_000
