"""The server's routes, one file a subject."""

from __future__ import annotations

from fastapi import APIRouter

from services.server.routes.auth import router as auth
from services.server.routes.fleet import router as fleet
from services.server.routes.health import router as health
from services.server.routes.imports import router as imports
from services.server.routes.integration import router as integration
from services.server.routes.inventory import router as inventory
from services.server.routes.jobs import router as jobs
from services.server.routes.live import router as live
from services.server.routes.live_stock import router as live_stock
from services.server.routes.orders import router as orders
from services.server.routes.sync import router as sync
from services.server.routes.users import router as users
from services.server.routes.warehouse import router as warehouse

ROUTERS: tuple[APIRouter, ...] = (
    auth,
    users,
    sync,
    live,
    orders,
    integration,
    inventory,
    warehouse,
    live_stock,
    fleet,
    jobs,
    imports,
    health,
)
