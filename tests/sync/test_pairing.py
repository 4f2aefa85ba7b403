"""Which names belong together: a table of described folders, then the rules one by one."""

from __future__ import annotations

import pytest

from sync.pairing import Group, pair
from sync.pairing.ignore import ignores, parse
from sync.pairing.names import is_ignored, kind_of
from sync.ports import FILE, FOLDER, LINK, OTHER


def folder(names: str) -> dict[str, Group]:
    return pair((name.strip(), FILE) for name in names.split("+")).groups


CASES = {
    "the full name": ("IMG.JPG + IMG.JPG.xmp", "IMG.JPG", ("IMG.JPG.xmp",)),
    "the stem": ("IMG.JPG + IMG.xmp", "IMG.JPG", ("IMG.xmp",)),
    "both, its own first": ("IMG.JPG + IMG.JPG.xmp + IMG.xmp", "IMG.JPG", ("IMG.JPG.xmp", "IMG.xmp")),
    "a shared stem is the RAW's": ("IMG.JPG + IMG.CR3 + IMG.xmp", "IMG.CR3", ("IMG.xmp",)),
    "the JPEG beside that RAW has none": ("IMG.JPG + IMG.CR3 + IMG.xmp", "IMG.JPG", ()),
    "a live photo's stem is the still's": ("IMG.HEIC + IMG.MOV + IMG.xmp", "IMG.HEIC", ("IMG.xmp",)),
    "a video alone has its stem": ("IMG.MOV + IMG.xmp", "IMG.MOV", ("IMG.xmp",)),
    "an upper-case extension": ("IMG.JPG + IMG.JPG.XMP", "IMG.JPG", ("IMG.JPG.XMP",)),
    "another case of the whole name": ("IMG.JPG + img.jpg.xmp", "IMG.JPG", ("img.jpg.xmp",)),
    "another case of the stem": ("IMG.JPG + img.xmp", "IMG.JPG", ("img.xmp",)),
    "the exact name before another case": (
        "IMG.JPG + IMG.JPG.XMP + IMG.JPG.xmp + img.jpg.xmp",
        "IMG.JPG",
        ("IMG.JPG.xmp",),
    ),
    "a number that is its own photo": (
        "IMG.JPG + IMG_01.JPG + IMG_01.JPG.xmp",
        "IMG_01.JPG",
        ("IMG_01.JPG.xmp",),
    ),
    "two dots in the name": ("a.b.JPG + a.b.JPG.xmp + a.xmp", "a.b.JPG", ("a.b.JPG.xmp",)),
    "an orphan is nobody's": ("IMG.JPG + OTHER.JPG.xmp", "IMG.JPG", ()),
}


@pytest.mark.parametrize(("names", "original", "xmps"), CASES.values(), ids=CASES)
def test_an_xmp_belongs_to(names: str, original: str, xmps: tuple[str, ...]) -> None:
    assert folder(names)[original].xmps == xmps


def test_a_number_without_a_photo_is_darktables_duplicate_and_not_read() -> None:
    group = folder("IMG.JPG + IMG_01.JPG.xmp + IMG_1.JPG.xmp")["IMG.JPG"]
    assert group.duplicates == ("IMG_01.JPG.xmp",)
    assert group.sidecars == ()


def test_a_stem_shared_by_two_photos_is_ambiguous_and_nobodys() -> None:
    found = pair([("IMG.JPG", FILE), ("IMG.PNG", FILE), ("IMG.xmp", FILE)])
    assert [group.xmps for group in found.groups.values()] == [(), ()]
    (oddity,) = found.oddities
    assert (oddity.name, oddity.kind) == ("IMG.xmp", "ambiguous")
    assert "IMG.JPG, IMG.PNG" in oddity.reason


def test_a_second_spelling_of_one_sidecar_is_told_and_left_alone() -> None:
    found = pair([("IMG.JPG", FILE), ("IMG.JPG.xmp", FILE), ("IMG.JPG.XMP", FILE)])
    assert found.groups["IMG.JPG"].xmps == ("IMG.JPG.xmp",)
    assert [oddity.name for oddity in found.oddities] == ["IMG.JPG.XMP"]


@pytest.mark.parametrize(
    "tag",
    [
        ".sync-conflict-20240601-101112-ABCDEF7",
        " (conflicted copy 2024-06-01 101112)",
        " (conflicted copy Alice 2024-06-01 101112)",
        "_conflict-20240601-101112",
        " (Alice's conflicted copy 2024-06-01)",
        " (conflicted copy 2024-06-01 (1))",
        " (Case Conflict 1)",
        " (SFConflict alice@home 2024-06-01-10-11-12)",
        "_alice_Jun-01-2024-1011_Conflict",
        ".Conflict2",
    ],
)
def test_a_sync_tools_copy_of_a_sidecar_is_recognised_and_never_the_sidecar(tag: str) -> None:
    xmp, ledger = f"IMG.JPG{tag}.xmp", f"IMG.JPG.kphotos{tag}.json"
    found = pair([("IMG.JPG", FILE), (xmp, FILE), (ledger, FILE)])
    assert list(found.groups) == ["IMG.JPG"]
    group = found.groups["IMG.JPG"]
    assert (group.xmps, group.ledger) == ((), None)
    assert set(group.copies) == {xmp, ledger}


def test_a_sync_tools_copy_of_an_original_is_a_photo_of_its_own() -> None:
    copy = "IMG.sync-conflict-20240601-101112-ABCDEF7.JPG"
    groups = folder(f"IMG.JPG + IMG.JPG.xmp + {copy} + {copy}.xmp")
    assert groups[copy].xmps == (copy + ".xmp",)
    assert groups["IMG.JPG"].copies == ()


def test_a_ledger_belongs_to_its_exact_name_else_to_the_only_other_case() -> None:
    assert folder("IMG.JPG + IMG.JPG.kphotos.json")["IMG.JPG"].ledger == "IMG.JPG.kphotos.json"
    assert folder("IMG.JPG + img.jpg.kphotos.json")["IMG.JPG"].own_ledger == "img.jpg.kphotos.json"
    both = folder("IMG.JPG + IMG.JPG.kphotos.json + img.jpg.kphotos.json")["IMG.JPG"]
    assert both.ledger == "IMG.JPG.kphotos.json"
    assert folder("IMG.JPG + IMG.kphotos.json")["IMG.JPG"].ledger is None
    twins = folder("IMG.JPG + img.jpg + Img.Jpg.kphotos.json")
    assert [group.ledger for group in twins.values()] == [None, None]


def test_new_sidecars_are_named_after_the_whole_original() -> None:
    group = folder("IMG.JPG")["IMG.JPG"]
    assert (group.own_xmp, group.own_ledger) == ("IMG.JPG.xmp", "IMG.JPG.kphotos.json")


def test_companions_go_with_their_original() -> None:
    groups = folder("IMG.CR3 + IMG.JPG + IMG.CR3.pp3 + IMG.THM + IMG.AAE + stray.txt")
    assert groups["IMG.CR3"].companions == ("IMG.AAE", "IMG.CR3.pp3", "IMG.THM")


def test_case_twins_stay_two_photos_with_their_own_sidecars() -> None:
    groups = folder("IMG.JPG + img.jpg + IMG.JPG.xmp + img.jpg.xmp")
    assert groups["IMG.JPG"].xmps == ("IMG.JPG.xmp",)
    assert groups["img.jpg"].xmps == ("img.jpg.xmp",)


@pytest.mark.parametrize("kind", [OTHER, LINK])
def test_a_pipe_or_link_named_like_a_photo_is_a_problem_and_no_photo(kind: int) -> None:
    found = pair([("pipe.jpg", kind), ("IMG.JPG", FILE)])
    assert list(found.groups) == ["IMG.JPG"]
    assert [(oddity.name, oddity.kind) for oddity in found.oddities] == [("pipe.jpg", "special-file")]


def test_a_folder_is_neither_photo_nor_sidecar() -> None:
    found = pair([("IMG.JPG", FILE), ("IMG.JPG.xmp", FOLDER), ("album.jpg", FOLDER)])
    assert found.groups == {"IMG.JPG": Group("IMG.JPG", "photo")}


def test_our_temps_are_told_apart() -> None:
    found = pair([(".kphotos-tmp-12345678-swap-12345678-123456789abc", FILE), ("a.jpg", FILE)])
    assert found.temps == (".kphotos-tmp-12345678-swap-12345678-123456789abc",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "photo"),
        ("a.HEIC", "photo"),
        ("a.CR3", "raw"),
        ("a.MTS", "video"),
        ("a.txt", None),
        ("jpg", None),
    ],
)
def test_an_original_is_told_by_its_extension(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    "name",
    [
        ".syncthing.a.jpg.tmp",
        "~syncthing~a.jpg.tmp",
        ".stversions",
        "._a.jpg",
        ".~lock.a.jpg#",
        "a.jpg_exiftool_tmp",
        "a.jpg.part",
        ".goutputstream-ABC",
        "@eaDir",
        ".Trash-1000",
        "$RECYCLE.BIN",
        "lost+found",
        ".a.jpg.~1f",
        ".kphotos",
    ],
)
def test_other_programs_temps_and_folders_are_ignored(name: str) -> None:
    assert is_ignored(name)


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.part.jpg", ".hidden.jpg", "trash.jpg", ".kphotos-tmp-1", "part"]
)
def test_ordinary_names_are_not_ignored(name: str) -> None:
    assert not is_ignored(name)


# Each: the ignore file's text, a path (a folder ends with a slash), whether it is left out, as git does it.
IGNORES = [
    ("*.png", "a.png", True),
    ("*.png", "d/a.png", True),
    ("*.png", "a.jpg", False),
    ("/a.png", "a.png", True),
    ("/a.png", "d/a.png", False),
    ("d/a.png", "d/a.png", True),
    ("d/a.png", "x/d/a.png", False),
    ("raw/", "raw/", True),
    ("raw/", "x/raw/", True),
    ("raw/", "raw", False),
    ("*.png\n!keep.png", "keep.png", False),
    ("!keep.png\n*.png", "keep.png", True),
    ("**/cache", "a/b/cache", True),
    ("**/cache", "cache", True),
    ("a/**/z.jpg", "a/z.jpg", True),
    ("a/**/z.jpg", "a/b/c/z.jpg", True),
    ("a/**", "a/b/c.jpg", True),
    ("a/**", "a/", False),
    ("a*z.jpg", "a/z.jpg", False),
    ("?.jpg", "a.jpg", True),
    ("?.jpg", "ab.jpg", False),
    ("[a-c].jpg", "b.jpg", True),
    ("[!a-c].jpg", "b.jpg", False),
    ("[!a-c].jpg", "d.jpg", True),
    ("[a.jpg", "[a.jpg", True),
    ("# *.jpg", "# a.jpg", False),
    ("\\#a.jpg", "#a.jpg", True),
    ("\\!a.jpg", "!a.jpg", True),
    ("a.jpg   ", "a.jpg", True),
    ("a.jpg\\ ", "a.jpg ", True),
    ("\n\n/\n", "a.jpg", False),
    ("two*.jpg", "two\nlines.jpg", True),
    ("[]a].jpg", "].jpg", True),
]


@pytest.mark.parametrize(("text", "path", "left_out"), IGNORES)
def test_an_ignore_file_means_what_it_means_to_git(text: str, path: str, left_out: bool) -> None:
    is_folder = path.endswith("/")
    assert ignores(parse(text, ""), path.rstrip("/"), is_folder=is_folder) == left_out


def test_an_ignore_file_speaks_of_its_own_folder_and_is_overruled_below() -> None:
    rules = parse("*.png\n/x.jpg", "d") + parse("!a.png", "d/e")
    assert ignores(rules, "d/a.png", is_folder=False)
    assert not ignores(rules, "a.png", is_folder=False)
    assert ignores(rules, "d/x.jpg", is_folder=False)
    assert not ignores(rules, "d/e/x.jpg", is_folder=False)
    assert not ignores(rules, "d/e/a.png", is_folder=False)
