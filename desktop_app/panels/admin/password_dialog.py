"""Sets somebody's password at the server: the one thing here that cannot be done without the link."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget
from shiboken6 import isValid

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.panel_context import PanelContext
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.layouts import label
from services.storage.tables import User


class PasswordDialog(DialogFrame):
    """Asks the administrator for their own password too: the server lets nobody in on a desk's word alone."""

    def __init__(self, context: PanelContext, user: User, parent: QWidget) -> None:
        offline = context.desk.link.state == "offline"
        hint = f"{user.name} signs in with it from now on; wherever they are signed in now, that ends."
        super().__init__(context.theme, f"A password for {user.name}", hint, parent)
        self.setObjectName("admin.password.dialog")
        self._context, self._user = context, user
        self._form = Form()
        for name, title in (
            ("new", "New password"),
            ("again", "The same again"),
            ("own", "Your own password"),
        ):
            field = QLineEdit()
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setObjectName(f"admin.password.{name}")
            self._form.add(name, title, field)
        self.body.addWidget(self._form)
        self._problem = label("", "error", wrap=True)
        self._problem.setObjectName("admin.password.problem")
        self.body.addWidget(self._problem)
        self.add_button("Cancel", self.reject, "quiet")
        self._go = self.add_button("Set the password", self.send, "primary")
        self._go.setObjectName("admin.password.send")
        if offline:
            self._problem.setText(
                "There is no link, and only the server keeps passwords. Do it when the badge says Live."
            )
            self._go.setEnabled(False)
        self._problem.setVisible(offline)

    def send(self) -> None:
        """Check what was entered, then ask the server."""
        values = {name: str(value) for name, value in self._form.values().items()}
        problems = {name: "is needed" for name in ("new", "own") if not values[name]}
        if values["new"] and values["new"] != values["again"]:
            problems["again"] = "is not the same"
        self._form.show_errors(problems)
        self._problem.hide()
        if problems:
            return
        context, user = self._context, self._user
        desk = context.desk
        admin = context.session.user.username  # type: ignore[attr-defined]

        def ask_server() -> None:
            transport = desk.transport  # type: ignore[attr-defined]
            tokens = transport.login(admin, values["own"])
            transport.set_password(tokens.access_token, user.id, values["new"])

        self._go.setEnabled(False)
        context.runner.run(
            ask_server,
            lambda _none: self._done(),
            context.toasts,
            failed=self._failed,
            lane="files",
            label="Setting the password",
        )

    def _done(self) -> None:
        self._context.toasts.good(f"{self._user.name} has a new password")
        if isValid(self):
            self.accept()

    def _failed(self, error: Exception) -> bool:
        from services.sync.errors import Offline, SyncError

        if not isinstance(error, SyncError):
            return False
        words = "The link broke; the password was not set." if isinstance(error, Offline) else str(error)
        if not isValid(self):
            self._context.toasts.bad(words)
            return True
        self._go.setEnabled(True)
        self._problem.setText(words)
        self._problem.show()
        return True
