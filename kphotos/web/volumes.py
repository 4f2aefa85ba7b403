"""The folders of originals, for admins: how each is, what is missing of it, and what is to be done about it.

Everything that is asked for here is done by the process that watches; an answer of 202 says that it will.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kphotos.errors import IndexMissing, Invalid, KPhotosError, NotFound
from kphotos.index import query
from kphotos.sidecar import keeping, removing, sites
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from kphotos.web import parse, volume_pages
from kphotos.web.gate import admin, member
from kphotos.web.here import reading, scope, settings, viewer
from sync import errors as sync

blueprint = Blueprint("volumes", __name__)
PAGE = 60
MOST = 100_000_000
_LONGEST_PATH = 4096


@blueprint.get("/api/volumes")
@admin
def listing() -> Response:
    """200 {volumes: [see `volume_pages.told`], watching}: whether the process that scans them runs."""
    found = [volume_pages.told(settings(), one) for one in keeping.standings(settings())]
    return jsonify({"volumes": found, "watching": keeping.is_watched(settings())})


@blueprint.post("/api/volumes")
@admin
def add() -> tuple[Response, int]:
    """201 {id, name, path, writable}; body {path}: a folder on the server. 400 if it cannot be a volume."""
    volume = _add(parse.body({"path": str})["path"])
    told = {"id": volume.id, "name": volume.name, "path": str(volume.root), "writable": volume.writable}
    return jsonify(told), 201


@blueprint.delete("/api/volumes/<volume:volume_id>")
@admin
def remove(volume_id: str) -> tuple[str, int]:
    """204: not shown any more. No file is touched, not even K-Photos' own in the folder. 404."""
    removing.remove(settings(), volumes.get(settings(), volume_id))
    return "", 204


@blueprint.get("/api/volumes/<volume:volume_id>/gone")
@admin
def gone(volume_id: str) -> Response:
    """200 {count, photos: [{path, folder, name, id, thumb_url}], next}: what the last scan did not find.

    60 from `from` on, by path; `next` is where to go on, or null. `id` and `thumb_url` are null for what the
    index does not have (any more).
    """
    start = parse.number("from", 0, high=MOST)
    count, found = keeping.gone(settings(), volumes.get(settings(), volume_id), start, PAGE)
    photos = [volume_pages.photo(path, sketch) for path, sketch in found]
    return jsonify({"count": count, "photos": photos, "next": start + PAGE if start + PAGE < count else None})


@blueprint.post("/api/volumes/<volume:volume_id>/confirm")
@admin
def confirm(volume_id: str) -> tuple[Response, int]:
    """202: what is missing is really gone. Body {count}: as many as were shown; 409 `count_changed` if not.

    409 `nothing_missing` if all is there. The photos leave the index with the scan that follows; no file is
    removed, sidecars and derivatives stay.
    """
    keeping.confirm(settings(), volumes.get(settings(), volume_id), parse.body({"count": int})["count"])
    return jsonify({"state": "asked"}), 202


@blueprint.post("/api/volumes/<volume:volume_id>/scan")
@admin
def scan(volume_id: str) -> tuple[Response, int]:
    """202: it is looked at anew, as soon as the process that watches comes by."""
    keeping.look_again(settings(), volumes.get(settings(), volume_id))
    return jsonify({"state": "asked"}), 202


@blueprint.post("/api/volumes/<volume:volume_id>/accept")
@admin
def accept(volume_id: str) -> tuple[Response, int]:
    """202: a read-only folder with other files is this volume all the same; 409 `marked` if it has one."""
    keeping.accept(settings(), volumes.get(settings(), volume_id))
    return jsonify({"state": "asked"}), 202


@blueprint.put("/api/volumes/<volume:volume_id>/sites/<site>/retirement")
@admin
def retire(volume_id: str, site: str) -> tuple[str, int]:
    """204: that machine is gone for good. 400 for this one, 404 for no such, 403 `read_only`, 503 offline."""
    keeping.retire(settings(), volumes.get(settings(), volume_id), site)
    return "", 204


@blueprint.delete("/api/volumes/<volume:volume_id>/sites/<site>/retirement")
@admin
def recall(volume_id: str, site: str) -> tuple[str, int]:
    """204: that machine counts again."""
    keeping.recall(settings(), volumes.get(settings(), volume_id), site)
    return "", 204


@blueprint.get("/api/standing")
@member
def standing() -> Response:
    """200 {notices: [{id, state, text, action: {text, href} or null}]}: those of the viewer's not online."""
    return jsonify({"notices": notices()})


def notices() -> list[dict[str, object]]:
    """What a page that shows photos says of volumes that are offline or halted; nothing without an index."""
    try:
        with reading():
            rows = query.roots(scope())
    except IndexMissing:
        return []
    names = {volume.id: volume.name for volume in volumes.every(settings())} if rows else {}
    found = [(names[row.volume], row) for row in rows if row.volume in names]
    return [volume_pages.notice(row, name, is_admin=viewer().is_admin) for name, row in sorted(found)]


@blueprint.get("/storage")
@admin
def page() -> str:
    """Every volume: where, how full, how many photos, how it is watched, when it was last looked at."""
    return _page()


@blueprint.post("/storage")
@admin
def register() -> AnyResponse | tuple[str, int]:
    """The form that adds a folder: back to the page (303), or the page with the reason (400)."""
    try:
        _add(request.form.get("path", ""))
    except KPhotosError as error:
        return _page(refused=error, path=request.form.get("path", "")), 400
    return redirect(url_for("volumes.page"), 303)


@blueprint.get("/storage/<volume:volume_id>")
@admin
def missing(volume_id: str) -> str:
    """What is missing of a volume, with the two answers there are; and its other machines."""
    return _missing(volume_id)


@blueprint.post("/storage/<volume:volume_id>")
@admin
def act(volume_id: str) -> AnyResponse | tuple[str, int]:
    """The page's forms, `do` names which: on with it (303), or the page again with the reason."""
    volume = volumes.get(settings(), volume_id)
    done = _FORMS.get(request.form.get("do", ""))
    try:
        if done is None:
            raise Invalid("do", "There is no such form.")
        done(volume)
    except NotFound:
        raise
    except KPhotosError as error:
        return _missing(volume_id, refused=error), 409
    if request.form["do"] in ("scan", "confirm", "remove"):
        return redirect(url_for("volumes.page"), 303)
    return redirect(url_for("volumes.missing", volume_id=volume_id), 303)


def _confirm_typed(volume: Volume) -> None:
    typed = "".join(request.form.get("count", "").split()).replace(",", "").replace(".", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise Invalid("count", "Type the number of photos that are gone.", kept="Nothing was changed.")
    keeping.confirm(settings(), volume, int(typed))


_FORMS: dict[str, Callable[[Volume], object]] = {
    "scan": lambda volume: keeping.look_again(settings(), volume),
    "confirm": _confirm_typed,
    "accept": lambda volume: keeping.accept(settings(), volume),
    "read-only": lambda volume: volumes.keep_off(settings(), volume, hands_off=True),
    "writable": lambda volume: volumes.keep_off(settings(), volume, hands_off=False),
    "remove": lambda volume: removing.remove(settings(), volume),
    "retire": lambda volume: keeping.retire(settings(), volume, request.form.get("site", "")),
    "recall": lambda volume: keeping.recall(settings(), volume, request.form.get("site", "")),
}


def _add(path: str) -> Volume:
    if not path.startswith("/") or len(path) > _LONGEST_PATH or "\0" in path:
        raise Invalid(
            "path", "Give the whole path of a folder on the server, from / on.", kept="Nothing was added."
        )
    try:
        volume = sites.add(settings(), Path(path))
    except (OSError, sync.SyncError) as error:
        reason = error.reason if isinstance(error, sync.SyncError) else error.strerror or "it cannot be used"
        raise Invalid("path", f"This folder cannot be added: {reason}.", kept="Nothing was added.") from error
    keeping.look_again(settings(), volume)
    return volume


def _page(refused: KPhotosError | None = None, path: str = "") -> str:
    return render_template(
        "storage/storage.html",
        page="storage",
        volumes=[volume_pages.told(settings(), one) for one in keeping.standings(settings())],
        watching=keeping.is_watched(settings()),
        refused=refused,
        path=path,
    )


def _missing(volume_id: str, refused: KPhotosError | None = None) -> str:
    start = parse.number("from", 0, high=MOST)
    standing = keeping.standing(settings(), volume_id)
    count, found = keeping.gone(settings(), standing.volume, start, PAGE)

    def address(at: int) -> str:
        return f"{url_for('volumes.missing', volume_id=volume_id)}?from={at}"

    return render_template(
        "storage/volume.html",
        page="storage",
        volume=volume_pages.told(settings(), standing),
        count=count,
        folders=volume_pages.by_folder(found),
        refused=refused,
        earlier=address(max(0, start - PAGE)) if start else None,
        later=address(start + PAGE) if start + PAGE < count else None,
    )
