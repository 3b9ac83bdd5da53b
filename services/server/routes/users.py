"""Passwords of people. Everything else about them is a command, and so is done at any desk."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.server.errors import ApiError
from services.server.requests import PartsOfServer, SignedIn
from services.storage.tables import User
from services.storage.unit_of_work import UnitOfWork

router = APIRouter(prefix="/api/users", tags=["People"])


class NewPassword(BaseModel):
    """``current`` is needed to change one's own."""

    password: str = Field(min_length=1, max_length=1024)
    current: str = Field("", max_length=1024)


@router.post("/{user_id}/password")
def set_password(user_id: str, body: NewPassword, parts: PartsOfServer, person: SignedIn) -> dict[str, bool]:
    """Give somebody a password (an administrator), or change one's own. Their sign-ins end."""
    if user_id == person.id:
        if not parts.sign_in.knows_password(user_id, body.current):
            raise ApiError(403, "The current password is not right.", "wrong_credentials")
    else:
        person.need("user.manage")
    with parts.database.reading() as connection:
        if UnitOfWork(connection).get(User, user_id) is None:
            raise ApiError(404, "There is no such person.", "not_found", [{"user_id": user_id}])
    try:
        parts.sign_in.set_password(user_id, body.password, end_sessions=True)
    except ValueError as problem:
        details = [{"field": "password", "error": str(problem)}]
        raise ApiError(
            422, f"This password cannot be used: {problem}.", "invalid_value", details
        ) from problem
    return {"changed": True}
