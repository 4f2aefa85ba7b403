"""Static files: kept for ever under their content's name, found from a checkout and from a wheel."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kphotos.web import statics


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with its own static folder, as a wheel installs it."""
    root = tmp_path / "kphotos" / "static"
    (root / "js").mkdir(parents=True)
    (root / "js" / "page.js").write_text("import './lib.js';\n" * 100)
    (root / "secret").write_text("x")
    (tmp_path / "outside.txt").write_text("not yours")
    monkeypatch.setattr(statics, "_PACKAGE", tmp_path / "kphotos")
    return root


@pytest.fixture
def client(tree: Path) -> FlaskClient:
    app = Flask("x", static_folder=None)
    statics.install(app)
    return app.test_client()


def url(client: FlaskClient, path: str) -> str:
    with client.application.test_request_context():
        return str(client.application.jinja_env.globals["asset"](path))  # type: ignore[operator]


def test_the_address_changes_with_any_byte_of_any_file(tree: Path) -> None:
    before = statics.fingerprint(tree)
    assert re.fullmatch(r"[0-9a-f]{12}", before)
    assert statics.fingerprint(tree) == before
    (tree / "secret").write_text("y")
    changed = statics.fingerprint(tree)
    (tree / "secret").rename(tree / "secrets")
    assert len({before, changed, statics.fingerprint(tree)}) == 3


def test_the_present_version_is_kept_for_ever_and_an_old_one_is_asked_for_again(client: FlaskClient) -> None:
    present = client.get(url(client, "js/page.js"))
    assert present.status_code == 200
    assert present.mimetype == "text/javascript"
    assert present.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    old = client.get("/static/v000000000000/js/page.js")
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "public, no-cache")
    assert (
        client.get(
            "/static/v000000000000/js/page.js", headers={"If-None-Match": old.headers["ETag"]}
        ).status_code
        == 304
    )


def test_text_travels_packed_to_whoever_unpacks_it(client: FlaskClient) -> None:
    packed = client.get(url(client, "js/page.js"), headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(url(client, "js/page.js"))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize(
    "path",
    ["../outside.txt", "..%2f..%2foutside.txt", "%2e%2e/%2e%2e/outside.txt", "/etc/passwd",
     "js/../../../outside.txt", "js/page.js%00", "js", "", "..%5c..%5coutside.txt",
     "js%2f..%2f..%2f..%2foutside.txt", "%ff"],
)  # fmt: skip
def test_nothing_outside_the_tree_is_served(client: FlaskClient, path: str) -> None:
    response = client.get(f"/static/v000000000000/{path}")
    assert response.status_code in (404, 308)
    assert b"not yours" not in response.data


def test_every_file_that_a_template_names_is_there() -> None:
    root, templates = statics.folder("static"), statics.folder("templates")
    named = set()
    for template in templates.rglob("*.html"):
        named |= set(re.findall(r"""asset\(\s*['"]([^'"]+)['"]\s*\)""", template.read_text(encoding="utf-8")))
    assert "css/base.css" in named
    assert [
        path for path in sorted(named) if not (root / path).is_file() and not path.startswith("vendor/")
    ] == []
