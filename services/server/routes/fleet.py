"""Where vehicles are: taken in from devices, and looked back on."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.protocol.messages import VehiclePosition
from services.server import listing
from services.server.requests import PartsOfServer, SignedIn
from services.server.server_tables import PositionFix

router = APIRouter(prefix="/api/fleet", tags=["Fleet"])
_LONGEST_TRAIL = 10_000


class Position(BaseModel):
    """Degrees, degrees clockwise from north, km/h, milliseconds UTC."""

    model_config = ConfigDict(extra="forbid")

    vehicle_id: str = Field(min_length=1, max_length=64)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    heading: float = Field(0.0, ge=0, le=360)
    speed_kmh: float = Field(0.0, ge=0, le=400)
    at: int = Field(ge=0, le=253_402_300_799_999)


class NewPositions(BaseModel):
    """What one or many devices say."""

    model_config = ConfigDict(extra="forbid")

    positions: list[Position] = Field(min_length=1, max_length=10_000)


@router.post("/positions")
def take_positions(body: NewPositions, parts: PartsOfServer, person: SignedIn) -> dict[str, Any]:
    """Positions of vehicles: live at once, kept for trails; a repeat changes nothing. What is wrong is named."""
    person.need("fleet.position")
    positions = [VehiclePosition(**position.model_dump()) for position in body.positions]
    return msgspec.structs.asdict(parts.positions.take(positions, actor_id=person.id))


@router.get("/vehicles/{vehicle_id}/trail")
def trail(
    vehicle_id: str,
    parts: PartsOfServer,
    person: SignedIn,
    since: int = 0,
    limit: int = Query(1000, ge=1, le=_LONGEST_TRAIL),
) -> dict[str, Any]:
    """Where a vehicle has been since an instant, in order of time."""
    person.need("view")
    with parts.database.reading() as connection:
        fixes, _ = listing.page(
            connection,
            PositionFix,
            where=[("vehicle_id = ?", vehicle_id), ("at >= ?", since)],
            order=("at", "id"),
            kinds=(int, str),
            cursor="",
            limit=limit,
        )
    return {"vehicle_id": vehicle_id, "positions": [msgspec.structs.asdict(fix) for fix in fixes]}
