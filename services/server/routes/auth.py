"""Signing in and out."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.server.auth import Grant, shown
from services.server.requests import PartsOfServer, SignedIn

router = APIRouter(prefix="/api/auth", tags=["Sign-in"])


class Login(BaseModel):
    """A person's name and password."""

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024)


class Refresh(BaseModel):
    """The refresh token of the last sign-in or renewal; it works once."""

    refresh_token: str = Field(min_length=1, max_length=256)


def _shown(grant: Grant) -> dict[str, Any]:
    return {**msgspec.structs.asdict(grant), "token_type": "bearer"}


@router.post("/login")
def login(body: Login, request: Request, parts: PartsOfServer) -> dict[str, Any]:
    """Sign in. After too many failures the name and the address have to wait."""
    address = request.client.host if request.client is not None else ""
    return _shown(parts.sign_in.login(body.username, body.password, address))


@router.post("/refresh")
def refresh(body: Refresh, parts: PartsOfServer) -> dict[str, Any]:
    """New tokens for a refresh token. A repeat within a minute is taken for a retry and works as well."""
    return _shown(parts.sign_in.refresh(body.refresh_token))


@router.post("/logout")
def logout(parts: PartsOfServer, person: SignedIn) -> dict[str, bool]:
    """End this sign-in: its access tokens and its refresh token stop working at once."""
    parts.sign_in.logout(person)
    return {"signed_out": True}


@router.get("/me")
def me(person: SignedIn) -> dict[str, Any]:
    """Who is signed in, and what they may do."""
    return shown(person.user)
