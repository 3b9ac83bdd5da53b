"""Tells customers what happened to their orders: by e-mail over SMTP or by a webhook, as the settings say."""

from __future__ import annotations

import hashlib
import hmac
import smtplib
from email.message import EmailMessage
from typing import Any, Final

import httpx
import msgspec

from services.server.database import Database
from services.server.settings import Settings
from services.storage.tables import Customer, Order
from services.storage.unit_of_work import UnitOfWork

NOT_CONFIGURED = "not configured: neither SMTP nor a webhook is set, so nobody was told"

_WORDS: Final = {
    "order.placed": "We have received your order {number}.",
    "order.cancelled": "Your order {number} has been cancelled.",
    "shipment.departed": "Your order {number} is on its way.",
    "shipment.delivered": "Your order {number} has been delivered.",
}


class Notice(msgspec.Struct, frozen=True):
    """What a customer is told, and of what."""

    event: str
    order_id: str
    number: str
    status: str
    customer: str
    email: str
    text: str


class CustomerNotices:
    """The job `notify_customer`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def notify_customer(self, arguments: dict[str, Any]) -> str:
        """Tell the customer of ``order_id`` about ``event``. Answers what was done, for the log.

        Raises what the mail server or the webhook raises, so that the job is tried again.
        """
        if not self._settings.smtp_host and not self._settings.notify_webhook_url:
            return NOT_CONFIGURED
        notice = self._notice(str(arguments["order_id"]), str(arguments["event"]))
        if notice is None:
            return "the order is gone"
        told = []
        if self._settings.notify_webhook_url:
            self._post(notice)
            told.append("webhook")
        if self._settings.smtp_host:
            if notice.email:
                self._send_mail(notice)
                told.append("e-mail")
            else:
                told.append("no e-mail address")
        return f"{notice.event} of {notice.number}: {', '.join(told)}"

    def _notice(self, order_id: str, event: str) -> Notice | None:
        with self._database.reading() as connection:
            unit = UnitOfWork(connection)
            order = unit.get(Order, order_id)
            if order is None:
                return None
            customer = unit.get(Customer, order.customer_id)
        text = _WORDS.get(event, "There is news of your order {number}.").format(number=order.number)
        return Notice(
            event=event,
            order_id=order.id,
            number=order.number,
            status=order.status,
            customer=customer.name if customer is not None else order.ship_name,
            email=customer.email if customer is not None else "",
            text=text,
        )

    def _post(self, notice: Notice) -> None:
        """Send the notice as JSON, signed with HMAC-SHA256 of the body where a secret is set."""
        body = msgspec.json.encode(notice)
        headers = {"Content-Type": "application/json"}
        secret = self._settings.notify_webhook_secret.get_secret_value()
        if secret:
            headers["X-Holdfast-Signature"] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        url = self._settings.notify_webhook_url
        httpx.post(
            url, content=body, headers=headers, timeout=self._settings.notify_seconds
        ).raise_for_status()

    def _send_mail(self, notice: Notice) -> None:
        settings = self._settings
        message = EmailMessage()
        message["From"] = settings.smtp_from or settings.smtp_username
        message["To"] = notice.email
        message["Subject"] = f"Order {notice.number}"
        message.set_content(f"Dear {notice.customer},\n\n{notice.text}\n")
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=settings.notify_seconds) as server:
            if settings.smtp_starttls:
                server.starttls()
            if settings.smtp_username:
                server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
            server.send_message(message)
