"""Builds Qt's palette and the one stylesheet from the tokens.

The sheet is short on purpose: each rule is matched against each widget before the first paint. What has a shape of its
own (rail, pills, tables, cards) paints itself from the theme.
"""

from PySide6.QtGui import QColor, QPalette

from desktop_app.themes.tokens import RADIUS, Colours, Metrics, Scheme
from resources.resource_path import resource_path


def palette_of(colours: Colours) -> QPalette:
    """The palette for every widget that the stylesheet does not name."""
    palette = QPalette()
    role = QPalette.ColorRole
    for group, text in (
        (QPalette.ColorGroup.Active, colours.text),
        (QPalette.ColorGroup.Inactive, colours.text),
        (QPalette.ColorGroup.Disabled, colours.quiet),
    ):
        for part, colour in (
            (role.Window, colours.ground),
            (role.WindowText, text),
            (role.Base, colours.surface),
            (role.AlternateBase, colours.hover),
            (role.Text, text),
            (role.Button, colours.surface),
            (role.ButtonText, text),
            (role.BrightText, colours.danger),
            (role.ToolTipBase, colours.raised),
            (role.ToolTipText, colours.text),
            (role.PlaceholderText, colours.quiet),
            (role.Highlight, colours.accent),
            (role.HighlightedText, colours.on_accent),
            (role.Link, colours.accent),
            (role.LinkVisited, colours.accent),
            (role.Accent, colours.accent),
            (role.Light, colours.surface),
            (role.Midlight, colours.hover),
            (role.Mid, colours.line),
            (role.Dark, colours.line_strong),
            (role.Shadow, colours.shadow),
        ):
            palette.setColor(group, part, QColor(colour))
    return palette


def stylesheet_of(colours: Colours, metrics: Metrics, scheme: Scheme) -> str:
    """The stylesheet of a theme at a density."""
    c, m = colours, metrics
    ring = 2 if scheme == "contrast" else 1
    inside = m.control - 2
    menu_pad = max(5, (m.hit - 20) // 2)
    mark = m.body + 3
    pictures = resource_path("styles", scheme).as_posix()
    return f"""
QWidget {{ color: {c.text}; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line_strong}; padding: 5px 8px; }}
QMainWindow, QDialog, QWidget[ground="ground"] {{ background: {c.ground}; }}
QWidget[ground="surface"] {{ background: {c.surface}; }}
QFrame[card="true"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: {RADIUS}px; }}
QFrame[line="true"] {{ background: {c.line}; border: none; max-height: 1px; min-height: 1px; }}
QLabel {{ background: transparent; }}
QLabel[role="quiet"] {{ color: {c.quiet}; }}
QLabel[role="label"] {{ color: {c.quiet}; font-size: {m.label}px; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="section"] {{ font-size: {m.section}px; font-weight: 600; }}
QLabel[role="title"] {{ font-size: {m.title}px; font-weight: 600; letter-spacing: -0.3px; }}
QLabel[role="figure"] {{ font-size: {m.figure}px; font-weight: 600; letter-spacing: -0.8px; }}
QLabel[role="error"] {{ color: {c.danger}; font-size: {m.label}px; }}

QLineEdit, QComboBox, QAbstractSpinBox {{
  background: {c.surface}; border: 1px solid {c.line_strong}; border-radius: {RADIUS}px;
  padding: 0 8px; min-height: {inside}px;
  selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{
  background: transparent; border: none; padding: 0; min-height: 0; }}
QAbstractSpinBox {{ padding: 0; }}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; width: 22px; border: none; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; width: 22px; border: none; }}
QAbstractSpinBox::up-arrow {{ image: url({pictures}/up.svg); width: 10px; height: 10px; }}
QAbstractSpinBox::down-arrow {{ image: url({pictures}/chevron.svg); width: 10px; height: 10px; }}
QAbstractSpinBox QLineEdit {{ padding: 0 22px 0 6px; }}
QAbstractSpinBox[plain="true"] QLineEdit {{ padding: 0 8px; }}
QAbstractSpinBox[plain="true"]::up-button, QAbstractSpinBox[plain="true"]::down-button {{ width: 0; }}
QAbstractSpinBox[plain="true"]::up-arrow, QAbstractSpinBox[plain="true"]::down-arrow {{ image: none; width: 0; }}
QPlainTextEdit, QTextEdit {{
  background: {c.surface}; border: 1px solid {c.line_strong}; border-radius: {RADIUS}px; padding: 4px; }}
QLineEdit:hover, QComboBox:hover, QAbstractSpinBox:hover {{ border-color: {c.quiet}; }}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {{
  border: {ring}px solid {c.focus}; }}
QLineEdit[invalid="true"], QComboBox[invalid="true"], QAbstractSpinBox[invalid="true"] {{ border-color: {c.danger}; }}
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled, QPlainTextEdit:disabled {{
  background: {c.neutral_soft}; color: {c.quiet}; border-color: {c.line}; }}
QLineEdit:read-only {{ background: {c.neutral_soft}; }}
QComboBox::drop-down, QDateTimeEdit::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow, QDateTimeEdit::down-arrow {{ image: url({pictures}/chevron.svg); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{
  background: {c.raised}; border: 1px solid {c.line_strong}; outline: none; padding: 4px; }}
QComboBox QAbstractItemView::item {{ min-height: {inside - 4}px; padding: 0 6px; border-radius: 4px; }}

QPushButton {{
  background: {c.surface}; border: 1px solid {c.line_strong}; border-radius: {RADIUS}px;
  padding: 0 12px; min-height: {inside}px; font-weight: 500; }}
QPushButton[pictured="true"] {{ padding-left: {m.icon + 19}px; }}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {c.pressed}; }}
QPushButton:focus {{ border: {ring}px solid {c.focus}; }}
QPushButton:disabled {{ color: {c.quiet}; background: {c.neutral_soft}; border-color: {c.line}; }}
QPushButton[kind="primary"] {{
  background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {c.accent_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {c.pressed}; color: {c.quiet}; border-color: {c.pressed}; }}
QPushButton[kind="danger"] {{ color: {c.danger}; border-color: {c.danger}; }}
QPushButton[kind="danger"]:hover {{ background: {c.danger_soft}; }}
QPushButton[kind="danger"]:disabled {{ color: {c.quiet}; border-color: {c.line}; }}
QPushButton[kind="quiet"], QToolButton {{
  background: transparent; border: 1px solid transparent; border-radius: {RADIUS}px;
  padding: 0 8px; min-height: {inside}px; }}
QPushButton[kind="quiet"][pictured="true"] {{ padding-left: {m.icon + 19}px; padding-right: 12px; }}
QPushButton[kind="quiet"][narrow="true"] {{ padding: 0 5px; }}
QPushButton[kind="quiet"]:hover, QToolButton:hover {{ background: {c.hover}; }}
QPushButton[kind="quiet"]:checked {{ background: {c.accent_soft}; color: {c.accent}; }}
QPushButton[kind="quiet"]:focus, QToolButton:focus {{ border: {ring}px solid {c.focus}; }}
QPushButton[kind="quiet"]:disabled {{ color: {c.quiet}; }}
QToolButton:checked, QToolButton:pressed {{ background: {c.pressed}; }}
QToolButton::menu-indicator {{ image: none; }}

QCheckBox, QRadioButton {{
  spacing: 8px; min-height: {m.hit - 4}px; border: {ring}px solid transparent; border-radius: 4px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {c.focus}; }}
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {{
  width: {mark}px; height: {mark}px; border: 1px solid {c.quiet}; border-radius: 4px; background: {c.surface}; }}
QRadioButton::indicator {{ border-radius: {mark // 2 + 1}px; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{
  background: {c.accent}; border-color: {c.accent}; image: url({pictures}/check.svg); }}
QRadioButton::indicator:checked {{ border: {mark // 3}px solid {c.accent}; background: {c.on_accent}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
  border-color: {c.line_strong}; background: {c.neutral_soft}; }}

QMenu {{ background: {c.raised}; border: 1px solid {c.line_strong}; padding: 4px; }}
QMenu::item {{ padding: {menu_pad}px 28px {menu_pad}px 12px; border-radius: 4px; min-width: 120px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:selected {{ background: {c.selection}; }}
QMenu::item:disabled {{ color: {c.quiet}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 6px; }}
QMenu::right-arrow {{ image: url({pictures}/arrow.svg); width: 12px; height: 12px; margin-right: 8px; }}

QAbstractScrollArea {{ border: none; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea {{ background: transparent; }}
QAbstractItemView {{
  background: {c.surface}; border: none; outline: none;
  selection-background-color: {c.selection}; selection-color: {c.text}; }}
QAbstractItemView[floats="true"] {{ background: {c.raised}; }}
QHeaderView {{ background: {c.surface}; border: none; }}
QHeaderView::section {{
  background: {c.surface}; color: {c.quiet}; border: none; border-bottom: 1px solid {c.line};
  padding: 0 {m.cell_pad}px; font-size: {m.label}px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{
  background: {c.line_strong}; border-radius: 4px; margin: 2px; min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.quiet}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: none; border: none; width: 0; height: 0; }}
QSplitter::handle {{ background: {c.line}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {c.line}; }}
QTabBar {{ qproperty-drawBase: 0; }}
QTabBar::tab {{
  background: transparent; color: {c.quiet}; padding: 0 12px; min-height: {m.control}px;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom: 2px solid {c.accent}; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabBar::tab:focus {{ border: {ring}px solid {c.focus}; }}
QProgressBar {{ background: {c.line}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
"""
