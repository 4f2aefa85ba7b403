"""The one place that turns exceptions into HTTP: a machine code for programs, a kind page for people.

Whatever a caller can send ends in a 4xx; a 5xx says what is the matter with us, and never how the code looks
inside.
"""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass, replace
from typing import Any

import peewee
from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from kphotos import errors as ours
from kphotos.identity import errors as identity
from kphotos.web import gate, progress
from kphotos.web.here import settings
from kphotos.web.wording import sentence
from sync import errors as sync

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a failed request is told."""

    status: int
    code: str
    message: str
    kept: str | None = None
    field: str | None = None
    retry_after: int | None = None


KEPT = "Nothing was changed."
_HTTP = {
    400: ("bad_request", "The request could not be understood."),
    404: ("not_found", "There is nothing at this address, or it is not yours to see."),
    405: ("method_not_allowed", "This cannot be done at this address."),
    413: ("too_large", "The request is too large."),
    414: ("too_large", "The address is too long."),
    415: ("unsupported_media_type", "The body must be JSON, not compressed."),
    416: ("range_not_satisfiable", "The file has no such part."),
    431: ("too_large", "The request's headers are too large."),
}
_TITLES = {
    400: "That did not make sense",
    401: "Sign in",
    403: "Not yours to do",
    404: "Not found",
    409: "It has changed meanwhile",
    413: "Too large",
    423: "Read-only",
    429: "Too many attempts",
    503: "Not available just now",
    507: "The disk is full",
}
# Some codes say more than their class does.
_CODES = {"read_only": 423, "sidecar_unreadable": 423, "disk_full": 507}
# The first class that fits counts, so narrower ones stand above wider ones.
_OURS: tuple[tuple[type[ours.KPhotosError], int], ...] = (
    (ours.NotFound, 404),
    (ours.Forbidden, 403),
    (ours.Invalid, 400),
    (ours.Conflict, 409),
    (ours.TooMany, 429),
    (ours.Unavailable, 503),
    (identity.SignedOut, 401),
    (identity.WrongPassword, 401),
    (ours.KPhotosError, 400),
)
_SYNC: tuple[tuple[type[sync.SyncError], int, str], ...] = (
    (sync.BadValue, 400, "invalid_value"),
    (sync.NotFound, 404, "not_found"),
    (sync.Conflict, 409, "conflict"),
    (sync.Busy, 503, "busy"),
    (sync.Offline, 503, "volume_offline"),
    (sync.Full, 507, "disk_full"),
    (sync.NewerSchema, 423, "newer_schema"),
    (sync.ReadOnly, 423, "read_only"),
    (sync.Unreadable, 423, "sidecar_unreadable"),
    (sync.Refused, 423, "sidecar_refused"),
    (sync.SyncError, 503, "sync"),
)


def install(app: Flask) -> None:
    """Answer every exception of the app here."""
    app.register_error_handler(ours.KPhotosError, lambda error: respond(from_ours(error), error))
    app.register_error_handler(sync.SyncError, lambda error: respond(from_sync(error)))
    app.register_error_handler(HTTPException, _http)
    for kind in (OverflowError, UnicodeError, RecursionError, peewee.DataError):
        app.register_error_handler(kind, lambda _error: respond(from_status(400)))
    app.register_error_handler(peewee.PeeweeException, _database)
    app.register_error_handler(Exception, _unforeseen)


def from_ours(error: ours.KPhotosError) -> Answer:
    """The answer to one of our own refusals."""
    status = _CODES.get(error.code) or next(status for kind, status in _OURS if isinstance(error, kind))
    answer = Answer(status, error.code, error.message, error.kept, getattr(error, "field", None))
    if isinstance(error, ours.IndexMissing):
        return replace(answer, code="index_rebuilding", message=_REBUILDING, retry_after=2)
    if isinstance(error, ours.TooMany):
        return replace(answer, retry_after=max(1, round(error.seconds)))
    return replace(answer, retry_after=5 if status == 503 else None)


_REBUILDING = "The index is being made anew from the files on disk. Nothing is lost; it will be there soon."


def from_sync(error: sync.SyncError) -> Answer:
    """The answer to a refusal of the engine; whatever it refuses, nothing was written."""
    status, code = next((status, code) for kind, status, code in _SYNC if isinstance(error, kind))
    field = error.field if isinstance(error, sync.BadValue) else None
    return Answer(status, code, sentence(error.reason), KEPT, field, 1 if status == 503 else None)


def from_status(status: int, description: str | None = None) -> Answer:
    """The answer to an error that only HTTP has a name for."""
    code, message = _HTTP.get(status, ("error", "The request could not be answered."))
    return Answer(status, code, description or message)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    usual = type(error).description
    response = respond(from_status(error.code, error.description if error.description != usual else None))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _database(error: peewee.PeeweeException) -> Response:
    log.error("database failed on %s %r: %r", request.method, request.path, error)
    return respond(Answer(503, "database", "The database cannot answer just now. Try again.", retry_after=2))


def _unforeseen(error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return respond(Answer(507, "disk_full", "The disk is full: free some space, then try again.", KEPT))
    log.error("failed on %s %r", request.method, request.path, exc_info=error)
    return respond(
        Answer(500, "internal", "Something went wrong here. It has been logged.", retry_after=None)
    )


def respond(answer: Answer, error: ours.KPhotosError | None = None) -> Response:
    """The answer as JSON or as a page, whichever this request reads."""
    if gate.wants_json():
        extra = {"version": error.version} if isinstance(error, ours.StaleVersion) else {}
        response = jsonify({"error": _members(answer), **extra})
    else:
        response = make_response(_page(answer))
    response.status_code = answer.status
    if answer.retry_after is not None:
        response.headers["Retry-After"] = str(answer.retry_after)
    return response


def _members(answer: Answer) -> dict[str, Any]:
    found = {"code": answer.code, "message": answer.message, "kept": answer.kept, "field": answer.field}
    return {name: value for name, value in found.items() if value is not None}


def _page(answer: Answer) -> str:
    if answer.code == "index_rebuilding":
        done = progress.so_far(settings())
        return render_template("error/rebuilding.html", done=done, seconds=answer.retry_after)
    again = answer.status in (429, 500, 503, 507)
    return render_template(
        "error/error.html",
        title=_TITLES.get(answer.status, "Something went wrong"),
        message=answer.message,
        kept=answer.kept,
        code=answer.code,
        action={"text": "Try again", "href": ""} if again else {"text": "Back to the photos", "href": "/"},
    )
