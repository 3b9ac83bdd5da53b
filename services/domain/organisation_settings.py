"""The organisation's settings: what they mean, their bounds, and what holds until somebody sets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from services.domain.refusals import refuse


class SettingSpec(msgspec.Struct, frozen=True):
    """One setting: a number with bounds, in the unit that its title names."""

    title: str
    default: float
    lowest: float
    highest: float


SETTINGS: Final[Mapping[str, SettingSpec]] = {
    "route.speed_kmh": SettingSpec("Average speed on the road, km/h", 40, 5, 130),
    "route.service_minutes": SettingSpec("Time at each stop, minutes", 6, 0, 240),
    "route.hours": SettingSpec("How long a route may take, hours", 9, 1, 24),
    "route.start_hour": SettingSpec(
        "When routes of another day begin, hour of the day (7.5: half past seven)", 8, 0, 23
    ),
    "sign_in.offline_hours": SettingSpec(
        "How long a known person may sign in without the server, hours", 72, 0, 720
    ),
    "allotment.share_percent": SettingSpec(
        "Share of free stock set aside for desks, so that they sell it offline for certain, % (0: none)",
        10,
        0,
        50,
    ),
    "allotment.hours": SettingSpec("Stock set aside for a desk stays certain for, hours", 48, 1, 720),
    "vehicle.stale_minutes": SettingSpec("A vehicle's position is stale after, minutes", 5, 1, 240),
    "vehicle.silent_minutes": SettingSpec(
        "A vehicle that is silent raises an alert after, minutes", 20, 2, 1440
    ),
}


def read_setting(key: str, stored: str | None) -> float:
    """The value that holds. What is stored was checked when it was set; a key not in the table is a LookupError."""
    return SETTINGS[key].default if stored is None else float(stored)


def check_setting(key: str, value: str) -> str:
    """A value fit to be stored. Raises RuleViolation naming the setting and its bounds."""
    spec = SETTINGS.get(key)
    if spec is None:
        refuse("not_found", thing="setting", name=key)
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not spec.lowest <= number <= spec.highest:
        problem = f"must be a number from {spec.lowest:g} to {spec.highest:g}, not {value!r}"
        refuse("invalid_value", field=spec.title, problem=problem, details=[{"field": key, "error": problem}])
    return f"{number:g}"
