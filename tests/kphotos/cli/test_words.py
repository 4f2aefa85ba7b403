"""The words of a command line: options stand wherever they are typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kphotos.cli import parser
from kphotos.cli.exits import USAGE


def read(line: str) -> dict[str, Any]:
    return {name: value for name, value in vars(parser().parse_args(line.split())).items() if name != "run"}


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("edit Trip --recursive tags+=Sea", "edit --recursive Trip tags+=Sea"),
        ("edit a.jpg --as Alice b.jpg --json tags+=Sea", "edit --as Alice --json a.jpg b.jpg tags+=Sea"),
        ("edit a.jpg tags+=Sea --recursive", "edit --recursive a.jpg tags+=Sea"),
        ("scan A --confirm 60 B", "scan --confirm 60 A B"),
        ("start A --json B", "start --json A B"),
        ("conflicts resolve a title=@2 --as Bo tags=@1", "conflicts resolve --as Bo a title=@2 tags=@1"),
        ("conflicts resolve --json a.jpg title=@2", "conflicts resolve a.jpg title=@2 --json"),
        ("user role Alice --json admin", "user role --json Alice admin"),
        ("user add Alice --role admin --password-stdin", "user add --password-stdin --role admin Alice"),
        ("volume retire Pictures --json 0123", "volume retire --json Pictures 0123"),
        ("adopt-disk a.jpg --as Alice", "adopt-disk --as Alice a.jpg"),
        ("undo 0123 --as Alice", "undo --as Alice 0123"),
        ("--json scan A", "scan A --json"),
        ("conflicts --json list", "conflicts list --json"),
        ("user --json list", "user list --json"),
        ("volume --json list", "volume list --json"),
    ],
)  # fmt: skip
def test_options_stand_anywhere(line: str, plain: str) -> None:
    assert read(line) == read(plain)


def test_behind_two_dashes_every_word_is_a_path() -> None:
    assert read("show -- -odd.jpg")["path"] == Path("-odd.jpg")
    assert read("edit --json -- -odd.jpg rating=4")["words"] == ["-odd.jpg", "rating=4"]
    assert read("edit a.jpg --json -- -odd.jpg rating=4")["words"] == ["a.jpg", "-odd.jpg", "rating=4"]


@pytest.mark.parametrize("line", ["edit A --fly rating=4", "edit A rating=4 --as", "show a.jpg --json b.jpg"])
def test_what_is_no_option_is_still_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(line.split())
    assert ended.value.code == USAGE
    assert "usage: kphotos" in capsys.readouterr().err
