"""Commands of allotments: stock that was set aside for a terminal goes back to everybody."""

from __future__ import annotations

from typing import ClassVar

from services.commands.command import Command, CommandSpec, Id, Kind, Reason


class ReturnAllotment(Command, frozen=True, kw_only=True):
    """This terminal gives back what it has not used of an allotment.

    It stands in the terminal's queue behind every order that used the allotment, so when the server has it, it has all
    of those: no clock is asked.
    """

    site_id: Id
    allotment_id: Id

    spec: ClassVar = CommandSpec(Kind.EDIT, "lease.return")


class RevokeAllotment(Command, frozen=True, kw_only=True):
    """Take an allotment back without waiting for its terminal: what that has sold offline meanwhile may fall short."""

    site_id: Id
    allotment_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "lease.revoke")
