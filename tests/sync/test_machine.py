"""The machine's own starts have names."""

from __future__ import annotations

import pytest

from sync.osfs import machine


def test_the_name_of_a_start_lasts_as_long_as_the_machine_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.boot() == machine.boot()
    monkeypatch.setattr(machine, "_BOOT", machine.Path("/nowhere"))
    assert machine.boot() != machine.boot()
