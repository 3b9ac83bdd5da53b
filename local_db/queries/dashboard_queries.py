"""The Dashboard's questions, all answered from the cache: figures of now, what they were, and what belongs in a chart.

What changes with every command (``figures``, ``charts``) is counted over indexes; what is past and does not change
(``usual_day``, ``past_days``) is asked for once in a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from local_db.queries.desk_queries import database_bytes
from local_db.reader import Reader
from services.domain.order_states import BEFORE_SHIPPING
from services.domain.punctuality import LATE_AFTER_MS
from services.domain.stock_rules import GREEN_ABOVE, RED_BELOW

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
USUAL_DAYS = 28
"""How far back the usual day looks: four of each weekday."""
PAST_DAYS = 14

_OPEN = ", ".join(f"'{state.value}'" for state in BEFORE_SHIPPING)


class Day(msgspec.Struct, frozen=True):
    """The present day of a site. ``start``: its first instant, ``now``, both ms UTC; ``offset``: what to add to an
    instant to read the site's clock from it; ``date`` as `YYYY-MM-DD`."""

    start: int
    now: int
    offset: int
    date: str

    @property
    def hour(self) -> int:
        """The hour of the site's clock."""
        return (self.now + self.offset) // HOUR_MS % 24


class Figures(msgspec.Struct, frozen=True):
    """What the cards show, with how each came about (oldest first). ``fill_rate`` in percent, None without orders."""

    orders_today: int
    orders_trend: list[int]
    to_pick: int
    to_pick_trend: list[int]
    late: int
    late_trend: list[int]
    fill_rate: float | None
    fill_trend: list[float]
    low_stock: int
    low_trend: list[int]
    vans_out: int
    vans: int
    vans_trend: list[int]
    pending_trend: list[int]


class Charts(msgspec.Struct, frozen=True):
    """What the charts show of today: by hour of the site's clock, the stock in bands, and the deliveries."""

    orders_by_hour: list[int]
    units_by_hour: list[int]
    picks_by_hour: list[int]
    bands: StockBands
    deliveries: Deliveries


class StockBands(msgspec.Struct, frozen=True):
    """How many products are in which band of availability; ``out`` are those with nothing available."""

    green: int
    yellow: int
    red: int
    out: int


class Deliveries(msgspec.Struct, frozen=True):
    """Stops of today's routes: called at in time, late, failed, still ahead, and overdue by now."""

    on_time: int
    late: int
    failed: int
    ahead: int
    overdue: int

    @property
    def share(self) -> float | None:
        """On-time deliveries in percent of those that are over; None where none is."""
        over = self.on_time + self.late + self.failed
        return 100 * self.on_time / over if over else None


class Health(msgspec.Struct, frozen=True):
    """How the desk itself stands: its file, what alarms, and what could not be delivered. Bytes."""

    database_bytes: int
    database_path: str
    alerts: int
    danger: int
    at_risk: int


def figures(reader: Reader, site_id: str, day: Day) -> Figures:
    """The figures as of now, from one moment of the cache."""
    with reader.snapshot():
        vans, vans_trend = _vans(reader, site_id, day)
        low, low_trend = _low(reader, site_id, day)
        late, late_trend = _late(reader, site_id, day)
        fill, fill_trend = _fill(reader, day)
        to_pick, pick_trend = _to_pick(reader, site_id, day)
        orders = by_hour(reader, site_id, day, ("order.placed", "order.history"))
        return Figures(
            orders_today=sum(orders),
            orders_trend=orders[: day.hour + 1],
            to_pick=to_pick,
            to_pick_trend=pick_trend,
            late=late,
            late_trend=late_trend,
            fill_rate=fill,
            fill_trend=fill_trend,
            low_stock=low,
            low_trend=low_trend,
            vans_out=vans_trend[-1],
            vans=vans,
            vans_trend=vans_trend,
            pending_trend=_issued_here(reader, day),
        )


def charts(reader: Reader, site_id: str, day: Day) -> Charts:
    """What the charts show of today."""
    with reader.snapshot():
        picks, units = [0] * 24, [0] * 24
        for hour, count, quantity in reader.tuples(
            """SELECT (picked_at + ?) / 3600000 % 24, count(*), sum(picked) FROM pick_task
            WHERE site_id = ? AND picked_at >= ? AND picked > 0 GROUP BY 1""",
            (day.offset, site_id, day.start),
        ):
            picks[hour], units[hour] = count, int(quantity)
        return Charts(
            orders_by_hour=by_hour(reader, site_id, day, ("order.placed", "order.history")),
            units_by_hour=units,
            picks_by_hour=picks,
            bands=stock_bands(reader, site_id),
            deliveries=deliveries_today(reader, site_id, day),
        )


def by_hour(reader: Reader, site_id: str, day: Day, kinds: Sequence[str]) -> list[int]:
    """How many events of these kinds today, by the hour of the site's clock at which they were issued."""
    hours = [0] * 24
    marks = ", ".join("?" * len(kinds))
    for hour, count in reader.tuples(
        f"""SELECT (at + ?) / 3600000 % 24, count(*) FROM event
        WHERE site_id = ? AND kind IN ({marks}) AND at >= ? AND at < ? GROUP BY 1""",
        (day.offset, site_id, *kinds, day.start, day.start + DAY_MS),
    ):
        hours[hour] = count
    return hours


def usual_day(reader: Reader, site_id: str, day: Day) -> list[float]:
    """Orders by hour on a usual day: the mean of those of the last four weeks on which there were any; else empty."""
    since = day.start - USUAL_DAYS * DAY_MS
    hours, days = [0] * 24, set()
    for number, hour, count in reader.tuples(
        """SELECT (at + ?) / 86400000, (at + ?) / 3600000 % 24, count(*) FROM event
        WHERE site_id = ? AND kind IN ('order.placed', 'order.history') AND at >= ? AND at < ? GROUP BY 1, 2""",
        (day.offset, day.offset, site_id, since, day.start),
    ):
        days.add(number)
        hours[hour] += count
    return [count / len(days) for count in hours] if days else []


def past_days(reader: Reader, site_id: str, day: Day) -> list[tuple[int, float]]:
    """The on-time share of deliveries in percent by day: (start of the day in ms UTC, share), the oldest first."""
    since = day.start - PAST_DAYS * DAY_MS
    return [
        ((number * DAY_MS) - day.offset, 100 * on_time / over)
        for number, on_time, over in reader.tuples(
            """SELECT (completed_at + ?) / 86400000, sum(status = 'done' AND coalesce(arrived_at, completed_at) - eta <= ?),
            count(*) FROM stop WHERE site_id = ? AND completed_at >= ? AND status IN ('done', 'failed')
            GROUP BY 1 ORDER BY 1""",
            (day.offset, LATE_AFTER_MS, site_id, since),
        )
    ]


def stock_bands(reader: Reader, site_id: str) -> StockBands:
    """Products by the band of what is available of them (services.domain.stock_rules.band, counted by the database)."""
    found = reader.tuples(
        """SELECT sum(available > ? AND NOT low), sum(available BETWEEN ? AND ? AND NOT low),
        sum(available > 0 AND (available < ? OR low)), sum(available <= 0) FROM (
            SELECT l.on_hand - l.reserved - l.held - l.leased AS available,
            p.reorder_point > 0 AND l.on_hand - l.reserved - l.held - l.leased <= p.reorder_point AS low
            FROM stock_level AS l JOIN product AS p ON p.id = l.product_id WHERE l.site_id = ? AND p.active = 1)""",
        (GREEN_ABOVE, RED_BELOW, GREEN_ABOVE, RED_BELOW, site_id),
    )
    green, yellow, red, out = (int(count or 0) for count in found[0])
    return StockBands(green, yellow, red, out)


def deliveries_today(reader: Reader, site_id: str, day: Day) -> Deliveries:
    """How the stops of the routes under way, and of those that came home today, stand."""
    found = reader.tuples(
        """SELECT sum(t.status = 'done' AND coalesce(t.arrived_at, t.completed_at) - t.eta <= ?),
        sum(t.status = 'done' AND coalesce(t.arrived_at, t.completed_at) - t.eta > ?),
        sum(t.status IN ('failed', 'skipped')), sum(t.status IN ('planned', 'arrived') AND ? - t.eta <= ?),
        sum(t.status IN ('planned', 'arrived') AND ? - t.eta > ?)
        FROM route AS r JOIN stop AS t ON t.route_id = r.id
        WHERE r.site_id = ? AND (r.status = 'under_way' OR (r.status = 'finished' AND r.finished_at >= ?))""",
        (LATE_AFTER_MS, LATE_AFTER_MS, day.now, LATE_AFTER_MS, day.now, LATE_AFTER_MS, site_id, day.start),
    )
    return Deliveries(*(int(count or 0) for count in found[0]))


def health(reader: Reader, site_id: str) -> Health:
    """The desk's file and what alarms at its site."""
    path = reader.value("SELECT file FROM pragma_database_list WHERE name = 'main'")
    alerts = reader.tuples(
        "SELECT count(*), sum(severity = 'danger') FROM alert WHERE site_id = ? AND status = 'open'",
        (site_id,),
    )
    at_risk = reader.value("SELECT count(*) FROM at_risk")
    return Health(
        database_bytes(reader), str(path or ""), alerts[0][0], int(alerts[0][1] or 0), int(at_risk or 0)
    )


def free_bytes(path: str) -> int:
    """Room left on the disk that holds the desk's file."""
    import shutil

    folder = Path(path).parent if path else Path.cwd()
    return shutil.disk_usage(folder).free


def _to_pick(reader: Reader, site_id: str, day: Day) -> tuple[int, list[int]]:
    """Open pick tasks now, and at every hour of the day: those that were there and not yet picked."""
    opened = reader.values(
        "SELECT created_at FROM pick_task WHERE site_id = ? AND status IN ('pending', 'picking')", (site_id,)
    )
    picked = reader.tuples(
        "SELECT created_at, picked_at FROM pick_task WHERE site_id = ? AND picked_at >= ?",
        (site_id, day.start),
    )
    trend = []
    for moment in _moments(day):
        still = sum(created <= moment for created in opened)
        trend.append(still + sum(created <= moment < done for created, done in picked))
    return len(opened), trend


def _late(reader: Reader, site_id: str, day: Day) -> tuple[int, list[int]]:
    """Orders that should have left by now and have not; and by how many the last week ended each day."""
    found = reader.tuples(
        f"""SELECT due_on, count(*) FROM "order" WHERE site_id = ? AND status IN ({_OPEN}, 'on_hold')
        AND due_on <> '' AND due_on < ? GROUP BY 1""",
        (site_id, day.date),
    )
    trend = [sum(count for due, count in found if due < date) for date in _dates(day, 7)]
    return sum(count for _due, count in found), trend


def _fill(reader: Reader, day: Day) -> tuple[float | None, list[float]]:
    """Units promised of units asked for, in percent, over the orders of the last day with orders; and by day."""
    found = reader.tuples(
        """SELECT (o.placed_at + ?) / 86400000, sum(l.reserved + l.consumed), sum(l.quantity - l.cancelled)
        FROM "order" AS o JOIN order_line AS l ON l.order_id = o.id
        WHERE o.placed_at >= ? AND o.status NOT IN ('draft', 'cancelled') GROUP BY 1 ORDER BY 1""",
        (day.offset, day.start - 6 * DAY_MS),
    )
    trend = [100 * min(1.0, got / asked) for _number, got, asked in found if asked > 0]
    return (trend[-1] if trend else None), trend


def _low(reader: Reader, site_id: str, day: Day) -> tuple[int, list[int]]:
    """Open low-stock alerts now, and at the end of each of the last days."""
    found = reader.tuples(
        "SELECT raised_at, resolved_at, status FROM alert WHERE site_id = ? AND kind = 'low_stock'",
        (site_id,),
    )
    now = sum(status == "open" for _raised, _resolved, status in found)
    moments = [day.start - back * DAY_MS for back in range(6, -1, -1)]
    trend = [
        sum(
            raised <= moment and (resolved is None or resolved > moment)
            for raised, resolved, _status in found
        )
        for moment in moments
    ]
    return now, [*trend, now]


def _vans(reader: Reader, site_id: str, day: Day) -> tuple[int, list[int]]:
    """Active vans, and how many were out at every hour of the day, the last now."""
    vans = int(reader.value("SELECT count(*) FROM vehicle WHERE site_id = ? AND active = 1", (site_id,)) or 0)
    tours = reader.tuples(
        """SELECT departed_at, finished_at FROM route WHERE site_id = ? AND departed_at IS NOT NULL
        AND (status = 'under_way' OR (status = 'finished' AND finished_at >= ?))""",
        (site_id, day.start),
    )
    trend = [
        sum(left <= moment and (home is None or home > moment) for left, home in tours)
        for moment in _moments(day)
    ]
    return vans, trend


def _issued_here(reader: Reader, day: Day) -> list[int]:
    """Commands given at this desk, by hour of today up to now."""
    hours = [0] * (day.hour + 1)
    for hour, count in reader.tuples(
        "SELECT (issued_at + ?) / 3600000 % 24, count(*) FROM outbox.command WHERE issued_at >= ? GROUP BY 1",
        (day.offset, day.start),
    ):
        if hour < len(hours):
            hours[hour] = count
    return hours


def _moments(day: Day) -> list[int]:
    """The full hours of the day so far, and now; at least the last six hours, early in the morning."""
    first = min(day.start, day.now - 6 * HOUR_MS)
    return [*range(first, day.now, HOUR_MS), day.now]


def _dates(day: Day, count: int) -> list[str]:
    from datetime import date, timedelta

    today = date.fromisoformat(day.date)
    return [(today - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]
