"""Commands to bytes and back: what is stored and hashed is never rewritten, old versions are upcast when read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from services.commands import allotments, dispatch, fleet, masterdata, orders, picking, stock
from services.commands.command import Command
from services.domain.refusals import RuleViolation, refuse, violation

C = TypeVar("C", bound=Command)


def _commands_of(*modules: Any) -> dict[str, type[Command]]:
    return {
        cls.__name__: cls
        for module in modules
        for cls in vars(module).values()
        if isinstance(cls, type) and issubclass(cls, Command) and cls is not Command
    }


COMMANDS: dict[str, type[Command]] = _commands_of(
    orders, picking, dispatch, stock, allotments, fleet, masterdata
)

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTS: dict[tuple[str, int], Upcast] = {}
"""(name, version) -> the arguments one version later. A command that changes its arguments adds its step here."""


def name_of(command: Command) -> str:
    """The name a command travels under."""
    return type(command).__name__


def encode_args(command: Command) -> bytes:
    """A command's arguments as JSON: the exact bytes that are stored, sent and hashed."""
    return msgspec.json.encode(command)


def decode_args(name: str, version: int, args: bytes) -> Command:
    """The command behind stored arguments.

    Raises RuleViolation ``command_unknown`` for a name or version from a newer program,
    ``invalid_value`` naming the field where the arguments are not what the command takes.
    """
    cls = COMMANDS.get(name)
    if cls is None or version > cls.spec.version:
        refuse("command_unknown", name=name, version=version)
    try:
        if version == cls.spec.version:
            return msgspec.json.decode(args, type=cls)
        fields = msgspec.json.decode(args, type=dict[str, Any])
        for step in range(version, cls.spec.version):
            fields = UPCASTS[(name, step)](fields)
        return msgspec.convert(fields, cls)
    except msgspec.DecodeError as problem:
        raise invalid(name, problem) from problem


def checked(command: C) -> tuple[C, bytes]:
    """A command made in this program, checked as if it had come from outside, and its bytes.

    Raises RuleViolation ``invalid_value`` naming the field.
    """
    try:
        args = encode_args(command)
    except (msgspec.MsgspecError, TypeError, UnicodeError) as problem:
        raise invalid(name_of(command), problem) from problem
    return cast(C, decode_args(name_of(command), type(command).spec.version, args)), args


def invalid(name: str, problem: Exception) -> RuleViolation:
    """A decoding error as a refusal that names the field."""
    message, _, path = str(problem).partition(" - at ")
    field = path.strip("`").removeprefix("$").removeprefix(".") or name
    return violation(
        "invalid_value", field=field, problem=message, details=[{"field": field, "error": message}]
    )


def chain_hash(previous: bytes, args: bytes) -> bytes:
    """SHA-256 over the hash before and a command's exact bytes: a cloned or restored file shows itself by it."""
    return hashlib.sha256(previous + args).digest()
