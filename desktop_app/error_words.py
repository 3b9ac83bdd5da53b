"""Unexpected errors in words for people: what happened, what is safe, what to do."""

from typing import NamedTuple


class ErrorWords(NamedTuple):
    """One sentence for the toast, and the technical line for whoever has to help."""

    sentence: str
    technical: str


def words_for(error: BaseException, doing: str = "") -> ErrorWords:
    """Say `error`, which came while `doing` ("Loading orders"), to a person.

    A refusal by a rule already speaks for itself. Everything else is said by its kind; its class and text stay in the
    technical line, never in the sentence.
    """
    technical = f"{type(error).__name__}: {error}"
    if type(error).__name__ == "RuleViolation":
        return ErrorWords(str(error), technical)
    what = f"{doing} did not work" if doing else "Something did not work"
    return ErrorWords(f"{what}. {_advice(error)}", technical)


def _advice(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno == 28:
        return "The disk is full. Your work so far is safe; free some space, then try again."
    if isinstance(error, PermissionError):
        return "This account may not use that file or folder. Choose another place, or ask who looks after this computer."
    if isinstance(error, FileNotFoundError):
        return "A file that is needed is not there any more. Choose it again."
    if isinstance(error, (TimeoutError, ConnectionError)):
        return "The other side did not answer. Nothing is lost; try again in a moment."
    if isinstance(error, MemoryError):
        return "There was not enough memory. Close something else and try again."
    return "What you did before is safe. Try again; if it comes back, give the details to who looks after this desk."
