"""The list of one section: searched, ordered along its keys, paged; the settings, which are few, whole."""

from __future__ import annotations

from typing import Final

from desktop_app.panel_context import PanelContext
from desktop_app.panels.admin.sections import Section
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.row_source import QuerySource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.admin_queries import AdminRow, admin_count, admin_page, settings_page

_NO_FIT: Final = ("Nothing fits", "Search for something else, or press Escape in the search field.")


class RecordList(RowTable):
    """Shows what ``search`` asks for."""

    def __init__(self, context: PanelContext, section: Section) -> None:
        hint = "Ctrl+Shift+N adds the first one." if section.can_add else section.note
        self._blank = EmptyState(context.theme, section.icon, f"No {section.title.lower()} yet", hint)
        super().__init__(
            context.theme,
            context.runner,
            section.columns,
            name=section.title,
            settings=context.settings,
            empty=self._blank,
            label=f"Reading {section.title.lower()}",
            multi=False,
            zone=context.session.time_zone,
        )
        self.setObjectName(f"admin.{section.id}.table")
        self._context, self._section, self._words = (
            context,
            section,
            (f"No {section.title.lower()} yet", hint),
        )
        if section.id != "setting":
            self.header.show_order(self.header.order or ("code", False))
        self.search("")

    def search(self, text: str) -> None:
        """List what the text asks for; nothing asks for everything."""
        self._blank.say(*(_NO_FIT if text else self._words))
        read, section = self._context.desk.read, self._section.id
        site_id: str = self._context.session.site_id
        if section == "setting":
            wanted = text.lower()

            def found() -> list[AdminRow]:
                return [row for row in settings_page(read) if wanted in row.name.lower()]

            self.set_source(QuerySource(lambda: len(found()), lambda at, n, *_rest: found()[at : at + n]))
            return
        self.set_source(
            QuerySource(
                lambda: admin_count(read, section, site_id, text),
                lambda offset, limit, after, order, descending: admin_page(
                    read, section, site_id, text, limit=limit, offset=offset, after=after,
                    order=order or "code", descending=descending,
                ),
                "code",
            )
        )  # fmt: skip
