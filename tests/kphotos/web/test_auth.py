"""Signing in, staying signed in and signing out, by a script and by a form; and every way in that is none."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask

from kphotos import db, records
from kphotos.app import create_app
from kphotos.config import Settings
from kphotos.identity import accounts, limits, passwords
from kphotos.identity.accounts import Account
from kphotos.runtime import limits as runtime_limits
from tests.kphotos.web.conftest import PASSWORD, Browser
from tests.kphotos.web.sessions import LAN, code, cookies_of, post


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
        self, as_charlie: Browser, settings: Settings, alice: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
        post(as_charlie, "sign-in", name="Alice", password=PASSWORD)
        renewed = accounts.get(settings, alice.id)
        assert renewed is not None
        assert "m=128,t=2,p=1" in renewed.password
        assert renewed.stamp == alice.stamp
        assert as_charlie.get("/api/me").status_code == 200

    def test_a_new_sign_in_takes_nothing_over_from_a_planted_cookie(
        self, as_charlie: Browser, alice: Account
    ) -> None:
        as_charlie.client.set_cookie("__Host-kp_at", "planted", path="/")
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

    def test_guesses_leave_nothing_behind(
        self, as_charlie: Browser, settings: Settings, alice: Account
    ) -> None:
        for number in range(5):
            post(as_charlie, "sign-in", name=f"nobody {number}", password="wrong guess")
        later = int(time.time() * 1000) + 600_000
        limits.wrong(settings, limits.Attempt((), None), later)
        with db.state(settings, "runtime", runtime_limits.MODELS) as database:
            assert db.run(database, "SELECT COUNT(*) FROM rate_limit").fetchone()[0] == 0

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
