"""Pull: fetch what changed page by page, put it aside, and let it take effect only when it is whole and checked."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from services.protocol.messages import SCHEMA, PullRequest, PullResponse, page_checksum
from services.sync.errors import Offline, ProtocolError, TookTooLong
from services.sync.exchange import SETTLING, Exchange, Forked
from services.sync.push import READING, raise_for
from services.sync.states import Event
from services.sync.status import Progress

log = logging.getLogger(__name__)

STAGING = "putting rows aside"


def pull_all(x: Exchange, acknowledged: int) -> int | None:
    """Pull and settle; ``acknowledged`` is the ``n`` up to which the server has this terminal's commands.

    Answers None when all is settled. A number means that the server stands elsewhere than its answer to the push said:
    nothing was settled, and the push has to go on from there.

    Raises EpochChanged, Forked, UpgradeRequired, and what Transport and Replica raise; staged pages are dropped then.
    """
    x.enter(Event.PULL)
    cursors = x.local(READING, x.replica.cursors)
    try:
        last = _stage_pages(x, cursors)
        if last.last_n != acknowledged:
            push_from = _where_to_push_from(x, last.last_n, acknowledged)
            abandon(x)
            return push_from
        _check_not_stale(cursors, last)
        x.enter(Event.SETTLE)
        x.local(SETTLING, x.replica.settle, last)
    except BaseException:
        abandon(x)
        raise
    return None


def abandon(x: Exchange) -> None:
    """Drop the staged pages of a pull that broke off, in this run of the program or in one before."""
    x.tidy("dropping an unfinished pull", x.replica.abandon)


def _stage_pages(x: Exchange, cursors: dict[str, int]) -> PullResponse:
    """Stage every page; answers the last one, whose checksum covers them all."""
    resume, checksum = "", b""
    for number in range(1, x.limits.pages + 1):
        page = _fetch_page(x, cursors, resume)
        checksum = page_checksum(checksum, page.patches)
        if not page.more and page.checksum != checksum:
            raise ProtocolError(
                "What was pulled does not add up with the server's checksum; it is fetched again."
            )
        x.local(STAGING, x.replica.stage, page.patches)
        x.report(Progress("pages", number))
        if not page.more:
            return page
        if page.resume in ("", resume):
            raise ProtocolError("The server speaks of more rows, but not of where they go on.")
        resume = page.resume
    raise ProtocolError("The server's pages take no end.")


def _fetch_page(x: Exchange, cursors: dict[str, int], resume: str) -> PullResponse:
    """One page. Where pages are already aside, a short break of the link asks for the next one again."""
    request = PullRequest(
        client_id=x.identity.client_id,
        epoch=x.identity.epoch,
        schema=SCHEMA,
        cursors=cursors,
        resume=resume,
        outcomes_ack=x.local(READING, x.replica.outcomes_ack),
    )
    tries = x.limits.page_tries if resume else 1
    while True:
        tries -= 1
        try:
            page: PullResponse = x.timed("fetching rows", x.limits.pull_s, x.transport.pull, request)
            break
        except TookTooLong:
            raise
        except Offline:
            if tries <= 0:
                raise
    raise_for(page)
    return page


def _where_to_push_from(x: Exchange, last_n: int, acknowledged: int) -> int:
    """The server's ``last_n`` is not what this terminal sent.

    Less: a server that lost some; they are sent again from there. More: if there are further commands
    here, sending them shows whether they are the same. If there are none, somebody else has sent commands under this
    terminal's name, and settling would let the next command made here pass for one of theirs.
    """
    if last_n > acknowledged and not x.local(READING, x.replica.commands_after, acknowledged, 1, 1):
        raise Forked(f"the server has commands up to {last_n}, this file up to {acknowledged}")
    log.info("the server is at n=%d, not at n=%d: pushing again", last_n, acknowledged)
    return min(last_n, acknowledged)


def _check_not_stale(asked: Mapping[str, int], last: PullResponse) -> None:
    """A scope that nothing was known of begins anew, and none goes back without that: else the server was put back
    between two pages."""
    for scope, version in last.cursors.items():
        if scope not in last.reset and (scope not in asked or version < asked[scope]):
            raise ProtocolError(
                "The server's answer is older than what is here already; it is fetched again."
            )
