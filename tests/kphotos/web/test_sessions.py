"""Staying signed in and signing out: tokens that open, tokens that do not, and what ends them all."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask_jwt_extended import create_access_token

from kphotos import records
from kphotos.app import create_app
from kphotos.config import Settings
from kphotos.identity import accounts, sessions
from kphotos.identity.accounts import Account
from kphotos.records import audit
from kphotos.runtime import sessions as rows
from kphotos.web import cookies
from tests.kphotos.web.conftest import PASSWORD, Browser
from tests.kphotos.web.sessions import code, post


class TestTokens:
    @pytest.fixture
    def claims(self, as_alice: Browser) -> dict[str, Any]:
        found: dict[str, Any] = jwt.decode(
            as_alice.cookie("__Host-kp_at"), options={"verify_signature": False}
        )
        return found

    def status(self, browser: Browser, token: str) -> int:
        browser.client.set_cookie("__Host-kp_at", token)
        return browser.get("/api/me").status_code

    def test_only_our_algorithm_is_accepted(
        self, as_alice: Browser, claims: dict[str, Any], settings: Settings
    ) -> None:
        def signed(algorithm: str, **headers: Any) -> str:
            return jwt.encode(claims, str(settings.jwt_secret), algorithm=algorithm, headers=headers)

        def part(algorithm: str) -> str:
            return (
                base64.urlsafe_b64encode(f'{{"alg":"{algorithm}","typ":"JWT"}}'.encode()).decode().rstrip("=")
            )

        nobodys = jwt.encode(claims, None, algorithm="none")
        assert part("none") in nobodys
        assert self.status(as_alice, signed("HS256")) == 200
        for token in (
            nobodys,
            nobodys.replace(part("none"), part("NoNe")),
            signed("HS256").replace(part("HS256"), part("RS256")),
            signed("HS384"),
            signed("HS512"),
            signed("HS256", crit=["b64"]),
            jwt.encode(claims, "y" * 48, algorithm="HS256"),
            signed("HS256")[:-4] + "AAAA",
            signed("HS256").rpartition(".")[0] + ".",
            "x.y.z",
            "." * 10,
            "a" * 4_000,
        ):
            assert self.status(as_alice, token) == 401
        public = signed("HS256", jku="https://evil.example/keys", kid="../../dev/null")
        assert self.status(as_alice, public) == 200, "headers that name other keys are not followed"

    def test_a_nameless_cookie_opens_nothing(self, app: Flask, as_alice: Browser) -> None:
        token, plain = as_alice.cookie("__Host-kp_at"), app.test_client(use_cookies=False)
        for cookie, status in ((f"=__Host-kp_at={token}", 401), (f"__Host-kp_at={token}", 200)):
            told = plain.get("/api/me", base_url=as_alice.base, environ_overrides={"HTTP_COOKIE": cookie})
            assert told.status_code == status

    def test_every_claim_is_demanded(
        self, as_alice: Browser, claims: dict[str, Any], settings: Settings
    ) -> None:
        def status(**changes: Any) -> int:
            told = {name: value for name, value in {**claims, **changes}.items() if value is not ...}
            return self.status(as_alice, jwt.encode(told, str(settings.jwt_secret), algorithm="HS256"))

        assert status() == 200
        for name in ("exp", "iat", "jti", "sid", "type", "aud", "iss", "sub"):
            assert status(**{name: ...}) == 401, name
        for name, value in {
            "exp": claims["iat"] - 60,
            "iat": claims["iat"] + 3600,
            "aud": "another",
            "iss": "another",
            "type": "refresh",
            "sid": "another",
            "sub": "bob",
            "jti": 5,
        }.items():
            assert status(**{name: value}) == 401, name

    def test_a_token_that_was_good_is_refused_when_its_time_is_over_or_has_not_come(
        self, as_alice: Browser, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = as_alice.cookie("__Host-kp_at")
        assert self.status(as_alice, token) == 200
        for shift, status in ((300, 200), (4, 200), (-4, 200), (-60, 401), (606, 401), (86_400, 401)):
            at = claims["iat"] + shift
            monkeypatch.setattr("kphotos.web.cookies.time.time", lambda at=at: float(at))
            assert self.status(as_alice, token) == status, shift
            monkeypatch.undo()
        assert self.status(as_alice, token) == 200

    def test_a_remembered_token_is_nothing_to_an_app_with_another_secret(
        self, app: Flask, as_alice: Browser
    ) -> None:
        token = as_alice.cookie("__Host-kp_at")
        assert self.status(as_alice, token) == 200
        app.config["JWT_SECRET_KEY"] = "another secret, as long as it should be " * 2
        assert self.status(as_alice, token) == 401

    def test_a_token_of_another_type_opens_nothing(self, app: Flask, as_alice: Browser) -> None:
        refresh = as_alice.cookie("__Secure-kp_rt", "/api/auth")
        access = as_alice.cookie("__Host-kp_at")
        assert self.status(as_alice, refresh) == 401
        as_alice.client.set_cookie("__Secure-kp_rt", access, path="/api/auth")
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 401
        with app.app_context():
            endless = create_access_token("alice", expires_delta=False, additional_claims={"sid": "x"})
            short = create_access_token("alice", expires_delta=timedelta(minutes=1))
        assert self.status(as_alice, endless) == 401
        assert self.status(as_alice, short) == 401


class TestRefresh:
    def test_both_tokens_are_renewed(self, as_alice: Browser) -> None:
        before = as_alice.cookie("__Host-kp_at"), as_alice.cookie("__Secure-kp_rt", "/api/auth")
        answer = as_alice.send("POST", "/api/auth/refresh")
        after = as_alice.cookie("__Host-kp_at"), as_alice.cookie("__Secure-kp_rt", "/api/auth")
        assert answer.status_code == 200
        assert not set(before) & set(after)
        assert as_alice.get("/api/me").status_code == 200

    def test_a_race_of_fifty_gives_one_successor_and_signs_nobody_out(
        self, app: Flask, as_alice: Browser
    ) -> None:
        token, csrf = as_alice.cookie("__Secure-kp_rt", "/api/auth"), as_alice.cookie("kp_csrf")
        start, found = threading.Barrier(50), []

        def attempt() -> None:
            browser = Browser(app.test_client())
            browser.client.set_cookie("__Secure-kp_rt", token, path="/api/auth")
            browser.client.set_cookie("kp_csrf", csrf)
            start.wait()
            answer = browser.send("POST", "/api/auth/refresh")
            found.append((answer.status_code, browser.cookie("__Secure-kp_rt", "/api/auth")))

        threads = [threading.Thread(target=attempt) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {status for status, _ in found} == {200}
        assert len({successor for _, successor in found}) == 1
        as_alice.client.set_cookie("__Secure-kp_rt", found[0][1], path="/api/auth")
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 200

    def test_a_spent_token_that_turns_up_later_ends_the_session(
        self, as_alice: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stolen, csrf = as_alice.cookie("__Secure-kp_rt", "/api/auth"), as_alice.cookie("kp_csrf")
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 200
        current = as_alice.cookie("__Secure-kp_rt", "/api/auth")
        monkeypatch.setattr(rows, "GRACE_MS", -1)
        as_alice.client.set_cookie("__Secure-kp_rt", stolen, path="/api/auth")
        answer = as_alice.send("POST", "/api/auth/refresh")
        assert (answer.status_code, code(answer)) == (401, "session_ended")
        assert as_alice.get("/api/me").status_code == 401
        as_alice.client.set_cookie("__Secure-kp_rt", current, path="/api/auth")
        as_alice.client.set_cookie("kp_csrf", csrf)
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 401
        assert [entry["event"] for entry in audit.entries(settings)] == ["session.reused"]

    def test_it_needs_the_double_submit_token_of_this_session(
        self, as_alice: Browser, as_bob: Browser
    ) -> None:
        token = as_alice.cookie("__Secure-kp_rt", "/api/auth")
        for sent in ("", "x", as_bob.cookie("kp_csrf"), "é"):
            answer = as_alice.send(
                "POST", "/api/auth/refresh", headers={"X-CSRF-TOKEN": sent.encode().decode("latin-1")}
            )
            assert (answer.status_code, code(answer)) == (403, "csrf")
        assert as_alice.cookie("__Secure-kp_rt", "/api/auth") == token
        as_alice.client.set_cookie("kp_csrf", "tossed by a neighbour")
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 403


class TestEnd:
    def test_signing_out_kills_both_tokens_and_clears_the_browser(self, as_alice: Browser) -> None:
        access, refresh = as_alice.cookie("__Host-kp_at"), as_alice.cookie("__Secure-kp_rt", "/api/auth")
        csrf = as_alice.cookie("kp_csrf")
        answer = as_alice.send("POST", "/api/auth/sign-out")
        assert answer.status_code == 200
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert [as_alice.cookie(name) for name in ("__Host-kp_at", "kp_csrf")] == ["", ""]
        assert as_alice.cookie("__Secure-kp_rt", "/api/auth") == ""
        for name, value, path in (
            ("__Host-kp_at", access, "/"),
            ("__Secure-kp_rt", refresh, "/api/auth"),
            ("kp_csrf", csrf, "/"),
        ):
            as_alice.client.set_cookie(name, value, path=path)
        assert as_alice.get("/api/me").status_code == 401
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 401

    def test_signing_out_works_when_the_access_token_is_over(self, as_alice: Browser) -> None:
        refresh, csrf = as_alice.cookie("__Secure-kp_rt", "/api/auth"), as_alice.cookie("kp_csrf")
        as_alice.client.delete_cookie("__Host-kp_at")
        assert as_alice.send("POST", "/api/auth/sign-out").status_code == 200
        as_alice.client.set_cookie("__Secure-kp_rt", refresh, path="/api/auth")
        as_alice.client.set_cookie("kp_csrf", csrf)
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 401

    def test_another_page_cannot_sign_anybody_out(self, as_alice: Browser) -> None:
        assert as_alice.send("POST", "/api/auth/sign-out", headers={"X-CSRF-TOKEN": ""}).status_code == 403
        assert as_alice.get("/api/me").status_code == 200

    @pytest.mark.parametrize(
        "change",
        [
            lambda settings: accounts.set_password(settings, "Bob", "another long password"),
            lambda settings: accounts.set_role(settings, "Bob", "admin"),
            lambda settings: accounts.set_disabled(settings, "Bob", True),
            lambda settings: records.remove(settings, "users", "bob"),
        ],
        ids=["password", "role", "disabled", "deleted"],
    )
    def test_whatever_changes_an_account_ends_its_sessions_at_once(
        self, as_bob: Browser, as_alice: Browser, settings: Settings, change: Callable[[Settings], object]
    ) -> None:
        assert as_bob.get("/api/me").status_code == 200
        change(settings)
        assert as_bob.get("/api/me").status_code == 401
        assert as_bob.send("POST", "/api/auth/refresh").status_code == 401
        assert as_alice.get("/api/me").status_code == 200

    def test_a_lost_index_signs_nobody_out(self, as_alice: Browser, settings: Settings) -> None:
        for path in settings.index_folder.iterdir():
            path.unlink()
        assert as_alice.get("/api/me").status_code == 200
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 200

    def test_a_lost_runtime_costs_signing_in_again_and_nothing_else(
        self, as_charlie: Browser, as_alice: Browser, settings: Settings
    ) -> None:
        for path in settings.storage_path.glob("runtime.db*"):
            path.unlink()
        assert as_alice.get("/api/me").status_code == 401
        assert as_alice.send("POST", "/api/auth/refresh").status_code == 401
        assert post(as_charlie, "sign-in", name="Alice", password=PASSWORD).status_code == 200


class TestCsrf:
    @pytest.mark.parametrize(
        "headers",
        [
            {"X-CSRF-TOKEN": ""},
            {"X-CSRF-TOKEN": "wrong"},
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_another_sites_page_changes_nothing(
        self, as_alice: Browser, library: object, headers: dict[str, str]
    ) -> None:
        answer = as_alice.send("PUT", f"/api/assets/{'a' * 32}/favourite", headers=headers)
        assert answer.status_code == 403
        assert code(answer) in ("csrf", "foreign_origin")

    def test_signing_in_is_guarded_too(self, as_charlie: Browser, alice: Account) -> None:
        evil = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
        body = {"name": "Alice", "password": PASSWORD}
        assert as_charlie.send("POST", "/api/auth/sign-in", body, headers=evil).status_code == 403
        assert as_charlie.send("POST", "/sign-in", data=body, headers=evil).status_code == 403
        plain = as_charlie.client.post(
            "/api/auth/sign-in",
            data='{"name": "Alice", "password": "x"}',
            content_type="text/plain",
            base_url="http://localhost",
        )
        assert plain.status_code == 415

    def test_reading_changes_nothing(self, as_alice: Browser, app: Flask) -> None:
        rules = list(app.url_map.iter_rules())
        written = {str(rule) for rule in rules if "POST" in (rule.methods or ())}
        read = {str(rule) for rule in rules if "GET" in (rule.methods or ())} - written
        assert read
        for path in sorted(read):
            answer = as_alice.send("POST", path.replace("<asset:asset_id>", "a" * 32))
            assert answer.status_code in (404, 405), path


def test_the_same_session_is_read_by_another_process(settings: Settings, as_alice: Browser) -> None:
    other = create_app(settings).test_client()
    other.set_cookie("__Host-kp_at", as_alice.cookie("__Host-kp_at"))
    assert other.get("/api/me", base_url="http://localhost").status_code == 200
    assert sessions.of_token(settings, "") is None


def test_a_page_is_told_to_renew_before_its_pictures_are_refused(
    as_alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "X-Session-Ends" not in as_alice.get("/api/me").headers
    monkeypatch.setattr(cookies, "RENEW_SECONDS", cookies.ACCESS_MINUTES * 60 + 60)
    assert as_alice.get("/api/me").headers["X-Session-Ends"] == "soon"
