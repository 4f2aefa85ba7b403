"""The command line over a real library in a temporary folder: documents, words, codes, nothing written."""

from __future__ import annotations

import io
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from kphotos.cli import homes, main, photo
from kphotos.cli.exits import BUG, FOUND, INTERRUPTED, OK, UNAVAILABLE, USAGE
from sync.codecs import xmp
from tests.kphotos.cli.conftest import Told
from tests.photos import jpeg


@pytest.fixture
def library(home: Path, tmp_path: Path) -> Path:
    """Three photos in a folder, and a home of its own; no setting from outside."""
    folder = tmp_path / "Pictures"
    for number in (1, 2, 3):
        jpeg(folder / f"IMG_{number}.JPG", taken=f"2024-06-0{number}T10:00:00", offset="+02:00")
    return folder


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_first_scan_makes_the_folder_a_volume_and_writes_nothing_beside_the_photos(
    library: Path, told: Told
) -> None:
    before = files(library)
    code, document = told("scan", library)
    assert code == OK
    (volume,) = document["volumes"]
    assert (volume["name"], volume["state"], volume["seen"]) == ("Pictures", "online", 3)
    assert {name for name in files(library) - before if name != "volume.json"} <= {
        path.name for path in (library / ".kphotos" / "sites").iterdir()
    }


def test_a_second_scan_misses_nothing_and_a_third_finds_nothing_new(library: Path, told: Told) -> None:
    told("scan", library)
    assert told("scan")[1]["volumes"][0]["gone"] == 0
    time.sleep(2.1)  # what was touched just now is looked at again: clocks of file systems are coarse
    told("scan")
    code, document = told("scan")
    assert (code, document["volumes"][0]["seen"]) == (OK, 0)


def test_what_a_scan_counts_is_named_for_what_it_is(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["scan", str(library)])
    head, line = capsys.readouterr().out.splitlines()
    assert re.split(r" {2,}", head.strip())[:4] == ["volume", "state", "new or changed", "gone"]
    assert line.split()[:4] == ["Pictures", "online", "3", "0"]


def test_a_scan_without_any_volume_says_how_to_make_one(library: Path, told: Told) -> None:
    code, document = told("scan")
    assert code == UNAVAILABLE
    assert "kphotos scan FOLDER" in document["error"]["message"]


def test_a_halted_volume_goes_on_only_when_as_many_as_were_told_are_confirmed(
    library: Path, told: Told
) -> None:
    for number in range(60):
        jpeg(library / "many" / f"{number:02}.jpg", colour=number)
    told("scan", library)
    for path in (library / "many").iterdir():
        path.unlink()
    assert halted(told("scan")) == ("halted", 0)
    assert "--confirm 60" in told("problems")[1]["problems"][0]["kept"]
    assert halted(told("scan", "--confirm", 59)) == ("halted", 0)
    code, document = told("scan", "--confirm", 60)
    assert (code, halted((code, document))) == (OK, ("online", 60))
    assert told("problems")[1]["problems"] == []


def test_of_several_volumes_only_the_one_that_is_named_is_confirmed(
    library: Path, told: Told, tmp_path: Path
) -> None:
    card = tmp_path / "Card"
    for folder in (library, card):
        for number in range(60):
            jpeg(folder / "many" / f"{number:02}.jpg", colour=number)
    told("scan", library, card)
    for folder in (library, card):
        (folder / "many").rename(folder.with_suffix(".away"))
    told("scan")
    code, document = told("scan", "--confirm", 60)
    assert (code, document["error"]["field"]) == (USAGE, "--confirm")
    told("scan", "--confirm", 60, library)
    states = {one["name"]: (one["state"], one["missing"]) for one in told("volume", "list")[1]["volumes"]}
    assert states == {"Pictures": ("online", 0), "Card": ("halted", 60)}


def halted(answer: tuple[int, dict[str, Any]]) -> tuple[str, int]:
    (volume,) = answer[1]["volumes"]
    return volume["state"], volume["gone"]


def test_show_tells_each_value_with_its_source_and_writes_nothing(library: Path, told: Told) -> None:
    (library / "IMG_1.JPG.xmp").write_bytes(xmp.write(None, {"title": "Lake"}, "0mb3k9q2f00-k7q2"))
    told("scan", library)
    before = files(library)
    code, document = told("show", library / "IMG_1.JPG")
    assert code == OK
    assert document["fields"]["title"]["value"] == "Lake"
    assert document["fields"]["title"]["source"] == "tool"
    assert document["fields"]["taken"]["value"] == {"local": "2024-06-01T10:00:00", "offset": "+02:00"}
    assert document["fields"]["taken"]["source"] == "embedded"
    assert document["sidecars"] == ["IMG_1.JPG.xmp"]
    assert files(library) == before


def test_an_edit_is_on_disk_when_it_returns_and_shown_with_its_author(library: Path, told: Told) -> None:
    told("scan", library)
    code, document = told("edit", library / "IMG_1.JPG", "rating=4", "tags+=Places/Paris", "title=A lake")
    assert (code, document["changed"]) == (OK, ["rating", "tags", "title"])
    written = xmp.read((library / "IMG_1.JPG.xmp").read_bytes()).sources
    assert written["rating"]["xmp:Rating"] == 4
    assert written["title"]["dc:title"] == "A lake"
    _, shown = told("show", library / "IMG_1.JPG")
    assert shown["fields"]["tags"]["value"] == ["Places/Paris"]
    assert shown["fields"]["rating"]["source"] == "people"
    assert [line["field"] for line in shown["history"]]
    _, verified = told("verify")
    assert verified["differences"] == []


def test_nothing_but_sidecars_is_left_beside_a_photo_edited_twice(library: Path, told: Told) -> None:
    told("scan", library)
    for rating in (4, 5):
        assert told("edit", library / "IMG_1.JPG", f"rating={rating}")[0] == OK
    beside = {name for name in files(library) if name.startswith((".", "IMG_1"))}
    assert beside == {"IMG_1.JPG", "IMG_1.JPG.kphotos.json", "IMG_1.JPG.xmp"}


def test_people_read_who_said_what(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["scan", str(library)])
    main(["edit", str(library / "IMG_1.JPG"), "title=Lake"])
    assert "the terminal" in capsys.readouterr().out


def test_show_prints_the_latest_of_the_history_the_newest_first(
    library: Path, told: Told, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    photo_ = library / "IMG_1.JPG"
    told("scan", library)
    for rating in (1, 2, 3, 4, 5) * 2:
        told("edit", photo_, f"rating={rating}")
    made = told("edit", library, "tags+=Sea")[1]["bulk"]
    assert len(told("show", photo_)[1]["history"]) == 11
    told("edit", photo_, "title=A lake")
    main(["show", str(photo_)])
    lines = capsys.readouterr().out.partition("history, the newest first\n")[2].splitlines()
    assert len(lines) == 1 + 10 + 1
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d +the terminal +Title: \(nothing\) → A lake", lines[1])
    assert re.search(rf"the terminal +Tags “Sea” added +{made}", lines[2])
    assert "Rating: 4 → 5" in lines[3]
    assert "Rating: 3 → 4" in lines[4]
    assert lines[-1] == "... and 2 more: --json lists all."


def test_the_history_names_the_program_and_a_repair(
    library: Path, told: Told, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    told("scan", library)
    told("edit", library / "IMG_1.JPG", "title=Lake")
    ledger = library / "IMG_1.JPG.kphotos.json"
    older = ledger.read_bytes()
    told("edit", library / "IMG_1.JPG", "title=See")
    ledger.write_bytes(older)
    told("adopt-disk", library / "IMG_1.JPG")
    data = (library / "IMG_1.JPG.xmp").read_bytes()
    (library / "IMG_1.JPG.xmp").write_bytes(data.replace(b"Lake", b"Loch"))
    told("scan")
    main(["show", str(library / "IMG_1.JPG")])
    history = capsys.readouterr().out.partition("history, the newest first")[2]
    assert "Title: See → Lake (rollback on purpose)" in history
    assert re.search(r"through \S.* +Title: Lake → Loch", history)


def test_a_photo_that_nobody_touched_has_no_history_printed(
    library: Path, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    told("scan", library)
    main(["show", str(library / "IMG_1.JPG")])
    assert "history" not in capsys.readouterr().out


def test_an_edit_needs_no_scan_before_it_only_a_volume(library: Path, told: Told) -> None:
    told("scan", library)
    jpeg(library / "IMG_9.JPG")
    assert told("edit", library / "IMG_9.JPG", "rating=1")[0] == OK
    assert told("show", library / "IMG_9.JPG")[1]["fields"]["rating"]["value"] == 1


def test_the_same_photo_is_meant_by_every_path_to_it(library: Path, told: Told) -> None:
    told("scan", library)
    os.symlink(library, library.parent / "link")
    for path in (
        "Pictures/IMG_1.JPG",
        "./Pictures/../Pictures/IMG_1.JPG",
        "link/IMG_1.JPG",
        library / "IMG_1.JPG",
    ):
        assert told("show", path)[1]["path"] == "IMG_1.JPG", path


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["edit", "Pictures/IMG_1.JPG", "rating=9"], USAGE, "invalid_value"),
        (["edit", "Pictures/IMG_1.JPG", "colour=red"], USAGE, "invalid_value"),
        (["edit", "Pictures/IMG_1.JPG", "favourite=yes"], USAGE, "invalid_value"),
        (["edit", "Pictures/IMG_1.JPG", "title=x", "--as", "Charlie"], UNAVAILABLE, "not_found"),
        (["edit", "Pictures/IMG_7.JPG", "rating=1"], UNAVAILABLE, "not_found"),
        (["show", "Pictures/IMG_7.JPG"], UNAVAILABLE, "not_found"),
        (["show", "/etc/hostname"], UNAVAILABLE, "not_found"),
        (["adopt-disk", "Pictures/IMG_1.JPG"], UNAVAILABLE, "nothing_to_do"),
        (["disown", "Pictures/IMG_1.JPG"], UNAVAILABLE, "nothing_to_do"),
        (["disown", "Pictures/IMG_7.JPG"], UNAVAILABLE, "not_found"),
        (["scan", "Nowhere"], USAGE, "invalid_value"),
        (["user", "disable", "Charlie"], UNAVAILABLE, "not_found"),
    ],
)
def test_a_refusal_has_a_code_a_sentence_and_changes_nothing(
    library: Path, told: Told, words: list[str], code: int, error: str
) -> None:
    told("scan", library)
    before = files(library)
    got, document = told(*words)
    assert (got, document["error"]["code"]) == (code, error)
    assert document["error"]["message"].endswith(".")
    assert files(library) == before


def test_the_older_ledger_that_was_put_back_stands_by_a_command(library: Path, told: Told) -> None:
    told("scan", library)
    told("edit", library / "IMG_1.JPG", "title=Lake")
    ledger = library / "IMG_1.JPG.kphotos.json"
    older = ledger.read_bytes()
    told("edit", library / "IMG_1.JPG", "title=See")
    ledger.write_bytes(older)
    code, document = told("adopt-disk", library / "IMG_1.JPG")
    assert (code, document["fields"]["title"]["value"]) == (OK, "Lake")
    told("scan")
    assert told("show", library / "IMG_1.JPG")[1]["fields"]["title"]["value"] == "Lake"


@pytest.mark.parametrize("role", ["start", "watch"])
def test_going_back_is_refused_while_k_photos_runs(library: Path, told: Told, role: str) -> None:
    told("scan", library)
    told("edit", library / "IMG_1.JPG", "title=Lake")
    ledger = library / "IMG_1.JPG.kphotos.json"
    older = ledger.read_bytes()
    told("edit", library / "IMG_1.JPG", "title=See")
    ledger.write_bytes(older)
    with homes.alone(homes.settings(), role, "K-Photos"):
        code, document = told("adopt-disk", library / "IMG_1.JPG")
    assert (code, document["error"]["code"]) == (UNAVAILABLE, "already_running")
    assert f"(process {os.getpid()}). Stop it first" in document["error"]["message"]
    assert document["error"]["kept"] == "Nothing was changed."
    assert ledger.read_bytes() == older
    assert told("adopt-disk", library / "IMG_1.JPG")[0] == OK


def test_verify_finds_an_original_that_was_changed_and_a_row_that_lies(library: Path, told: Told) -> None:
    told("scan", library)
    assert told("verify")[0] == OK
    (library / "IMG_2.JPG").rename(library / "IMG_5.JPG")
    code, document = told("verify")
    assert code == FOUND
    assert {one["invariant"] for one in document["differences"]} == {"I2"}
    told("scan")
    assert told("verify")[0] == OK


def test_rebuild_says_the_same_as_before(library: Path, told: Told) -> None:
    told("scan", library)
    told("edit", library / "IMG_1.JPG", "rating=4")
    _, before = told("verify")
    code, document = told("rebuild")
    assert (code, document["assets"]) == (OK, 3)
    _, after = told("verify")
    assert after["digests"] == before["digests"]


def test_a_deleted_index_is_made_again_by_rebuild(library: Path, told: Told, tmp_path: Path) -> None:
    told("scan", library)
    _, before = told("verify")
    for path in (tmp_path / "home" / "index").iterdir():
        path.unlink()
    assert told("problems")[1]["error"]["code"] == "index_missing"
    assert told("rebuild")[0] == OK
    assert told("verify")[1]["digests"] == before["digests"]


def test_problems_lists_what_cannot_be_read_and_what_was_kept(library: Path, told: Told) -> None:
    broken = library / "IMG_1.JPG.xmp"
    broken.write_bytes(b"<x:xmpmeta")
    (library / "text.jpg").write_text("no picture")
    assert told("scan", library)[0] == FOUND
    code, document = told("problems")
    assert code == FOUND
    by_path = {one["path"]: one for one in document["problems"]}
    assert {"IMG_1.JPG.xmp", "text.jpg"} <= by_path.keys()
    assert all(one["reason"] and one["kept"] for one in document["problems"])
    assert broken.read_bytes() == b"<x:xmpmeta"


def test_accounts_are_made_and_changed_with_a_password_from_stdin(
    library: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(*words: str) -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr("sys.stdin", io.StringIO("four blue herons at dawn\n"))
        return told(*words)

    code, document = typed("user", "add", "Alice", "--password-stdin")
    assert (code, document["user"]["role"]) == (OK, "admin")
    assert typed("user", "add", "Bob", "--password-stdin")[1]["user"]["role"] == "member"
    assert typed("user", "add", "bob", "--password-stdin")[1]["error"]["code"] == "name_taken"
    assert told("user", "disable", "Bob")[1]["user"]["disabled"] is True
    assert told("user", "enable", "Bob")[1]["user"]["disabled"] is False
    assert told("user", "role", "Alice", "member")[1]["error"]["code"] == "last_admin"
    assert told("user", "role", "Bob", "admin")[1]["user"]["role"] == "admin"
    assert typed("user", "password", "Bob", "--password-stdin")[0] == OK
    listed = told("user", "list")[1]["users"]
    assert [user["name"] for user in listed] == ["Alice", "Bob"]
    assert all(set(user) == {"id", "name", "role", "disabled"} for user in listed)


def test_a_weak_password_is_refused(library: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("12345678\n"))
    code, document = told("user", "add", "Alice", "--password-stdin")
    assert (code, document["error"]["field"]) == (USAGE, "password")


def test_the_history_names_the_account_that_an_edit_is_made_as(
    library: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("scan", library)
    monkeypatch.setattr("sys.stdin", io.StringIO("four blue herons at dawn\n"))
    alice = told("user", "add", "Alice", "--password-stdin")[1]["user"]["id"]
    told("edit", library / "IMG_1.JPG", "title=Lake", "favourite=yes", "--as", "Alice")
    document = told("show", library / "IMG_1.JPG")[1]
    assert document["fields"]["title"]["by"] == alice
    assert document["favourites"] == [alice]


def test_words_for_people_need_no_json(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(library)]) == OK
    assert main(["edit", str(library / "IMG_1.JPG"), "rating=4", "gps=48.8584,2.2945,35"]) == OK
    out = capsys.readouterr().out
    assert "Pictures" in out
    assert "48.8584, 2.2945, 35.0 m" in out
    assert main(["verify"]) == OK
    assert "Every original is as it was" in capsys.readouterr().out
    assert main(["problems"]) == OK
    assert main(["rebuild"]) == OK
    assert "3 photos" in capsys.readouterr().out


def test_a_bad_setting_is_named(library: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "http")
    code, document = told("scan", library)
    assert (code, document["error"]["code"]) == (USAGE, "bad_setting")
    assert "PORT" in document["error"]["message"]


@pytest.mark.parametrize("words", [[], ["fly"], ["edit"], ["user", "role", "Alice", "king"]])
def test_a_wrong_command_line_is_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == USAGE
    assert "usage: kphotos" in capsys.readouterr().err


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "not possible now" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raised", "code"), [(ZeroDivisionError("boom"), BUG), (KeyboardInterrupt(), INTERRUPTED)]
)
def test_a_fault_of_ours_is_a_sentence_and_never_a_traceback(
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
) -> None:
    def broken(*_: object) -> None:
        raise raised

    monkeypatch.setattr(photo.volumes, "at", broken)
    assert main(["show", str(library / "IMG_1.JPG")]) == code
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert err
