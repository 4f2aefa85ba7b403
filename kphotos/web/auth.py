"""Signing in, staying signed in, signing out: the API, and the same as forms that need no script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kphotos.errors import Invalid, KPhotosError
from kphotos.identity import accounts, sessions
from kphotos.identity.access import Viewer
from kphotos.identity.errors import SignedOut
from kphotos.web import cookies, errors, origins, parse
from kphotos.web.gate import anyone, member
from kphotos.web.here import settings, viewer

blueprint = Blueprint("auth", __name__)
CREDENTIALS = {"name": str, "password": str}
LIMIT = 16 * 1024


def person(found: Viewer) -> dict[str, str]:
    """An account as the API shows it to its owner: id, name, role."""
    return {"id": found.id, "name": found.name, "role": found.role}


@blueprint.post("/api/auth/setup")
@anyone
def setup() -> AnyResponse:
    """Make the first account of {name, password}, signed in: 201 {user, seconds}; 409 once there is one."""
    sent = parse.body(CREDENTIALS, limit=LIMIT)
    return _welcome(_set_up(sent["name"], sent["password"]), 201)


@blueprint.post("/api/auth/sign-in")
@anyone
def sign_in() -> AnyResponse:
    """Sign in with {name, password}: 200 {user, seconds until renewal}; 401 wrong, 429 with Retry-After."""
    sent = parse.body(CREDENTIALS, limit=LIMIT)
    return _welcome(_sign_in(sent["name"], sent["password"]), 200)


@blueprint.post("/api/auth/refresh")
@anyone
def refresh() -> AnyResponse:
    """Renew both tokens by the refresh cookie: 200 {user, seconds}; 401 `session_ended` if it is no good."""
    token = cookies.read_refresh()
    try:
        sid = sessions.of_token(settings(), token)
        if sid is not None:
            cookies.check_csrf(sid)
        return _welcome(sessions.renew(settings(), token), 200)
    except SignedOut as error:
        response = errors.respond(errors.from_ours(error))
        cookies.clear(response)
        return response


@blueprint.post("/api/auth/sign-out")
@anyone
def sign_out() -> AnyResponse:
    """End this session by whichever token is good: 200 {signed_out: true}, cookies and cache cleared."""
    found = cookies.read_access()
    sid = found.sid if found is not None else sessions.of_token(settings(), cookies.read_refresh())
    if sid is not None:
        cookies.check_csrf(sid)
        sessions.close(settings(), sid)
    response = jsonify({"signed_out": True})
    cookies.clear(response)
    return response


@blueprint.get("/api/me")
@member
def me() -> AnyResponse:
    """Who is signed in: 200 {user}."""
    return jsonify({"user": person(viewer())})


@blueprint.get("/sign-in")
@anyone
def sign_in_page() -> AnyResponse:
    """The form; an open session goes straight on, an installation without accounts is set up first."""
    target = origins.safe_next(request.args.get("next"))
    if not accounts.exist(settings()):
        return redirect("/setup", 303)
    if cookies.read_access() is not None:
        return redirect(target, 303)
    return _form("auth/sign-in.html", next=target, resume=cookies.CSRF_COOKIE in request.cookies)


@blueprint.post("/sign-in")
@anyone
def sign_in_form() -> AnyResponse:
    """Sign in from the form: on to `next`, or the form again with what was wrong."""
    name, target = _field("name"), origins.safe_next(request.form.get("next"))
    try:
        opened = _sign_in(name, _field("password"))
    except KPhotosError as error:
        return _form("auth/sign-in.html", error, name=name, next=target, resume=False)
    return _signed(redirect(target, 303), opened)


@blueprint.get("/setup")
@anyone
def setup_page() -> AnyResponse:
    """The form for the first account, while there is none."""
    return redirect("/sign-in", 303) if accounts.exist(settings()) else _form("auth/setup.html")


@blueprint.post("/setup")
@anyone
def setup_form() -> AnyResponse:
    """Create the first account from the form: on to the photos, or the form again with what was wrong."""
    name = _field("name")
    try:
        opened = _set_up(name, _field("password"))
    except KPhotosError as error:
        return _form("auth/setup.html", error, name=name)
    return _signed(redirect("/", 303), opened)


def _set_up(name: str, password: str) -> sessions.Opened:
    account = accounts.add_first(settings(), name, password)
    return sessions.begin(settings(), account, _agent())


def _sign_in(name: str, password: str) -> sessions.Opened:
    return sessions.sign_in(
        settings(),
        name,
        password,
        address=request.remote_addr or "",
        agent=_agent(),
        device=request.cookies.get(cookies.DEVICE_COOKIE),
    )


def _agent() -> str:
    """The browser's name for itself, for the list of one's own sessions."""
    return "".join(char for char in request.headers.get("User-Agent", "") if char.isprintable())


def _welcome(opened: sessions.Opened, status: int) -> AnyResponse:
    response = jsonify({"user": person(opened.viewer), "seconds": cookies.ACCESS_MINUTES * 60})
    response.status_code = status
    return _signed(response, opened)


def _signed(response: Any, opened: sessions.Opened) -> AnyResponse:
    cookies.write(response, opened)
    answer: AnyResponse = response
    return answer


def _form(template: str, error: KPhotosError | None = None, **values: Any) -> Response:
    """A form, as new or with what was wrong with it tied to its field."""
    field = error.field if isinstance(error, Invalid) else None
    shown = error and {"field": field, "message": error.message}
    response = make_response(render_template(template, page="auth", error=shown, **{"name": "", **values}))
    if error is not None:
        answer = errors.from_ours(error)
        response.status_code = answer.status
        if answer.retry_after is not None:
            response.headers["Retry-After"] = str(answer.retry_after)
    return response


def _field(name: str) -> str:
    """A field of the form sent; a form is as bounded as the JSON of the same purpose."""
    request.max_content_length = LIMIT
    return request.form.get(name, "")
