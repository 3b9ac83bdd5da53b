"""Dialogs gather what a person decides, and decide nothing themselves."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.dialogs.about_dialog import AboutDialog
from desktop_app.dialogs.enrol_dialog import EnrolAnswers, EnrolDialog
from desktop_app.dialogs.error_dialog import ErrorDialog
from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.dialogs.settings_dialog import SettingsDialog
from desktop_app.dialogs.shortcuts_dialog import ShortcutsDialog
from desktop_app.dialogs.sign_in_dialog import SignInAnswers, SignInDialog
from desktop_app.enrolment import how_far
from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme
from services.sync.status import Progress
from tests.desktop_app.fakes import registry


def shown(qtbot: QtBot, dialog: QDialog) -> None:
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    with qtbot.waitActive(dialog):
        dialog.open()


def texts(dialog: QDialog) -> list[str]:
    return [each.text() for each in dialog.findChildren(QLabel) if each.isVisible() and each.text()]


def press(dialog: QDialog, words: str) -> None:
    next(each for each in dialog.findChildren(QPushButton) if each.text() == words).click()


# Sign-in


def test_signing_in_takes_a_name_and_a_password_and_enter(qtbot: QtBot, theme: Theme) -> None:
    got: list[SignInAnswers] = []
    dialog = SignInDialog(theme, got.append, site="Northgate")
    shown(qtbot, dialog)
    name, password = dialog.form.field("username"), dialog.form.field("password")
    assert name.hasFocus()
    qtbot.keyClicks(name, "asha")
    qtbot.keyClicks(password, "a secret ")
    qtbot.keyClick(password, Qt.Key.Key_Return)
    assert got == [SignInAnswers("asha", "a secret ")]
    assert isinstance(password, QLineEdit)
    assert password.echoMode() == QLineEdit.EchoMode.Password


def test_what_is_missing_is_named_and_nobody_is_asked(qtbot: QtBot, theme: Theme) -> None:
    got: list[SignInAnswers] = []
    dialog = SignInDialog(theme, got.append)
    shown(qtbot, dialog)
    press(dialog, "Sign in")
    assert "User name: Enter your user name." in texts(dialog) or "Enter your user name." in texts(dialog)
    assert "Enter your password." in texts(dialog)
    assert got == []


def test_a_refusal_is_said_and_the_password_asked_again(qtbot: QtBot, theme: Theme) -> None:
    dialog = SignInDialog(theme, lambda answers: dialog.show_busy(), known=("asha", "tom"))
    shown(qtbot, dialog)
    password = dialog.form.field("password")
    assert isinstance(password, QLineEdit)
    password.setText("wrong")
    press(dialog, "Sign in")
    assert not dialog._go.isEnabled()
    dialog.show_error("The password is not right.")
    assert "The password is not right." in texts(dialog)
    assert (password.text(), password.hasFocus(), dialog._go.isEnabled()) == ("", True, True)


def test_without_a_link_it_says_who_may_still_sign_in(qtbot: QtBot, theme: Theme) -> None:
    words = "No link since 09:41. People who signed in here in the last 7 days still can."
    dialog = SignInDialog(theme, lambda answers: None, known=("asha",), offline_words=words)
    shown(qtbot, dialog)
    assert words in texts(dialog)
    name = dialog.form.field("username")
    assert isinstance(name, QComboBox)
    assert name.currentText() == "asha"
    dialog.show_offline("")
    assert words not in texts(dialog)


# Enrolment


def test_enrolment_asks_for_a_name_that_the_server_would_not_do_without(qtbot: QtBot, theme: Theme) -> None:
    got: list[EnrolAnswers] = []
    dialog = EnrolDialog(theme, got.append, server_url="https://wh.example")
    shown(qtbot, dialog)
    for name, text in (("username", "admin"), ("password", "secret")):
        field = dialog.form.field(name)
        assert isinstance(field, QLineEdit)
        field.setText(text)
    press(dialog, "Enrol")
    assert "Enter what people call this place." in " ".join(texts(dialog))
    assert got == []


def test_enrolment_stays_as_high_while_it_works_and_after_an_attempt_that_failed(
    qtbot: QtBot, theme: Theme
) -> None:
    dialog = EnrolDialog(theme, lambda answers: None)
    qtbot.addWidget(dialog)
    dialog.show()
    QApplication.processEvents()
    at_first = dialog.height()
    dialog.show_step(1, "48 % of 12 MB")
    QApplication.processEvents()
    assert dialog.height() == at_first
    assert not dialog.form.isVisible()
    dialog.show_error("The server did not answer.")
    QApplication.processEvents()
    assert dialog.form.isVisible()
    line = dialog.fontMetrics().lineSpacing()
    assert dialog.height() <= at_first + 4 * line, "there is no more room than for the message"


def test_enrolment_gathers_names_what_is_missing_and_shows_its_steps(qtbot: QtBot, theme: Theme) -> None:
    got: list[EnrolAnswers] = []
    dialog = EnrolDialog(theme, got.append, server_url="https://wh.example", terminal_name="Packing 2")
    shown(qtbot, dialog)
    press(dialog, "Enrol")
    assert "Enter the administrator's name." in " ".join(texts(dialog))
    assert got == []
    for name, text in (("username", "admin"), ("password", "secret")):
        field = dialog.form.field(name)
        assert isinstance(field, QLineEdit)
        field.setText(text)
    dialog.show_sites([("s-1", "Northgate"), ("s-2", "Harbour")])
    press(dialog, "Enrol")
    assert got == [EnrolAnswers("https://wh.example", "admin", "secret", "Packing 2", "s-1")]
    dialog.show_step(2, "48 % of 12 MB")
    assert "Terminal enrolled: Working 48 % of 12 MB" in dialog._ladder.accessibleName()
    far = [how_far(0.5, None), how_far(0.75, Progress("bytes", 3_000_000, 12_000_000))]
    dialog.follow(lambda: far[0])
    assert "Terminal enrolled: Working" in dialog._ladder.accessibleName()
    far.pop(0)
    qtbot.waitUntil(lambda: "Warehouse loaded: Working 25 % of 12 MB" in dialog._ladder.accessibleName())
    assert not dialog.form.isEnabled()
    dialog.show_error("No server answers there.", "server_url")
    assert dialog.form.isEnabled()
    assert "Server address: No server answers there." in texts(dialog)
    assert not dialog._watch.isActive()
    dialog.show_error("The server is too old.")
    assert "The server is too old." in texts(dialog)
    dialog.follow(lambda: far[0])
    dialog.accept()
    assert not dialog._watch.isActive()


# Reasons, errors, settings, help


@pytest.fixture
def reasons() -> list[tuple[str, str]]:
    return []


def _reason_dialog(theme: Theme, reasons: list[tuple[str, str]]) -> ReasonDialog:
    choices = (("empty", "The bin is empty"), ("damaged", "The rest is damaged"))
    return ReasonDialog(
        theme, "Short pick", "2 of 5 found", choices, lambda code, note: reasons.append((code, note))
    )


def test_a_digit_gives_the_reason_and_closes(
    qtbot: QtBot, theme: Theme, reasons: list[tuple[str, str]]
) -> None:
    dialog = _reason_dialog(theme, reasons)
    shown(qtbot, dialog)
    qtbot.keyClick(dialog.focusWidget() or dialog, "2")
    assert reasons == [("damaged", "")]
    assert not dialog.isVisible()


def test_in_the_note_digits_are_digits(qtbot: QtBot, theme: Theme, reasons: list[tuple[str, str]]) -> None:
    dialog = _reason_dialog(theme, reasons)
    shown(qtbot, dialog)
    dialog._note.setFocus()
    qtbot.keyClicks(dialog._note, "box 12")
    assert reasons == []
    dialog._picker.picked.emit("empty")
    assert reasons == [("empty", "box 12")]


def test_escape_asks_for_nothing(qtbot: QtBot, theme: Theme, reasons: list[tuple[str, str]]) -> None:
    dialog = _reason_dialog(theme, reasons)
    shown(qtbot, dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert (reasons, dialog.isVisible()) == ([], False)


def test_the_details_of_an_error_can_be_copied(qtbot: QtBot, theme: Theme) -> None:
    dialog = ErrorDialog(theme, "Loading orders did not work.", "ValueError: row 7")
    shown(qtbot, dialog)
    press(dialog, "Copy details")
    assert QGuiApplication.clipboard().text() == "ValueError: row 7"
    press(dialog, "Close")


def test_every_setting_has_its_field_and_takes_effect_at_once(qtbot: QtBot, theme: Theme) -> None:
    settings = Settings(None)
    dialog = SettingsDialog(theme, settings)
    shown(qtbot, dialog)
    assert set(dialog.fields) == {setting.key for setting in settings.declared()}
    fields: dict[str, Any] = dialog.fields
    fields["density"].setCurrentIndex(2)
    fields["sound"].setChecked(False)
    fields["scan_gap_ms"].setValue(60)
    assert (settings.text("density"), settings.flag("sound"), settings.number("scan_gap_ms")) == (
        "touch",
        False,
        60,
    )
    assert not dialog._restart.isVisible()
    fields["scale"].setCurrentIndex(1)
    assert dialog._restart.isVisible()
    settings.flush()


def test_the_help_lists_every_shortcut(qtbot: QtBot, theme: Theme) -> None:
    actions = registry()
    dialog = ShortcutsDialog(theme, actions)
    shown(qtbot, dialog)
    listed = [each.text() for each in dialog.findChildren(QLabel)]
    assert "Ctrl+K" in listed
    assert {a.shortcut for a in actions.all() if a.shortcut and a.menu} <= set(listed)


def test_about_tells_version_and_ground(qtbot: QtBot, theme: Theme) -> None:
    dialog = AboutDialog(theme)
    shown(qtbot, dialog)
    assert any(text.startswith("Version ") for text in texts(dialog))
    assert any("Python" in text for text in texts(dialog))
