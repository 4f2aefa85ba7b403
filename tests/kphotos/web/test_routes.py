"""Every route there is, for everybody there is, against one declared table: what is not declared fails."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.kphotos.web.conftest import HIDDEN, HIDDEN_PHOTO, NOWHERE, SHARED_PHOTO, Browser

IN = "sign in"  # 401 for programs, on to /sign-in for people
# route, methods -> what Charlie (nobody), Bob (member) and Alice (admin) get; the photo is Alice's alone.
TABLE: dict[tuple[str, str], tuple[object, int, int]] = {
    ("/static/v<version>/<path:path>", "GET"): (404, 404, 404),
    ("/healthz", "GET"): (200, 200, 200),
    ("/api/auth/setup", "POST"): (415, 415, 415),
    ("/api/auth/sign-in", "POST"): (415, 415, 415),
    ("/api/auth/refresh", "POST"): (401, 200, 200),
    ("/api/auth/sign-out", "POST"): (200, 200, 200),
    ("/api/me", "GET"): (IN, 200, 200),
    ("/sign-in", "GET"): (200, 303, 303),
    ("/sign-in", "POST"): (401, 401, 401),
    ("/setup", "GET"): (303, 303, 303),
    ("/setup", "POST"): (409, 409, 409),
    ("/", "GET"): (IN, 200, 200),
    ("/photo/<asset:asset_id>", "GET"): (IN, 404, 200),
    ("/api/timeline/version", "GET"): (IN, 200, 200),
    ("/api/timeline/index", "GET"): (IN, 200, 200),
    ("/api/timeline/ratios", "GET"): (IN, 409, 409),
    ("/api/timeline/block", "GET"): (IN, 400, 400),
    ("/api/assets/<asset:asset_id>", "GET"): (IN, 404, 200),
    ("/api/assets/<asset:asset_id>", "PATCH"): (IN, 415, 415),
    ("/api/assets/<asset:asset_id>/favourite", "PUT"): (IN, 404, 200),
    ("/api/assets/<asset:asset_id>/favourite", "DELETE"): (IN, 404, 200),
    ("/media/<asset:asset_id>/thumb", "GET"): (IN, 404, 200),
    ("/media/<asset:asset_id>/preview", "GET"): (IN, 404, 200),
    ("/media/<asset:asset_id>/original", "GET"): (IN, 404, 200),
    ("/api/tags", "GET"): (IN, 200, 200),
    ("/api/problems", "GET"): (IN, 403, 200),
    ("/problems", "GET"): (IN, 403, 200),
    ("/api/status", "GET"): (IN, 200, 200),
    ("/conflicts", "GET"): (IN, 200, 200),
    ("/conflicts/<asset:asset_id>", "GET"): (IN, 404, 200),
    ("/conflicts/<asset:asset_id>", "POST"): (IN, 404, 400),
    ("/api/conflicts", "GET"): (IN, 200, 200),
    ("/api/conflicts/<asset:asset_id>", "GET"): (IN, 404, 200),
    ("/api/conflicts/<asset:asset_id>", "POST"): (IN, 404, 415),
    ("/api/work", "GET"): (IN, 200, 200),
    ("/api/standing", "GET"): (IN, 200, 200),
    ("/api/volumes", "GET"): (IN, 403, 200),
    ("/api/volumes", "POST"): (IN, 403, 415),
    ("/api/volumes/<volume:volume_id>", "DELETE"): (IN, 403, 204),
    ("/api/volumes/<volume:volume_id>/gone", "GET"): (IN, 403, 200),
    ("/api/volumes/<volume:volume_id>/confirm", "POST"): (IN, 403, 415),
    ("/api/volumes/<volume:volume_id>/scan", "POST"): (IN, 403, 202),
    ("/api/volumes/<volume:volume_id>/accept", "POST"): (IN, 403, 202),
    ("/api/volumes/<volume:volume_id>/sites/<site>/retirement", "PUT"): (IN, 403, 404),
    ("/api/volumes/<volume:volume_id>/sites/<site>/retirement", "DELETE"): (IN, 403, 404),
    ("/storage", "GET"): (IN, 403, 200),
    ("/storage", "POST"): (IN, 403, 400),
    ("/storage/<volume:volume_id>", "GET"): (IN, 403, 200),
    ("/storage/<volume:volume_id>", "POST"): (IN, 403, 409),
    ("/api/bulk", "POST"): (IN, 415, 415),
    ("/api/bulk", "GET"): (IN, 200, 200),
    ("/api/bulk/<bulk_id>", "GET"): (IN, 404, 404),
    ("/api/bulk/<bulk_id>", "DELETE"): (IN, 404, 404),
    ("/api/bulk/<bulk_id>/undo", "POST"): (IN, 404, 404),
    ("/api/bulk/<bulk_id>/resume", "POST"): (IN, 404, 404),
}


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }


def test_every_route_is_declared_and_every_view_is_marked(app: Flask) -> None:
    assert routes(app) == set(TABLE)
    for endpoint, view in app.view_functions.items():
        assert getattr(view, "access", None) in ("anyone", "member", "admin"), endpoint


def test_a_view_without_a_mark_is_refused_for_everybody(app: Flask, as_alice: Browser) -> None:
    app.add_url_rule("/api/forgotten", "forgotten", lambda: "open")
    assert as_alice.get("/api/forgotten").status_code == 403
    assert app.test_client().get("/api/forgotten").status_code == 401


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("route", "method"), TABLE, ids=[f"{method} {route}" for route, method in TABLE])
def test_everybody_gets_what_is_theirs(
    route: str, method: str, as_charlie: Browser, as_bob: Browser, as_alice: Browser
) -> None:
    url = route.replace("<asset:asset_id>", HIDDEN_PHOTO).replace("v<version>/<path:path>", "v0/none.js")
    url = url.replace("<volume:volume_id>", HIDDEN).replace("<site>", "00000000")
    for who, due in zip((as_charlie, as_bob, as_alice), TABLE[route, method], strict=True):
        answer = who.send(method, url)
        if due == IN:
            due = 401 if method != "GET" or route.startswith(("/api", "/media")) else 303
            assert answer.status_code == due
            assert "/sign-in" in answer.headers.get("Location", "/sign-in")
        assert answer.status_code == due, answer.text


@pytest.mark.usefixtures("library")
def test_what_is_not_yours_looks_exactly_like_what_does_not_exist(as_bob: Browser) -> None:
    for route, method in TABLE:
        if "<asset:asset_id>" in route and method != "PATCH":
            answers = [
                as_bob.send(method, route.replace("<asset:asset_id>", photo))
                for photo in (HIDDEN_PHOTO, NOWHERE)
            ]
            assert answers[0].data.replace(HIDDEN_PHOTO.encode(), NOWHERE.encode()) == answers[1].data
            assert [answer.status_code for answer in answers] == [404, 404]
            assert dict(answers[0].headers) == dict(answers[1].headers)


@pytest.mark.usefixtures("library")
def test_a_strangers_change_reaches_nothing(as_bob: Browser) -> None:
    edit = {"changes": [{"field": "title", "op": "set", "value": "Mine"}]}
    assert as_bob.send("PATCH", f"/api/assets/{HIDDEN_PHOTO}", edit).status_code == 404
    seen = as_bob.send("PATCH", f"/api/assets/{SHARED_PHOTO}", edit)
    assert (seen.status_code, seen.json["error"]["code"]) == (403, "forbidden")  # type: ignore[index]


@pytest.mark.usefixtures("library")
def test_second_paths_show_neither_items_nor_counts_of_what_is_hidden(
    as_bob: Browser, as_alice: Browser
) -> None:
    def told(who: Browser) -> tuple[object, ...]:
        version = who.get("/api/timeline/version").json
        tags = who.get("/api/tags").json
        counts = who.get("/api/status").json
        assert version is not None
        assert tags is not None
        assert counts is not None
        block = who.get(f"/api/timeline/block?version={version['version']}&s=0").data
        ratios = who.get(f"/api/timeline/ratios?version={version['version']}").data
        return (
            version["count"],
            [tag["path"] for tag in tags["tags"]],
            counts["counts"]["assets"],
            len(ratios),
            block,
        )

    count, tags, assets, ratios, block = told(as_bob)
    assert (count, tags, assets, ratios) == (1, ["Places/Volume1"], 1, 1)
    assert bytes.fromhex(HIDDEN_PHOTO) not in block  # type: ignore[operator]
    assert told(as_alice)[0] == 2


def test_no_detour_leads_around_the_gate(as_bob: Browser, as_charlie: Browser) -> None:
    detours = (
        "//problems",
        "/problems/",
        "/problems;x",
        "/PROBLEMS",
        "/problems.",
        "/./problems",
        "/api//problems",
    )
    for path in detours:
        for who in (as_bob, as_charlie):
            assert who.get("/", environ_overrides={"PATH_INFO": path}).status_code in (303, 403, 404), path
    for header in ("X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Forwarded-Prefix"):
        assert as_bob.get("/api/me", headers={header: "/problems"}).json == as_bob.get("/api/me").json
        assert as_bob.get("/problems", headers={header: "/"}).status_code == 403
    assert as_bob.get("/problems?_method=POST").status_code == 403


def test_marks_are_what_the_table_says(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            charlie, bob, _ = TABLE[rule.rule, method]
            mark = "anyone" if charlie != IN else "admin" if bob == 403 else "member"
            assert getattr(view, "access", None) == mark, rule.rule
