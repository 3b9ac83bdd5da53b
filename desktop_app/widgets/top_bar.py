"""The top bar: menu, site, the search and command field, the link, the person."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from desktop_app.actions import ActionRegistry
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RADIUS, SPACE_8, SPACE_12, SPACE_16, TOP_BAR_HEIGHT
from desktop_app.widgets.buttons import icon_button
from desktop_app.widgets.link_badge import LinkBadge

_FIELD_MOST: Final = 520
_AVATAR: Final = 28
_ARROW: Final = 18


class TopBar(QWidget):
    """Signals say what was clicked; the window answers."""

    search_clicked = Signal()
    menu_clicked = Signal()
    inspector_clicked = Signal()
    person_clicked = Signal()
    site_clicked = Signal()

    def __init__(
        self,
        theme: Theme,
        site: str,
        person: str,
        role: str,
        zone: str,
        actions: ActionRegistry,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedHeight(TOP_BAR_HEIGHT)
        tips = {name: actions.tooltip(name) for name in ("view.menu", "view.inspector") if name in actions}
        self.menu_button = icon_button(
            theme, "menu", "Menu", self.menu_clicked.emit, tip=tips.get("view.menu", "")
        )
        self.site = _Site(theme, site)
        self.site.clicked.connect(lambda _checked=False: self.site_clicked.emit())
        self.field = _CommandField(
            theme, actions.shortcut_text("edit.find") if "edit.find" in actions else ""
        )
        self.field.clicked.connect(lambda _checked=False: self.search_clicked.emit())
        self.badge = LinkBadge(theme, zone)
        self._inspector = icon_button(
            theme, "inspector", "Inspector", self.inspector_clicked.emit, tip=tips.get("view.inspector", "")
        )
        self._inspector.setCheckable(True)
        self.person = _Person(theme, person, role)
        self.person.clicked.connect(lambda _checked=False: self.person_clicked.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_12, 0, SPACE_16, 1)
        layout.setSpacing(SPACE_8)
        layout.addWidget(self.menu_button)
        layout.addWidget(self.site)
        layout.addStretch(1)
        layout.addWidget(self.field, 6)
        layout.addStretch(1)
        for piece in (self.badge, self._inspector, self.person):
            layout.addWidget(piece)
        self.show_inspector_state(possible=False, opened=False)

    def show_inspector_state(self, *, possible: bool, opened: bool) -> None:
        """Whether there is something to inspect, and whether it is open."""
        self._inspector.setEnabled(possible)
        self._inspector.setChecked(opened)

    def show_person(self, name: str, role: str, site: str) -> None:
        """Somebody else works here now, or the site has another name."""
        self.person.show_person(name, role)
        self.site.show_name(site)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A surface with a hairline below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.colour("line"))
        painter.end()


class _Painted(QAbstractButton):
    """A button that paints itself."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def _frame(self, painter: QPainter, ground: str | None, edge: str | None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("focus"), 1.5))
        else:
            painter.setPen(QPen(self._theme.colour(edge), 1) if edge else Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)


class _CommandField(_Painted):
    """Looks like a field, opens the palette."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__(theme)
        self._key = key
        self.setText("Search, or run a command")
        self.setAccessibleName("Search or run a command")
        self.setToolTip(f"Search, or run a command ({key})")
        self.setMaximumWidth(_FIELD_MOST)
        self.setMinimumWidth(180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    def sizeHint(self) -> QSize:
        """As wide as it may be."""
        return QSize(_FIELD_MOST, max(32, min(self._theme.metrics.control, TOP_BAR_HEIGHT - 8)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Glass, words, key."""
        theme, painter = self._theme, QPainter(self)
        self._frame(
            painter,
            "hover" if self.underMouse() else "ground",
            "line_strong" if self.underMouse() else "line",
        )
        painter.drawPixmap(10, round((self.height() - 16) / 2), theme.pixmap("search", 16))
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("quiet"))
        box = QRectF(34, 0, self.width() - 44, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setFont(theme.font("label"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._key)
        painter.end()


class _Site(_Painted):
    """Where this desk stands."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme)
        self._is_choice = False
        self.setText(name)
        self.offer_choice(False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_name(self, name: str) -> None:
        """The site is called this."""
        self.setText(name)
        self._say()

    def offer_choice(self, is_choice: bool) -> None:
        """Whether this desk works at several sites, so that another one can be gone to."""
        self._is_choice = is_choice
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_choice else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_choice else Qt.CursorShape.ArrowCursor)
        self._say()

    def _say(self) -> None:
        more = ": go to another" if self._is_choice else ""
        self.setAccessibleName(f"Site: {self.text()}{more}")
        self.setToolTip(
            f"Site: {self.text()}" + ("\nThis desk works at others too." if self._is_choice else "")
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its name."""
        width = QFontMetrics(self._theme.font("strong")).horizontalAdvance(self.text()) + 34
        return QSize(width + (_ARROW if self._is_choice else 0), 32)

    def minimumSizeHint(self) -> QSize:
        """Its icon and the beginning of its name."""
        return QSize(90, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pin and name; an arrow where there are others."""
        theme, painter = self._theme, QPainter(self)
        room = self.width() - 28
        if self._is_choice:
            self._frame(painter, "hover" if self.underMouse() else None, None)
            room -= _ARROW
            painter.drawPixmap(
                self.width() - _ARROW, round((self.height() - 12) / 2), theme.pixmap("chevron-down", 12)
            )
        painter.drawPixmap(4, 8, theme.pixmap("pin", 16))
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text"))
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(
            QRectF(26, 0, self.width() - 26, self.height()), Qt.AlignmentFlag.AlignVCenter, shown
        )
        painter.end()


class _Person(_Painted):
    """Who works here: initials, name, role."""

    def __init__(self, theme: Theme, name: str, role: str) -> None:
        super().__init__(theme)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_person(name, role)

    def show_person(self, name: str, role: str) -> None:
        """Somebody else."""
        self._name, self._role = name, role
        self.setAccessibleName(f"{name}, {role}: menu")
        self.setToolTip(f"{name}\n{role}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Initials, name and an arrow."""
        width = self.fontMetrics().horizontalAdvance(self._name)
        return QSize(_AVATAR + SPACE_8 + min(150, width) + 24, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, painter = self._theme, QPainter(self)
        self._frame(painter, "hover" if self.underMouse() else None, None)
        disc = QRectF(4, (self.height() - _AVATAR) / 2, _AVATAR, _AVATAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent_soft"))
        painter.drawEllipse(disc)
        painter.setPen(theme.colour("accent"))
        painter.setFont(theme.font("label_strong"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, initials(self._name))
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("body"))
        box = QRectF(disc.right() + SPACE_8, 0, self.width() - disc.right() - SPACE_8 - 20, self.height())
        shown = painter.fontMetrics().elidedText(
            self._name, Qt.TextElideMode.ElideRight, int(box.width()) + 1
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.drawPixmap(
            self.width() - 18, round((self.height() - 12) / 2), theme.pixmap("chevron-down", 12)
        )
        painter.end()


def initials(name: str) -> str:
    """`Asha Nair` -> `AN`."""
    words = [word for word in name.split() if word]
    ends = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0].upper() for word in ends) or "?"
