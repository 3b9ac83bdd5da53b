"""The parts of a running server, wired in one place, started and stopped together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from services.server import facts, migrations
from services.server.allotment_keeper import AllotmentKeeper, Tuning
from services.server.at_intervals import AtIntervals
from services.server.auth import SignIn
from services.server.clients import Clients
from services.server.clock import Clock
from services.server.committer import Committer
from services.server.database import Database
from services.server.door import Door
from services.server.gate import Gate
from services.server.head_watch import HeadWatch
from services.server.housekeeping import Housekeeping
from services.server.image_folder import ImageFolder
from services.server.job_runner import JobRunner
from services.server.jobs import Jobs
from services.server.live import LiveHub
from services.server.live_stock import LiveStock
from services.server.notify import CustomerNotices
from services.server.passwords import Passwords
from services.server.positions import Positions
from services.server.pull import Pull
from services.server.push import Push
from services.server.settings import Settings
from services.server.sign_in_limits import SignInLimits
from services.server.snapshot import Snapshots
from services.server.terminal_watch import TerminalWatch
from services.server.tokens import AccessTokens, RefreshTokens
from services.server.vehicle_watch import VehicleWatch


@dataclass(frozen=True)
class Parts:
    """Everything that a request may need."""

    settings: Settings
    clock: Clock
    database: Database
    committer: Committer
    epoch: str
    passwords: Passwords
    sign_in: SignIn
    clients: Clients
    push: Push
    pull: Pull
    snapshots: Snapshots
    door: Door
    gate: Gate
    hub: LiveHub
    live_stock: LiveStock
    positions: Positions
    jobs: Jobs
    runner: JobRunner
    allotments: AllotmentKeeper
    rounds: tuple[AtIntervals, ...]

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to work; live messages are sent on this event loop."""
        self.committer.start()
        self.hub.start(loop)
        self.live_stock.start(loop)
        self.runner.start()
        for work in self.rounds:
            work.start()

    def stop(self) -> None:
        """Finish what has been taken on, and let go of everything."""
        for work in reversed(self.rounds):
            work.stop()
        self.runner.stop()
        self.live_stock.stop()
        self.hub.stop()
        self.close()

    def close(self) -> None:
        """``stop`` for whoever has started the committer only, or nothing."""
        self.committer.stop()
        self.pull.close()
        self.passwords.close()
        self.database.close()


def build(settings: Settings, clock: Clock) -> Parts:
    """Open the database, bring it up to date, and wire everything. Blocks."""
    database = Database(
        settings.resolved_database_url(),
        connections=settings.database_connections,
        busy_seconds=settings.busy_seconds,
    )
    migrations.upgrade(database)
    epoch = facts.epoch(database)
    committer = Committer(
        database,
        clock,
        workers=settings.commit_workers,
        weight_per_commit=settings.commands_per_commit,
        rows_remembered=settings.rows_remembered,
        deadline_seconds=settings.commit_deadline_seconds,
    )
    passwords = Passwords(
        memory_kib=settings.password_memory_kib,
        passes=settings.password_passes,
        lanes=settings.password_lanes,
        workers=settings.password_workers,
        least_length=settings.password_least_length,
    )
    jobs = Jobs(
        database,
        committer,
        lease_seconds=settings.job_lease_seconds,
        retry_seconds=settings.job_retry_seconds,
    )
    clients = Clients(database, committer, epoch=epoch, clock=clock)
    heads = HeadWatch(database)
    gate = Gate(
        settings.sync_requests_at_once,
        settings.sync_requests_in_line,
        most_bytes=settings.sync_bytes_in_line,
    )
    hub = LiveHub(gate.is_crowded)
    live_stock = LiveStock(database, clock)
    runner = JobRunner(
        jobs,
        {"notify_customer": CustomerNotices(database, settings).notify_customer},
        workers=settings.job_workers,
        poll_seconds=settings.job_poll_seconds,
    )
    heads.watchers += [
        hub.publish_versions,
        live_stock.moved_on,
        TerminalWatch(database, hub.end_links).moved_on,
    ]
    committer.on_commit += [heads.committed, runner.committed]
    allotments = AllotmentKeeper(
        database,
        committer,
        clock,
        clients.heard,
        Tuning(
            demand_days=settings.allotment_demand_days,
            cover_days=settings.allotment_cover_days,
            demand_seconds=settings.allotment_demand_seconds,
            heard_seconds=settings.allotment_heard_seconds,
            products=settings.allotment_products,
        ),
    )
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        committer=committer,
        epoch=epoch,
        passwords=passwords,
        sign_in=_sign_in(settings, clock, database, committer, passwords),
        clients=clients,
        push=Push(committer, epoch=epoch, failures_before_parking=settings.failures_before_parking),
        pull=Pull(database, clock, epoch=epoch, rows_per_page=settings.rows_per_page, reads_ahead=True),
        snapshots=Snapshots(
            database,
            ImageFolder(
                settings.data_folder / "snapshots",
                clock,
                kept=settings.snapshots_kept,
                kept_ms=int(settings.snapshots_kept_seconds * 1000),
                most_bytes=settings.snapshots_bytes,
            ),
            clock,
            epoch=epoch,
            max_age_seconds=settings.snapshot_seconds,
            max_changes=settings.snapshot_changes,
            level=settings.snapshot_level,
        ),
        door=Door(committer),
        gate=gate,
        hub=hub,
        live_stock=live_stock,
        positions=Positions(
            database,
            committer,
            hub,
            clock,
            coarse_seconds=settings.coarse_position_seconds,
            coarse_metres=settings.coarse_position_metres,
        ),
        jobs=jobs,
        runner=runner,
        allotments=allotments,
        rounds=(
            AtIntervals("head_watch", heads.look, settings.hint_poll_seconds),
            AtIntervals(
                "housekeeping", Housekeeping(committer, settings).clean, settings.housekeeping_seconds
            ),
            AtIntervals(
                "vehicle_watch",
                VehicleWatch(database, committer, clock).look,
                settings.vehicle_watch_seconds,
            ),
            AtIntervals("allotments", allotments.look, settings.allotment_seconds),
        ),
    )


def _sign_in(
    settings: Settings, clock: Clock, database: Database, committer: Committer, passwords: Passwords
) -> SignIn:
    key = settings.secret_key.get_secret_value() or facts.secret_key(database)
    limits = SignInLimits(
        clock,
        per_name=settings.sign_in_tries,
        per_address=settings.sign_in_tries_per_address,
        window_seconds=settings.sign_in_window_seconds,
    )
    return SignIn(
        database,
        committer,
        clock,
        passwords,
        AccessTokens(key, settings.access_token_seconds),
        RefreshTokens(key),
        limits,
        refresh_seconds=settings.refresh_token_seconds,
        grace_seconds=settings.refresh_grace_seconds,
    )
