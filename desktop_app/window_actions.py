"""What the actions of the window itself do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import Density, Scheme
from desktop_app.window_regions import enter_region, next_region

if TYPE_CHECKING:
    from desktop_app.main_window import MainWindow

_SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark", "contrast")
_DENSITIES: Final[tuple[Density, ...]] = ("compact", "comfortable", "touch")


def bind_own_actions(window: MainWindow, settings: Settings, theme: Theme) -> None:
    """Bind them, as far as the window's registry has them."""
    bar, dialogs, stack = window.top_bar, window.dialogs, window.stack
    registry = window.actions_registry

    def step(key: str, now: str, order: Sequence[str]) -> None:
        settings.set(key, order[(order.index(now) + 1) % len(order)])
        window.toasts.show(f"{key.capitalize()}: {settings.text(key)}", "neutral", seconds=2)

    asked: list[bool] = []

    def new_order() -> None:
        """Until the orders have been shown once, nobody else answers to it; then their panel does."""
        if not asked:
            asked.append(True)
            window.navigate("orders")
            registry.trigger("order.new")
            asked.clear()

    own: dict[str, Callable[[], object]] = {
        "app.quit": window.close,
        "app.settings": dialogs.settings,
        "edit.undo": lambda: window.context.undo(),
        "edit.find": window.open_palette,
        "edit.filter": lambda: _focus_search(window),
        "view.menu": lambda: dialogs.menu(bar.menu_button),
        "view.rail": window.fold_rail,
        "view.inspector": window.inspection.toggle,
        "view.next_region": lambda: _next_region(window),
        "view.refresh": lambda: stack.call("refresh" if stack.can("refresh") else "activate"),
        "view.theme": lambda: step("theme", theme.scheme, _SCHEMES),
        "view.density": lambda: step("density", theme.density, _DENSITIES),
        "view.full_screen": lambda: window.showNormal() if window.isFullScreen() else window.showFullScreen(),
        "order.new": new_order,
        "link.outbox": lambda: window.navigate("outbox"),
        "help.shortcuts": dialogs.shortcuts,
        "help.about": dialogs.about,
        **{f"go.{spec.id}": partial(window.navigate, spec.id) for spec in window.specs},
    }
    registry.bind_all({action_id: call for action_id, call in own.items() if action_id in registry})


def _focus_search(window: MainWindow) -> None:
    field = getattr(window.stack.current_panel(), "search_field", None)
    if isinstance(field, QWidget):
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    else:
        window.open_palette()


def _next_region(window: MainWindow) -> None:
    """F6: rail, top bar, panel, inspector, and round again."""
    panel = window.stack.current_panel()
    target = next_region((window.rail, window.top_bar, panel, window.inspection.widget))
    if target is panel:
        window.stack.call("activate")
    else:
        enter_region(target)
