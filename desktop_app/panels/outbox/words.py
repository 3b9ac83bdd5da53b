"""Commands and their outcomes in words for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from desktop_app.themes.tokens import Tone

VERBS: Final[Mapping[str, str]] = {
    "PlaceOrder": "Place an order",
    "ConfirmOrder": "Confirm a draft",
    "ChangeOrder": "Change an order",
    "ChangeLine": "Change a quantity",
    "AddLines": "Add lines to an order",
    "HoldOrder": "Put an order on hold",
    "ResumeOrder": "Resume an order",
    "CancelOrder": "Cancel an order",
    "RetryOrder": "Look for stock again",
    "ReleaseOrders": "Release a wave",
    "ConfirmPick": "Pick",
    "ShortPick": "Short pick",
    "UndoPick": "Take a pick back",
    "ClaimPicks": "Claim picks",
    "UnclaimPicks": "Give picks back",
    "StagePicks": "Drop in staging",
    "PackOrder": "Pack an order",
    "UnpackOrder": "Open a packed order",
    "DepartRoute": "Van leaves",
    "DeliverShipment": "Deliver",
    "FailDelivery": "Delivery failed",
    "ReceiveStock": "Receive goods",
    "MoveStock": "Move goods",
    "AdjustStock": "Adjust stock",
    "CountStock": "Count a bin",
    "ReturnAllotment": "Give back what was set aside",
    "RevokeAllotment": "Take back what was set aside",
    "CloseOrder": "Close an order",
    "PlanRoute": "Open a route",
    "CancelRoute": "Cancel a route",
    "ReopenRoute": "Open a cancelled route again",
    "AssignShipment": "Put a shipment on a route",
    "UnassignShipment": "Take a shipment off its route",
    "LoadShipment": "Load a shipment",
    "UnloadShipment": "Take a shipment out of the van",
    "ArriveStop": "Arrive at a stop",
    "RetryDelivery": "Deliver once more",
    "ReturnShipment": "Bring a shipment back",
    "ReceiveReturn": "Take in a return",
    "FinishRoute": "End a route",
    "HoldStock": "Put stock on hold",
    "ReleaseStock": "Release stock from hold",
    "RequestCount": "Ask for a count",
    "ApproveCount": "Approve a count",
    "RejectCount": "Have a bin counted again",
    "RequestReplenishment": "Ask for a replenishment",
    "CancelStockTask": "Call off work on stock",
    "SaveVehicle": "Record a vehicle",
    "SaveDriver": "Record a driver",
    "SetVehicleState": "Set a van's state",
    "RecordPosition": "A van's position",
    "SaveCustomer": "Record a customer",
    "SaveProduct": "Record a product",
    "SaveLocation": "Record a bin",
    "SaveSite": "Record a site",
    "SaveTerminal": "Record a terminal",
    "GrantSite": "Give a terminal a site",
    "WithdrawSite": "Take a site from a terminal",
    "SaveUser": "Record a person",
    "SaveSetting": "Set a setting of the organisation",
    "AddBarcode": "Give a product a barcode",
    "RemoveBarcode": "Take a barcode off a product",
    "AcknowledgeAlert": "Acknowledge an alert",
    "ResolveAlert": "Close an alert",
}

STATUS: Final[Mapping[str, tuple[str, Tone]]] = {
    "provisional": ("Pending", "provisional"),
    "at_risk": ("At risk", "warning"),
    "applied": ("Done", "ok"),
    "adjusted": ("Adjusted", "warning"),
    "rejected": ("Refused", "danger"),
    "parked": ("Parked", "danger"),
}


def verb_of(name: str) -> str:
    """What a command does, in words: `PlaceOrder` is "Place an order"."""
    known = VERBS.get(name)
    if known:
        return known
    # From a newer program: its name is all there is.
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()
    return words[:1].upper() + words[1:]


def status_of(status: str) -> tuple[str, Tone]:
    """A status as the word and tone of its pill."""
    return STATUS.get(status, (status.capitalize(), "neutral"))


def happened_in_words(status: str, message: str) -> str:
    """What became of a command, for its card."""
    if message:
        return message
    return {
        "provisional": "It waits for the server. It is safe on this computer's disk.",
        "at_risk": "It may no longer fit what is known here. The server decides when the link is back.",
        "applied": "The server took it as it was meant.",
        "parked": "The server failed on it repeatedly. It is kept, and can be sent again.",
    }.get(status, "")


def detail_lines(details: list[dict[str, Any]]) -> list[str]:
    """The details of an outcome, a line each: which sku, how many asked, how many there were."""
    lines = []
    for detail in details:
        if "sku" in detail and "requested" in detail:
            available = detail.get("available", detail.get("taken", 0))
            lines.append(f"{detail['sku']}: {detail['requested']} asked, {available} could be had")
        elif "field" in detail:
            if "actual" in detail:
                seen, now = detail.get("expected"), detail["actual"]
                lines.append(f"{detail['field']}: you saw {seen!r}, now it is {now!r}")
            else:
                lines.append(f"{detail['field']}: {detail.get('error', 'is not right')}")
        else:
            lines.append(
                ", ".join(f"{key} {value}" for key, value in detail.items() if not key.endswith("_id"))
            )
    return [text for text in lines if text]
