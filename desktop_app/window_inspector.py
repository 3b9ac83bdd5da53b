"""The inspector at the right of the window: whose it is, whether it is open, and how wide."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QSplitter, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import INSPECTOR_MAX, INSPECTOR_MIN
from desktop_app.widgets.top_bar import TopBar
from desktop_app.window_place import WindowPlace

if TYPE_CHECKING:
    from desktop_app.widgets.inspector import Inspector

# Of the room beside the rail, as long as nobody has drawn it to another width.
_SHARE: Final = 0.28


class WindowInspector:
    """What each panel wants to have inspected; `widget` is the inspector, None before it was first shown."""

    def __init__(
        self,
        theme: Theme,
        place: WindowPlace,
        splitter: QSplitter,
        top_bar: TopBar,
        shown_panel: Callable[[], tuple[str, QWidget | None]],
    ) -> None:
        """`shown_panel()` answers the id of the panel that is shown, and the panel."""
        self._theme, self._place = theme, place
        self._splitter, self._top_bar, self._shown_panel = splitter, top_bar, shown_panel
        self._contents: dict[str, tuple[str, QWidget]] = {}
        self.widget: Inspector | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is seen."""
        return self.widget is not None and self.widget.isVisible()

    def put(
        self, panel_id: str, panel: QWidget | None, title: str, widget: QWidget | None, nothing: bool
    ) -> None:
        """Give a panel's inspector another content: `widget`, or what the panel answers; none where `nothing`."""
        if widget is None and not nothing:
            widget = panel.inspector() if panel is not None and hasattr(panel, "inspector") else None
        if widget is None:
            self._contents.pop(panel_id, None)
        else:
            self._contents[panel_id] = (title, widget)
        if panel_id == self._shown_panel()[0]:
            self.show()

    def show(self) -> None:
        """Bring it in line with the panel that is shown."""
        content = self._contents.get(self._shown_panel()[0])
        closed = bool(self._place.get("inspector_closed"))
        self._top_bar.show_inspector_state(
            possible=content is not None, opened=content is not None and not closed
        )
        if content is None or closed:
            if self.widget is not None:
                self.widget.hide()
            return
        is_first = self.widget is None
        inspector = self.widget or self._make()
        inspector.show_widget(*content)
        inspector.show()
        if is_first:
            # Only what is shown takes a width from the splitter.
            room = self._splitter.width()
            usual = min(INSPECTOR_MAX, max(INSPECTOR_MIN, round(room * _SHARE)))
            wide = int(self._place.get("inspector", usual))
            self._splitter.setSizes([max(1, room - wide), wide])

    def toggle(self) -> None:
        """The person opens or closes it; it stays so, here and in the other panels."""
        panel_id, panel = self._shown_panel()
        if panel_id not in self._contents:
            self.put(panel_id, panel, "Details", None, nothing=False)
            if panel_id not in self._contents:
                return
            self._place.keep("inspector_closed", False)
        else:
            self._place.keep("inspector_closed", not self._place.get("inspector_closed"))
        self.show()

    def _make(self) -> Inspector:
        from desktop_app.widgets.inspector import Inspector

        inspector = self.widget = Inspector(self._theme)
        inspector.closed.connect(self.toggle)
        self._splitter.addWidget(inspector)
        self._splitter.setStretchFactor(1, 0)
        self._splitter.splitterMoved.connect(lambda *_: self._place.keep("inspector", inspector.width()))
        return inspector
