"""How numbers, money and times are written on screen. Pure functions; no Qt."""

from datetime import UTC, datetime, timedelta
from typing import Final

# An instant: an aware datetime, or milliseconds since 1970 UTC as the desk's rows carry it.
Instant = datetime | int

_SYMBOLS: Final = {"GBP": "£", "EUR": "€", "USD": "$", "INR": "₹", "JPY": "¥"}
# What stands where there is no value: not a zero, and not nothing, which could be an error.
NO_VALUE: Final = "–"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def number(value: int | float | None, digits: int = 0) -> str:
    """`12,345` or, with digits, `12,345.6`; a dash for None."""
    return NO_VALUE if value is None else f"{value:,.{digits}f}".replace("-", "−")


def compact_number(value: int | float) -> str:
    """`940`, `12.3k`, `1.2M`: for badges and axes, where room is short."""
    for limit, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.1f}".rstrip("0").rstrip(".") + letter
    return f"{value:g}"


def size(count: int) -> str:
    """Bytes as people say them: `12 MB`, `3.4 GB`."""
    for limit, unit in ((1 << 30, "GB"), (1 << 20, "MB")):
        if count >= limit:
            value = count / limit
            return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"
    return f"{max(1, count >> 10)} kB"


def money(minor: int | None, currency: str) -> str:
    """Minor units with their currency: `£1,234.50`; the code stands where no sign is known."""
    if minor is None:
        return NO_VALUE
    digits = decimals(currency)
    sign = "−" if minor < 0 else ""
    amount = f"{abs(minor) / 10**digits:,.{digits}f}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{currency} {amount}"


def decimals(currency: str) -> int:
    """How many decimals an amount has in a currency; two while its code is not written out yet."""
    from services.domain.money import exponent
    from services.domain.refusals import RuleViolation

    try:
        return exponent(currency)
    except RuleViolation:
        return 2


def age(when: Instant | None, now: datetime | None = None) -> str:
    """How long ago, in one unit: `now`, `12 s`, `4 min`, `3 h`, `2 d`, and the date beyond a month; `in 4 min` ahead."""
    if when is None:
        return NO_VALUE
    when = moment(when)
    seconds = ((now or datetime.now(UTC)) - when).total_seconds()
    if seconds < 0:
        return "now" if seconds > -2 else f"in {_span(-seconds)}"
    if seconds > 30 * _DAY:
        return f"{when:%d %b %Y}".lstrip("0")
    return "now" if seconds < 2 else _span(seconds)


def ago(when: Instant | None, now: datetime | None = None) -> str:
    """`4 min ago`, `now`, `in 5 min` or the date."""
    text = age(when, now)
    return f"{text} ago" if text.endswith((" s", " min", " h", " d")) and not text.startswith("in ") else text


def _span(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{int(seconds)} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h"
    return f"{int(seconds // _DAY)} d"


def clock(when: Instant | None, zone: str = "UTC") -> str:
    """`09:41` in the site's zone; with the day where it is not today's."""
    if when is None:
        return NO_VALUE
    local = _local(when, zone)
    today = _local(datetime.now(UTC), zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return f"yesterday {local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return f"tomorrow {local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}"


def full_time(when: Instant | None, zone: str = "UTC") -> str:
    """`Sat 21 Nov 2026, 09:41:05 GMT`: what hovering over an age shows."""
    return NO_VALUE if when is None else f"{_local(when, zone):%a %d %b %Y, %H:%M:%S %Z}"


def midnight(zone: str, now: datetime | None = None) -> int:
    """When the present day began by the clock of `zone`, in ms since 1970."""
    local = _local(now or datetime.now(UTC), zone)
    return round(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def moment(when: Instant) -> datetime:
    """The instant as an aware datetime."""
    return datetime.fromtimestamp(when / 1000, UTC) if isinstance(when, int) else when


def _local(when: Instant, zone: str) -> datetime:
    # zoneinfo is imported late: the first paint needs no zone.
    from zoneinfo import ZoneInfo

    return moment(when).astimezone(ZoneInfo(zone))
