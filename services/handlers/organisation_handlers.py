"""What the organisation shares: sites, bins, people, settings; and its alerts."""

from __future__ import annotations

from services.commands import (
    AcknowledgeAlert,
    ResolveAlert,
    SaveLocation,
    SaveSetting,
    SaveSite,
    SaveUser,
)
from services.domain.organisation_settings import check_setting
from services.domain.permissions import Role, roles_of
from services.domain.refusals import refuse
from services.handlers.edits import apply_edit, new_row, refuse_duplicate, set_fields
from services.handlers.fleet_handlers import put_in_yard
from services.handlers.work import Work
from services.storage.tables import Alert, Location, Setting, Site, Stock, User, Vehicle


def save_location(work: Work, command: SaveLocation) -> None:
    """Record a bin; one with stock in it cannot be closed."""
    known = work.get(Location, command.location_id)
    if known is None:
        defaults = {
            "site_id": command.site_id, "zone": "", "aisle": "", "bay": "", "level": "", "kind": "pick",
            "x_m": 0.0, "y_m": 0.0, "pick_sequence": 0,
        }  # fmt: skip
        location = work.put(new_row(Location, command.location_id, defaults, command.values, "code"))
    else:
        location = apply_edit(work, known, command.expected, command.values)
    for other in work.find(Location, code=location.code):
        if other.id != location.id and other.site_id == location.site_id:
            refuse("duplicate", thing="location", name=location.code)
    in_it = sum(stock.on_hand for stock in work.find(Stock, location_id=location.id))
    if not location.active and in_it:
        refuse(
            "wrong_state", thing="location", current=f"holding {in_it} units", wanted="be closed",
            possible="move the goods first",
        )  # fmt: skip
    work.record("location.saved", location, f"Bin {location.code} {'added' if known is None else 'changed'}")


def save_site(work: Work, command: SaveSite) -> None:
    """Record a site. Where its place is corrected, the vehicles that were put in its yard come along."""
    known = work.get(Site, command.id)
    if known is None:
        defaults = {
            "timezone": "UTC", "currency": "GBP", "latitude": 0.0, "longitude": 0.0, "removal_strategy": "",
        }  # fmt: skip
        site = work.put(new_row(Site, command.id, defaults, command.values, "code name"))
    else:
        # Read before the edit: what is known may be the row that is edited.
        yard = (known.latitude, known.longitude)
        site = apply_edit(work, known, command.expected, command.values)
        for vehicle in work.find(Vehicle, site_id=site.id):
            if (vehicle.latitude, vehicle.longitude) == yard:
                put_in_yard(work, vehicle)
    refuse_duplicate(work, Site, site.id, "site", code=site.code)
    work.record("site.saved", site, f"Site {site.name} {'added' if known is None else 'changed'}")


def save_user(work: Work, command: SaveUser) -> None:
    """Record a person. There is always one active administrator."""
    wanted = set_fields(command.values)
    if "roles" in wanted:
        unknown = {name.strip() for name in wanted["roles"].split(",")} - {role.value for role in Role} - {""}
        if unknown:
            problem = f"{', '.join(sorted(unknown))} is no role"
            refuse(
                "invalid_value",
                field="roles",
                problem=problem,
                details=[{"field": "roles", "error": problem}],
            )
    known = work.get(User, command.user_id)
    if known is None:
        defaults = {"email": "", "roles": "", "badge": ""}
        user = work.put(new_row(User, command.user_id, defaults, command.values, "username name"))
    else:
        user = apply_edit(work, known, command.expected, command.values)
    refuse_duplicate(work, User, user.id, "user", username=user.username)
    if user.badge:
        refuse_duplicate(work, User, user.id, "badge", badge=user.badge)
    if known is not None and _administers(known) and not _administers(user):
        others = [other for other in work.find(User, active=1) if other.id != user.id and _administers(other)]
        if not others:
            refuse("last_administrator", user=user.name)
    work.record("user.saved", user, f"{user.name} {'added' if known is None else 'changed'}")


def _administers(user: User) -> bool:
    return user.active and Role.ADMINISTRATOR in roles_of(user.roles)


def save_setting(work: Work, command: SaveSetting) -> None:
    """Set one of the organisation's settings within its bounds."""
    value = check_setting(command.key, command.value)
    row = work.put(Setting(id=command.key, value=value))
    work.record("setting.saved", row, f"Setting {command.key} is now {value}")


def acknowledge_alert(work: Work, command: AcknowledgeAlert) -> None:
    """Somebody has seen an alert and looks after it."""
    alert = work.need(Alert, command.alert_id)
    if alert.status == "open":
        work.change(alert, status="acknowledged", acknowledged_by=work.context.actor_id)


def resolve_alert(work: Work, command: ResolveAlert) -> None:
    """What an alert was about is settled."""
    alert = work.need(Alert, command.alert_id)
    if alert.status != "resolved":
        alert = work.change(alert, status="resolved", resolved_at=work.context.received_at)
        note = f": {command.note}" if command.note else ""
        work.record("alert.resolved", alert, f"Settled{note}: {alert.message}")
