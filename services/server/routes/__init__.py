"""The server's routes, one file a subject."""

from __future__ import annotations

from fastapi import APIRouter

from services.server.routes.auth import router as auth_router
from services.server.routes.fleet import router as fleet_router
from services.server.routes.health import router as health_router
from services.server.routes.imports import router as imports_router
from services.server.routes.integration import router as integration_router
from services.server.routes.inventory import router as inventory_router
from services.server.routes.jobs import router as jobs_router
from services.server.routes.live import router as live_router
from services.server.routes.live_stock import router as live_stock_router
from services.server.routes.orders import router as orders_router
from services.server.routes.sync import router as sync_router
from services.server.routes.terminals import router as terminals_router
from services.server.routes.users import router as users_router
from services.server.routes.warehouse import router as warehouse_router

ROUTERS: tuple[APIRouter, ...] = (
    auth_router,
    users_router,
    terminals_router,
    sync_router,
    live_router,
    orders_router,
    integration_router,
    inventory_router,
    warehouse_router,
    live_stock_router,
    fleet_router,
    jobs_router,
    imports_router,
    health_router,
)
