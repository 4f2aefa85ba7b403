"""FakeServer: the browser's side of the contract over a made-up library of any size, on a port of its own."""

from __future__ import annotations

import datetime
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from PIL import Image
from werkzeug.serving import WSGIRequestHandler, make_server

from kphotos.index import wire
from kphotos.web.headers import PAGE_POLICY
from sync.core.fields import FIELDS

ROOT = Path(__file__).parents[3]
TODAY = 20_000
KEY = "sha256:" + "ab" * 32
RATIOS = (156, 156, 108, 148, 128, 188)
HASH = bytes.fromhex("d5071d1d0461867e3de1e28787897e87d1e07879")


class FakeServer:
    """Days of 1 to 299 photos, newest first. `edit` is another program's edit, `insert` its new photos.

    `failing` are the next statuses of a level's answers. Of `unmade` ordinals there is no picture yet, of
    `broken` ones there never will be. `asked` are the pictures that were asked for.
    """

    def __init__(self, count: int, *, direction: str = "ltr") -> None:
        self.direction, self.version, self.structure = direction, 1, 1
        self.counts: list[int] = []
        while count > 0:
            self.counts.append(min(count, 1 + len(self.counts) * 7919 % 299))
            count -= self.counts[-1]
        self.failing: dict[str, list[int]] = {}
        self.unmade: set[int] = set()
        self.broken: set[int] = set()
        self.favourites: set[str] = set()
        self.asked: list[str] = []
        self.edits: dict[str, dict[str, Any]] = {}
        self.received: list[dict[str, Any]] = []
        self.bulks: dict[str, dict[str, Any]] = {}
        self.refusing = False
        self.picture = _picture()

    @property
    def count(self) -> int:
        return sum(self.counts)

    def id(self, ordinal: int) -> str:
        """Photos keep their id when newer ones come: it counts from the oldest."""
        return f"{self.count - ordinal:032x}"

    def ordinal(self, asset_id: str) -> int:
        return self.count - int(asset_id, 16)

    def insert(self, number: int) -> None:
        self.counts[0] += number
        self.version += 1
        self.structure = self.version

    def edit(self, asset_id: str, **values: Any) -> None:
        told = {"source": "tool", "via": "darktable", "by": None, "at": None, "conflict": False}
        for name, value in values.items():
            self.edits.setdefault(asset_id, {})[name] = {**told, "value": value, "dots": [f"t{self.version}"]}
        self.version += 1

    def bulk(self, changes: list[dict[str, Any]], total: int, *, undoes: str | None = None) -> dict[str, Any]:
        """A bulk edit; above 200 photos it is a worker's, which does a third at each look."""
        edit = {
            **dict.fromkeys(("done", "changed", "unchanged", "refused", "partly"), 0),
            "id": f"b{len(self.bulks)}",
            "by": "Alice",
            "made_ms": 0,
            "undone_by": None,
            "listed": [],
            "changes": changes,
            "total": total,
            "undoes": undoes,
            "state": "waiting",
        }
        self.bulks[edit["id"]] = edit
        if undoes is not None:
            self.bulks[undoes]["undone_by"] = edit["id"]
        self.version += 1
        return edit if total > 200 else self.go_on(edit, everything=True)

    def go_on(
        self, edit: dict[str, Any], *, cancelled: bool = False, everything: bool = False
    ) -> dict[str, Any]:
        if edit["state"] in ("waiting", "working"):
            done = edit["total"] if everything else min(edit["total"], edit["done"] + edit["total"] // 3)
            state = "cancelled" if cancelled else "done" if done == edit["total"] else "working"
            refused = min(2, done) if self.refusing and not edit["undoes"] else 0
            listed = [{"asset": "0" * 32, "name": "IMG_1.JPG", "code": "read_only", "message": "Read-only."}]
            edit.update(
                done=done, changed=done - refused, refused=refused, listed=listed * refused, state=state
            )
        return edit

    def asset(self, asset_id: str) -> dict[str, Any]:
        ordinal = self.ordinal(asset_id)
        day = next(day for day, end in enumerate(accumulate(self.counts)) if ordinal < end)
        taken = {"local": _iso(TODAY - day), "offset": None}
        embedded = {"source": "embedded", "by": None, "via": None, "at": None, "dots": [], "conflict": False}
        return {
            "id": asset_id,
            "volume": "v",
            "path": f"IMG_{ordinal}.JPG",
            "name": f"IMG_{ordinal}.JPG",
            "size": 4_200_000,
            "kind": "photo",
            "width": 6000,
            "height": 4000,
            "camera": {},
            "exposure": {"iso": 200},
            "original_url": f"/media/{asset_id}/original",
            "fields": {"taken": {**embedded, "value": taken}, **self.edits.get(asset_id, {})},
            "favourite": asset_id in self.favourites,
            "can_edit": True,
            "sidecars": [],
            "problems": [],
            "pending": False,
            "history": [],
        }

    def rows(self, start: int, number: int) -> list[tuple[Any, ...]]:
        return [
            (
                *(self.id(at), 1000, None, "photo", RATIOS[at % len(RATIOS)]),
                *(
                    (None, b"", 0, False)
                    if at in self.unmade
                    else (KEY, b"", 0, False)
                    if at in self.broken
                    else (None, HASH, 0, True)
                ),
                *(self.id(at) in self.favourites, at in self.broken),
            )
            for at in range(start, min(start + number, self.count))
        ]


def _iso(day: int) -> str:
    moment = datetime.datetime.fromtimestamp(day * 86_400, datetime.UTC)
    return moment.strftime("%Y-%m-%dT00:00:01")


def _picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((480, 320)).convert("RGB").save(out, "WEBP")
    return out.getvalue()


class Quiet(WSGIRequestHandler):
    """Thousands of lines about thumbnails would hide what a failed test says."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving(fake: FakeServer) -> Iterator[str]:
    """The fake's address while it answers."""
    server = make_server("127.0.0.1", 0, _app(fake), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _app(fake: FakeServer) -> Flask:
    app = Flask("fake", static_folder=None, template_folder=str(ROOT / "templates"))
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["asset"] = lambda path: f"/static/{path}"
    app.jinja_env.globals["waiting"] = lambda: 3
    app.jinja_env.globals["notices"] = list

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response

    @app.get("/static/<path:path>")
    def static(path: str) -> Response:
        return send_from_directory(ROOT / "static", path)

    @app.get("/")
    @app.get("/photo/<asset_id>")
    def page(asset_id: str = "") -> Response:
        body = render_template(
            "timeline/index.html",
            page="timeline",
            dir=fake.direction,
            me={"name": "Alice", "role": "admin"},
            version=str(fake.version),
            fields=[row for row in FIELDS.values() if row.editable],
        )
        response = Response(body)
        response.set_cookie("kp_csrf", "token")
        return response

    @app.get("/api/timeline/<level>")
    def timeline(level: str) -> Response | tuple[Response, int]:
        asked = request.args.get("version", str(fake.version))
        if fake.failing.get(level):
            return jsonify(error={"code": "busy", "message": "Busy."}), fake.failing[level].pop(0)
        if level == "version":
            return jsonify(version=str(fake.version), count=fake.count)
        if asked != str(fake.version):
            return jsonify(error={"code": "stale_version", "message": "Stale."}), 409
        start = request.args.get("s", 0, int)
        made = {
            "index": lambda: wire.days([TODAY - day for day in range(len(fake.counts))], fake.counts, 0),
            "ratios": lambda: (bytes(RATIOS) * (fake.count // len(RATIOS) + 1))[: fake.count],
            "block": lambda: wire.block(fake.rows(start, request.args.get("n", 256, int))),
        }
        return Response(made[level](), headers={"X-Version": asked})

    @app.get("/media/<asset_id>/<kind>")
    def media(asset_id: str, kind: str) -> Response:
        ordinal = fake.ordinal(asset_id)
        fake.asked.append(f"{ordinal}/{kind}")
        if ordinal in fake.broken or ordinal in fake.unmade:
            return Response(status=204 if ordinal in fake.broken else 202)
        return Response(fake.picture, mimetype="image/webp")

    @app.route("/api/assets/<asset_id>/favourite", methods=["PUT", "DELETE"])
    def favourite(asset_id: str) -> Response:
        (fake.favourites.add if request.method == "PUT" else fake.favourites.discard)(asset_id)
        fake.version += 1
        return jsonify(asset=fake.asset(asset_id), undo=[])

    @app.get("/api/bulk")
    def bulks() -> Response:
        return jsonify(edits=list(fake.bulks.values()))

    @app.post("/api/bulk")
    def bulk() -> Response | tuple[Response, int]:
        body = request.get_json()
        fake.received.append(body)
        if int(body["version"]) < fake.structure:
            return jsonify(error={"code": "stale_version", "message": "Stale."}), 409
        return jsonify(edit=fake.bulk(body["changes"], sum(end - start for start, end in body["ranges"])))

    @app.route("/api/bulk/<bulk_id>", methods=["GET", "DELETE"])
    @app.post("/api/bulk/<bulk_id>/undo")
    def one_bulk(bulk_id: str) -> Response:
        edit = fake.bulks[bulk_id]
        if request.method == "POST":
            return jsonify(edit=fake.bulk(edit["changes"], edit["changed"], undoes=bulk_id))
        return jsonify(edit=fake.go_on(edit, cancelled=request.method == "DELETE"))

    @app.get("/api/standing")
    def standing() -> Response:
        return jsonify(notices=[])

    @app.get("/api/work")
    def work() -> Response:
        return jsonify(reading=None, pictures=len(fake.unmade) or None)

    @app.get("/api/tags")
    def tags() -> Response:
        return jsonify(tags=[{"path": "Places/Bergen", "count": 3}, {"path": "Sea", "count": 9}])

    @app.route("/api/assets/<asset_id>", methods=["GET", "PATCH"])
    def asset(asset_id: str) -> Response | tuple[Response, int]:
        if request.method == "PATCH":
            body = request.get_json()
            fake.received.append({"csrf": request.headers.get("X-CSRF-TOKEN"), **body})
            change = body["changes"][0]
            if change.get("value") == "refused":
                error = {
                    "code": "read_only",
                    "message": "The volume is read-only.",
                    "kept": "Nothing changed.",
                }
                return jsonify(error=error), 423
            fake.edit(asset_id, **{change["field"]: change.get("value")})
            undo = [{"field": change["field"], "op": "remove", "strict": True, "seen": ["x"]}]
            return jsonify(asset=fake.asset(asset_id), undo=undo)
        return jsonify(fake.asset(asset_id))

    return app
