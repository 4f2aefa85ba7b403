"""Signing in, staying signed in and signing out, by a script and by a form; and every way in that is none."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask_jwt_extended import create_access_token
from werkzeug.test import TestResponse

from kphotos import records
from kphotos.app import create_app
from kphotos.config import Settings
from kphotos.identity import accounts, limits, sessions
from kphotos.identity.accounts import Account
from kphotos.records import audit
from kphotos.runtime import sessions as rows
from tests.kphotos.web.conftest import PASSWORD, Browser

LAN = "http://192.168.1.20:8000"


def code(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json["error"]["code"])


def post(browser: Browser, url: str, **body: Any) -> TestResponse:
    return browser.send("POST", f"/api/auth/{url}", body)


def cookies_of(answer: TestResponse) -> dict[str, str]:
    return {header.partition("=")[0]: header for header in answer.headers.getlist("Set-Cookie")}


class TestSetup:
    def test_the_first_account_becomes_admin_and_is_signed_in(
        self, as_charlie: Browser, settings: Settings
    ) -> None:
        assert as_charlie.get("/").headers["Location"] == "/setup"
        answer = post(as_charlie, "setup", name="Zoë", password=PASSWORD)
        assert answer.status_code == 201
        assert answer.json is not None
        assert (answer.json["user"]["name"], answer.json["user"]["role"]) == ("Zoë", "admin")
        assert as_charlie.get("/api/me").json == {"user": answer.json["user"]}
        stored = records.every(settings, "users")
        assert len(stored) == 1
        assert PASSWORD not in str(stored)

    def test_of_two_at_once_exactly_one_becomes_admin(self, app: Flask, settings: Settings) -> None:
        start, found = threading.Barrier(2), []

        def attempt(name: str) -> None:
            browser = Browser(app.test_client())
            start.wait()
            found.append(post(browser, "setup", name=name, password=PASSWORD).status_code)

        threads = [threading.Thread(target=attempt, args=(name,)) for name in ("Alice", "Mallory")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [201, 409]
        assert len(accounts.everyone(settings)) == 1

    def test_it_never_opens_again(self, as_charlie: Browser, alice: Account, settings: Settings) -> None:
        assert code(post(as_charlie, "setup", name="Mallory", password=PASSWORD)) == "setup_done"
        assert as_charlie.get("/setup").headers["Location"] == "/sign-in"
        path = settings.storage_path / "records" / "users" / f"{alice.id}.json"
        path.write_bytes(b"{damaged")
        assert code(post(as_charlie, "setup", name="Mallory", password=PASSWORD)) == "setup_done"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": "", "password": PASSWORD}, "name"),
            ({"name": " Alice", "password": PASSWORD}, "name"),
            ({"name": "A" * 65, "password": PASSWORD}, "name"),
            ({"name": "Al\u202eice", "password": PASSWORD}, "name"),
            ({"name": "Al\nice", "password": PASSWORD}, "name"),
            ({"name": "Alice", "password": "short"}, "password"),
            ({"name": "Alice", "password": "password1"}, "password"),
            ({"name": "Alice", "password": PASSWORD, "role": "admin"}, "role"),
            ({"name": "Alice"}, "password"),
        ],
    )
    def test_what_is_wrong_is_named(self, as_charlie: Browser, body: dict[str, str], field: str) -> None:
        answer = post(as_charlie, "setup", **body)
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["error"]["field"] == field

    def test_the_form_needs_no_script(self, as_charlie: Browser) -> None:
        wrong = as_charlie.send("POST", "/setup", data={"name": "Alice", "password": "short"})
        assert wrong.status_code == 400
        assert 'aria-describedby="password-hint password-error"' in wrong.text
        assert 'value="Alice"' in wrong.text
        right = as_charlie.send("POST", "/setup", data={"name": "Alice", "password": PASSWORD})
        assert (right.status_code, right.headers["Location"]) == (303, "/")
        assert as_charlie.get("/").status_code == 200


class TestSignIn:
    def test_the_right_name_and_password_open_a_session(self, as_charlie: Browser, alice: Account) -> None:
        answer = post(as_charlie, "sign-in", name="ALICE", password=PASSWORD)
        assert answer.json == {"user": {"id": "alice", "name": "Alice", "role": "admin"}, "seconds": 600}
        assert as_charlie.get("/api/me").status_code == 200

    def test_a_wrong_password_and_an_unknown_name_look_the_same(
        self, as_charlie: Browser, alice: Account
    ) -> None:
        wrong = post(as_charlie, "sign-in", name="Alice", password="something else")
        nobody = post(as_charlie, "sign-in", name="Nobody", password="something else")
        assert (wrong.status_code, code(wrong)) == (401, "wrong_name_or_password")
        assert (wrong.data, wrong.status_code) == (nobody.data, nobody.status_code)

    def test_a_disabled_account_looks_like_a_wrong_password(
        self, as_charlie: Browser, settings: Settings, alice: Account, bob: Account
    ) -> None:
        accounts.set_disabled(settings, "Bob", True)
        assert code(post(as_charlie, "sign-in", name="Bob", password=PASSWORD)) == "wrong_name_or_password"

    def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(
        self, as_charlie: Browser, alice: Account
    ) -> None:
        assert post(as_charlie, "sign-in", name="Alice", password="x" * 1_000_000).status_code == 413
        assert post(as_charlie, "sign-in", name="Alice", password="x" * 2000).status_code == 400

    def test_old_parameters_are_renewed_at_sign_in(
        self, as_charlie: Browser, settings: Settings, alice: Account
    ) -> None:
        post(as_charlie, "sign-in", name="Alice", password=PASSWORD)
        renewed = accounts.get(settings, alice.id)
        assert renewed is not None
        assert "m=65536,t=3,p=4" in renewed.password
        assert renewed.stamp == alice.stamp
        assert as_charlie.get("/api/me").status_code == 200

    def test_a_new_sign_in_takes_nothing_over_from_a_planted_cookie(
        self, as_charlie: Browser, alice: Account
    ) -> None:
        as_charlie.client.set_cookie("__Host-kp_at", "planted", path="/")
        nameless = {"Cookie": "=__Host-kp_at=planted; __Host-kp_at=planted"}
        assert as_charlie.get("/api/me", headers=nameless).status_code == 401
        post(as_charlie, "sign-in", name="Alice", password=PASSWORD)
        first = as_charlie.cookie("__Host-kp_at")
        post(as_charlie, "sign-in", name="Alice", password=PASSWORD)
        assert first not in ("", "planted", as_charlie.cookie("__Host-kp_at"))

    def test_the_form_needs_no_script_and_leads_on(self, as_charlie: Browser, alice: Account) -> None:
        page = as_charlie.get("/photo/" + "a" * 32 + "?at=2024-01-01")
        assert page.headers["Location"] == "/sign-in?next=%2Fphoto%2F" + "a" * 32 + "%3Fat%3D2024-01-01"
        form = as_charlie.get(page.headers["Location"])
        assert 'value="/photo/' + "a" * 32 + '?at=2024-01-01"' in form.text
        wrong = as_charlie.send(
            "POST", "/sign-in", data={"name": "Alice", "password": "x", "next": "/problems"}
        )
        assert wrong.status_code == 401
        assert "do not belong together" in wrong.text
        right = as_charlie.send(
            "POST", "/sign-in", data={"name": "Alice", "password": PASSWORD, "next": "/problems"}
        )
        assert (right.status_code, right.headers["Location"]) == (303, "/problems")
        assert as_charlie.get("/sign-in?next=/problems").headers["Location"] == "/problems"

    @pytest.mark.parametrize(
        "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x"]
    )
    def test_it_never_leads_to_another_site(self, as_charlie: Browser, alice: Account, target: str) -> None:
        assert "evil" not in as_charlie.get("/sign-in", query_string={"next": target}).text
        right = as_charlie.send(
            "POST", "/sign-in", data={"name": "Alice", "password": PASSWORD, "next": target}
        )
        assert right.headers["Location"] == "/"


class TestLimits:
    def test_twenty_wrong_ones_from_one_place_are_slowed_down(
        self, as_charlie: Browser, alice: Account, settings: Settings
    ) -> None:
        answers = [post(as_charlie, "sign-in", name="alice", password="wrong guess") for _ in range(20)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 10
        assert code(answers[-1]) == "too_many_attempts"
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
        restarted = Browser(create_app(settings).test_client())
        assert post(restarted, "sign-in", name="Alice", password=PASSWORD).status_code == 429

    def test_twenty_places_together_are_slowed_down_and_the_owner_is_not_locked_out(
        self, as_charlie: Browser, as_alice: Browser, alice: Account, settings: Settings
    ) -> None:
        def guess(number: int) -> int:
            place = {"REMOTE_ADDR": f"10.0.0.{number}"}
            body = {"name": "Alice", "password": "wrong guess"}
            return as_charlie.send("POST", "/api/auth/sign-in", body, environ_overrides=place).status_code

        assert [guess(number) for number in range(20)] == [401] * 15 + [429] * 5
        assert as_alice.cookie("kp_device")
        assert post(as_alice, "sign-in", name="Alice", password=PASSWORD).status_code == 200
        assert as_alice.get("/api/me").status_code == 200

    def test_a_mark_of_ones_own_account_lifts_no_limit_of_anothers(
        self, settings: Settings, alice: Account
    ) -> None:
        mark = limits.device(settings, "bob")
        assert limits.is_known(settings, "bob", mark)
        for forged in (mark, mark[:-1] + "x", "", ".", None, "é.é", limits.device(settings, "alice") + "0"):
            assert not limits.is_known(settings, "alice", forged)

    def test_a_right_password_frees_the_account_and_not_the_address(
        self, as_charlie: Browser, alice: Account, bob: Account
    ) -> None:
        for _ in range(3):
            for _ in range(9):
                assert post(as_charlie, "sign-in", name="Bob", password="wrong guess").status_code == 401
            assert post(as_charlie, "sign-in", name="Bob", password=PASSWORD).status_code == 200
            as_charlie.client.delete_cookie("kp_device")
        for _ in range(3):
            assert post(as_charlie, "sign-in", name="Alice", password="wrong guess").status_code == 401
        assert post(as_charlie, "sign-in", name="Alice", password="wrong guess").status_code == 429

    def test_a_forwarded_address_of_a_stranger_is_not_believed(
        self, as_charlie: Browser, alice: Account
    ) -> None:
        def guess(number: int) -> int:
            forged = {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"}
            body = {"name": "Alice", "password": "wrong guess"}
            return as_charlie.send("POST", "/api/auth/sign-in", body, headers=forged).status_code

        assert [guess(number) for number in range(12)] == [401] * 10 + [429] * 2

    def test_a_network_counts_as_one_party(self) -> None:
        assert limits.network("2001:db8::1") == limits.network("2001:db8::ffff:1")
        assert limits.network("2001:db8::1") != limits.network("2001:db8:0:1::1")
        assert limits.network("::ffff:10.0.0.1") == "10.0.0.1" == limits.network("10.0.0.1")
        assert limits.network("fe80::1%eth0") == limits.network("fe80::2")
        assert limits.network("rubbish") == "nowhere"


class TestCookies:
    def test_on_the_own_machine_and_over_https_they_are_secure(
        self, as_charlie: Browser, alice: Account
    ) -> None:
        for base in ("http://localhost", "http://127.0.0.1:8000", "https://192.168.1.20"):
            as_charlie.base = base
            found = cookies_of(post(as_charlie, "sign-in", name="Alice", password=PASSWORD))
            assert set(found) == {"__Host-kp_at", "__Secure-kp_rt", "kp_csrf", "kp_device"}
            assert all(
                "Secure" in one and "SameSite=Strict" in one and "Domain" not in one for one in found.values()
            )
            assert [name for name, one in found.items() if "HttpOnly" not in one] == ["kp_csrf"]
            assert "Path=/;" in found["__Host-kp_at"]
            assert "Path=/api/auth;" in found["__Secure-kp_rt"]

    def test_over_plain_http_they_work_with_a_standing_warning(
        self, as_charlie: Browser, alice: Account, library: object
    ) -> None:
        as_charlie.base = LAN
        found = cookies_of(post(as_charlie, "sign-in", name="Alice", password=PASSWORD))
        assert set(found) == {"kp_at", "kp_rt", "kp_csrf", "kp_device"}
        assert all("Secure" not in one and "SameSite=Strict" in one for one in found.values())
        assert all("HttpOnly" in one for name, one in found.items() if name != "kp_csrf")
        token = found["kp_at"].partition("=")[2].partition(";")[0]
        for path in ("/", "/problems", "/sign-in", "/nothing"):
            page = as_charlie.get(path, headers={"Cookie": f"kp_at={token}"}, follow_redirects=True)
            assert "data-insecure" in page.text, path
        as_charlie.base = "http://localhost"
        assert "data-insecure" not in as_charlie.get("/sign-in").text

    def test_a_plain_cookie_opens_nothing_where_a_prefixed_one_is_due(self, as_alice: Browser) -> None:
        token = as_alice.cookie("__Host-kp_at")
        as_alice.client.delete_cookie("__Host-kp_at")
        as_alice.client.set_cookie("kp_at", token)
        assert as_alice.get("/api/me").status_code == 401


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
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and "POST" not in (rule.methods or ()):
                assert as_alice.send("POST", str(rule).replace("<asset:asset_id>", "a" * 32)).status_code in (
                    404,
                    405,
                ) or (str(rule) in ("/sign-in", "/setup"))


def test_only_listed_origins_may_read_from_elsewhere(settings: Settings, alice: Account) -> None:
    listed = replace(settings, cors_allowed_origins=("https://friend.example",))
    browser = Browser(create_app(listed).test_client())
    for origin in (
        "http://evil.example",
        "null",
        "https://sub.friend.example",
        "https://friend.example.evil.example",
    ):
        assert "Access-Control-Allow-Origin" not in browser.get("/api/me", headers={"Origin": origin}).headers
    told = browser.get("/api/me", headers={"Origin": "https://friend.example"}).headers
    assert told["Access-Control-Allow-Origin"] == "https://friend.example"
    assert "Origin" in told["Vary"]
    plain = Browser(create_app(settings).test_client())
    assert (
        "Access-Control-Allow-Origin"
        not in plain.get("/api/me", headers={"Origin": "https://friend.example"}).headers
    )


def test_the_same_session_is_read_by_another_process(settings: Settings, as_alice: Browser) -> None:
    other = create_app(settings).test_client()
    other.set_cookie("__Host-kp_at", as_alice.cookie("__Host-kp_at"))
    assert other.get("/api/me", base_url="http://localhost").status_code == 200
    assert sessions.of_token(settings, "") is None
