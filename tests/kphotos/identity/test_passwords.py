"""Passwords: the first guesses are refused, every byte counts, and hashing is rationed."""

from __future__ import annotations

import threading
import time

import pytest
from argon2 import PasswordHasher, extract_parameters

from kphotos.errors import Invalid
from kphotos.identity import passwords
from kphotos.identity.errors import Crowded

GUESSES = {
    "short": "a1!kz9Q",
    "on the list": "iloveyou",
    "on the list, other case": "ILoveYou",
    "on the list, keyboard walk": "1qaz2wsx",
    "one letter over and over": "aaaaaaaaaaaa",
    "two letters over and over": "abababababab",
    "our own name": "K-Photos1",
    "our own name, decorated": "!!kphotos2026!!",
    "the role": "Administrator",
    "their own name": "alice1990",
    "endless": "a1!kz9Qx" * 1000,
}


@pytest.mark.parametrize("password", GUESSES.values(), ids=GUESSES.keys())
def test_a_first_guess_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check(password, "Alice1990")
    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "  leading and trailing  ",
        "pässwörter sind lang",
        "🜚🜛🜜🜝🜞🜟🜠🜡",
        "nul\0inside it",
        "x" * 3 + "kphotos-am-see",
    ],
)
def test_a_password_of_its_own_is_accepted(password: str) -> None:
    passwords.check(password, "Alice")


def test_every_byte_counts() -> None:
    long = "correct horse battery " * 8
    stored = passwords.hashed(long + "é\0")
    assert passwords.matches(stored, long + "é\0")
    for other in (long, long + "é", long + "é\0 ", " " + long + "é\0"):
        assert not passwords.matches(stored, other)


def test_the_parameters_are_those_that_were_promised() -> None:
    stored = passwords.hashed("correct horse battery")
    found = extract_parameters(stored)
    assert (found.type.name, found.memory_cost, found.time_cost, found.parallelism) == ("ID", 65536, 3, 4)
    assert not passwords.is_outdated(stored)
    assert not passwords.is_outdated(passwords._NOBODY)
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=8192).hash("x"))


def test_nobody_takes_as_long_as_somebody_and_never_gets_in() -> None:
    stored = passwords.hashed("correct horse battery")

    def fastest(kept: str | None) -> float:
        spans = []
        for _ in range(3):
            begun = time.perf_counter()
            assert not passwords.matches(kept, "something else")
            spans.append(time.perf_counter() - begun)
        return min(spans)

    # The spans are the same work; a name without a dummy check would answer in microseconds.
    assert fastest(None) > fastest(stored) / 3
    assert not passwords.matches("no hash at all", "x")


def test_a_crowd_is_told_so_instead_of_taking_every_thread() -> None:
    outcomes: list[str] = []
    start = threading.Barrier(20)

    def attempt() -> None:
        start.wait()
        try:
            passwords.matches(None, "x")
        except Crowded as refusal:
            outcomes.append(refusal.code)
        else:
            outcomes.append("checked")

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("checked") >= passwords.CORES
    assert outcomes.count("busy") >= 20 - 2 * (passwords.CORES + 2)
    assert passwords.matches(passwords.hashed("and it goes on"), "and it goes on")
