"""Which names belong together: a table of described folders, then the rules one by one."""

from __future__ import annotations

import pytest

from sync.pairing import Group, pair
from sync.pairing.ignore import ignores, parse
from sync.pairing.names import is_ignored, kind_of, originals_of_copy
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
    "a RAW and its JPEG, each its own": (
        "IMG.JPG + IMG.CR3 + IMG.JPG.xmp + IMG.xmp",
        "IMG.JPG",
        ("IMG.JPG.xmp",),
    ),
    "the RAW beside that JPEG": (
        "IMG.JPG + IMG.CR3 + IMG.JPG.xmp + IMG.CR3.xmp + IMG.xmp",
        "IMG.CR3",
        ("IMG.CR3.xmp", "IMG.xmp"),
    ),
    "both in another case, each once": (
        "IMG.JPG + img.jpg.xmp + IMG.XMP",
        "IMG.JPG",
        ("img.jpg.xmp", "IMG.XMP"),
    ),
    "a capital only": ("IMG.jpg + IMG.JPG.Xmp", "IMG.jpg", ("IMG.JPG.Xmp",)),
    "the exact stem before another case of the whole": (
        "IMG.jpg + IMG.xmp + IMG.JPG.xmp",
        "IMG.jpg",
        ("IMG.JPG.xmp", "IMG.xmp"),
    ),
    "accents as macOS writes them": (
        "\u00e9t\u00e9.JPG + e\u0301te\u0301.JPG.xmp",
        "\u00e9t\u00e9.JPG",
        ("e\u0301te\u0301.JPG.xmp",),
    ),
    "accents the other way round": (
        "e\u0301te\u0301.JPG + \u00e9t\u00e9.xmp",
        "e\u0301te\u0301.JPG",
        ("\u00e9t\u00e9.xmp",),
    ),
    "the exact accents first": (
        "\u00e9.JPG + \u00e9.JPG.xmp + e\u0301.JPG.xmp",
        "\u00e9.JPG",
        ("\u00e9.JPG.xmp",),
    ),
    "twins in their accents, each its own": (
        "\u00e9.JPG + e\u0301.JPG + \u00e9.JPG.xmp + e\u0301.JPG.xmp",
        "e\u0301.JPG",
        ("e\u0301.JPG.xmp",),
    ),
    "a name that is no text": ("\udcff.JPG + \udcff.JPG.xmp", "\udcff.JPG", ("\udcff.JPG.xmp",)),
    "no extension but a dot in front": (".JPG + .JPG.xmp", ".JPG", (".JPG.xmp",)),
    "a sidecar of a sidecar's name is nobody's": ("IMG.JPG + IMG.JPG.xmp.xmp", "IMG.JPG", ()),
    "an RAW's stem in another case": ("IMG.CR3 + IMG.JPG + img.xmp", "IMG.CR3", ("img.xmp",)),
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


SAFE = {
    "Syncthing": ".sync-conflict-20240601-101112-ABCDEF7",
    "Syncthing without a device": ".sync-conflict-20240601-101112",
    "Nextcloud": " (conflicted copy 2024-06-01 101112)",
    "Nextcloud with a name": " (conflicted copy Alice 2024-06-01 101112)",
    "ownCloud": "_conflict-20240601-101112",
    "ownCloud with a name": "-conflict-Alice-20240601-101112",
    "Dropbox": " (Alice's conflicted copy 2024-06-01)",
    "Dropbox with a curly quote": " (Alice’s conflicted copy 2024-06-01 (1))",
    "Dropbox with a number": " (conflicted copy 2024-06-01 (1))",
    "Dropbox alone": " (Conflicted copy)",
    "Dropbox case": " (Case Conflict)",
    "Dropbox case again": " (Case Conflict 1)",
    "Dropbox Unicode": " (Unicode Encoding Conflict)",
    "Dropbox selective": " (Selective Sync Conflict 2)",
    "Dropbox in German": " (In Konflikt stehende Kopie von Alice 2024-06-01)",
    "Dropbox in French": " (Copie en conflit de Alice 2024-06-01)",
    "Dropbox in Spanish": " (Copia en conflicto de Alice 2024-06-01)",
    "Dropbox in Italian": " (Copia in conflitto di Alice 2024-06-01)",
    "Dropbox in Japanese": " (Alice の競合コピー 2024-06-01)",
    "Dropbox in Russian": " (конфликтующая копия Alice 2024-06-01)",
    "Dropbox in Chinese": " (Alice 的冲突副本 2024-06-01)",
    "Dropbox in German, again": " (In Konflikt stehende Kopie von Alice 2024-06-01 (1))",
    "Seafile": " (SFConflict alice@home 2024-06-01-10-11-12)",
    "Synology Drive": "_alice_Jun-01-2024-1011_Conflict",
    "Synology Drive case": "_alice_Jun-01-2024-1011_CaseConflict_2",
    "Resilio": ".Conflict2",
    "Resilio twice": ".Conflict.Conflict1",
    "a copy of a copy": ".sync-conflict-20240601-101112-ABCDEF7.sync-conflict-20240602-101112-ABCDEF7",
    "two tools after each other": " (Case Conflict).sync-conflict-20240602-101112-ABCDEF7",
}
WEAK = {
    "OneDrive": "-LAPTOP",
    "OneDrive again": "-DESKTOP-7A-2",
    "Google Drive": " (1)",
    "older Google Drive": "_conf(1)",
    "Google Drive in words": "[Conflict]",
    "iCloud": " 2",
    "Finder": " copy",
    "Finder again": " copy 3",
    "rclone": ".conflict1",
    "Unison": " (copy: conflict 2 on 2024-06-01)",
    "a copy of OneDrive's copy": "-LAPTOP.sync-conflict-20240601-101112-ABCDEF7",
}
MAINS = ("IMG.JPG.xmp", "IMG.xmp", "IMG.JPG.XMP", "IMG.JPG.kphotos.json")


def copy_of(main: str, tag: str) -> str:
    stem, _, extension = main.rpartition(".")
    return f"{stem}{tag}.{extension}"


@pytest.mark.parametrize("main", MAINS)
@pytest.mark.parametrize("tag", SAFE.values(), ids=SAFE)
def test_a_sync_tools_copy_of_a_sidecar_is_recognised_and_never_the_sidecar(tag: str, main: str) -> None:
    copy = copy_of(main, tag)
    found = pair([("IMG.JPG", FILE), (copy, FILE)])
    assert list(found.groups) == ["IMG.JPG"]
    group = found.groups["IMG.JPG"]
    assert (group.xmps, group.ledger, group.copies, group.suspects) == ((), None, (copy,), ())
    assert main in originals_of_copy(copy)


@pytest.mark.parametrize("main", MAINS)
@pytest.mark.parametrize("tag", WEAK.values(), ids=WEAK)
def test_a_doubtful_copy_is_suspected_only_beside_what_it_may_be_a_copy_of(tag: str, main: str) -> None:
    copy = copy_of(main, tag)
    group = folder(f"IMG.JPG + {main} + {copy}")["IMG.JPG"]
    assert (group.copies, group.suspects) == ((), (copy,))
    alone = folder(f"IMG.JPG + {copy}")["IMG.JPG"]
    assert (alone.copies, alone.suspects, alone.xmps, alone.ledger) == ((), (), (), None)


@pytest.mark.parametrize("tag", [*SAFE.values(), *WEAK.values()], ids=[*SAFE, *WEAK])
def test_a_copy_of_an_original_is_a_photo_with_sidecars_and_copies_of_its_own(tag: str) -> None:
    photo = f"IMG{tag}.JPG"
    groups = folder(f"IMG.JPG + IMG.JPG.xmp + {photo} + {photo}.xmp + {photo}.kphotos.json")
    assert groups[photo].xmps == (f"{photo}.xmp",)
    assert groups[photo].ledger == f"{photo}.kphotos.json"
    assert groups["IMG.JPG"].sidecars == ("IMG.JPG.xmp",)


@pytest.mark.parametrize(
    "name", ["IMG~20240601-101112.JPG.xmp", "IMG.JPG~20240601-101112.xmp", "IMG.JPG.xmp~"]
)
def test_an_old_version_that_somebody_brought_back_is_nobodys(name: str) -> None:
    assert folder(f"IMG.JPG + IMG.JPG.xmp + {name}")["IMG.JPG"].sidecars == ("IMG.JPG.xmp",)


def test_a_conflict_copy_of_darktables_duplicate_goes_with_the_photo() -> None:
    copy = "IMG_02.JPG.sync-conflict-20250102-030405-ABCDEFG.xmp"
    group = folder(f"IMG.JPG + IMG_02.JPG.xmp + {copy}")["IMG.JPG"]
    assert set(group.duplicates) == {"IMG_02.JPG.xmp", copy}
    assert group.sidecars == ()


def test_darktables_duplicate_is_told_from_the_sidecar_of_a_photo_with_that_number() -> None:
    both = folder("IMG.JPG + IMG_01.JPG + IMG_01.JPG.xmp + IMG_02.JPG.xmp + IMG_01_01.JPG.xmp")
    assert both["IMG.JPG"].duplicates == ("IMG_02.JPG.xmp",)
    assert both["IMG_01.JPG"].xmps == ("IMG_01.JPG.xmp",)
    assert both["IMG_01.JPG"].duplicates == ("IMG_01_01.JPG.xmp",)


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


COMPANIONS = {
    "the full name": ("IMG.CR3 + IMG.JPG + IMG.JPG.pp3", "IMG.JPG", ("IMG.JPG.pp3",)),
    "a shared stem is the RAW's": (
        "IMG.CR3 + IMG.JPG + IMG.THM + IMG.AAE",
        "IMG.CR3",
        ("IMG.AAE", "IMG.THM"),
    ),
    "a voice note": ("IMG.JPG + IMG.WAV + IMG.txt", "IMG.JPG", ("IMG.WAV", "IMG.txt")),
    "another case": ("IMG.JPG + img.jpg.pp3 + img.thm", "IMG.JPG", ("img.jpg.pp3", "img.thm")),
    "Apple's two edits": ("IMG_1.HEIC + IMG_1.AAE + IMG_O1.AAE", "IMG_1.HEIC", ("IMG_1.AAE", "IMG_O1.AAE")),
    "Apple's edit of the edited picture": (
        "IMG_1.HEIC + IMG_E1.HEIC + IMG_E1.AAE",
        "IMG_E1.HEIC",
        ("IMG_E1.AAE",),
    ),
    "what exiftool kept of a sidecar": (
        "IMG.JPG + IMG.JPG.xmp_original",
        "IMG.JPG",
        ("IMG.JPG.xmp_original",),
    ),
    "what darktable kept of a shared one": ("IMG.CR3 + IMG.xmp.bak", "IMG.CR3", ("IMG.xmp.bak",)),
    "a conflict copy of one": (
        "IMG.JPG + IMG.sync-conflict-20240601-101112-ABCDEF7.AAE",
        "IMG.JPG",
        ("IMG.sync-conflict-20240601-101112-ABCDEF7.AAE",),
    ),
    "somebody's text is nobody's": ("IMG.JPG + stray.txt", "IMG.JPG", ()),
}


@pytest.mark.parametrize(("names", "original", "companions"), COMPANIONS.values(), ids=COMPANIONS)
def test_a_companion_goes_with(names: str, original: str, companions: tuple[str, ...]) -> None:
    assert folder(names)[original].companions == companions


def test_a_low_resolution_film_is_an_original_of_its_own() -> None:
    assert {name: group.kind for name, group in folder("GX01.MP4 + GX01.LRV").items()} == {
        "GX01.MP4": "video",
        "GX01.LRV": "video",
    }


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
        ".syncthing.IMG.JPG.xmp.tmp",
        "~syncthing~IMG.JPG.kphotos.json.tmp",
        ".IMG.JPG.xmp.~3fa2",
        "IMG.JPG.xmp.!sync",
        "IMG.JPG.xmp_exiftool_tmp",
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


ORPHANS = {
    "both of one photo": ("IMG.JPG.xmp + IMG.JPG.kphotos.json", {"IMG.JPG.kphotos.json": "IMG.JPG"}),
    "an XMP alone": ("OTHER.JPG + IMG.JPG.xmp", {"IMG.JPG.xmp": "IMG.JPG"}),
    "an XMP by the stem, beside a ledger": (
        "IMG.xmp + IMG.JPG.kphotos.json",
        {"IMG.JPG.kphotos.json": "IMG.JPG"},
    ),
    "a preset, or nobody knows what": ("Warm.xmp + OTHER.JPG", {}),
    "a sync tool's copy": (
        "IMG.JPG.kphotos.sync-conflict-20240601-101112-ABCDEF7.json",
        {"IMG.JPG.kphotos.sync-conflict-20240601-101112-ABCDEF7.json": "IMG.JPG"},
    ),
    "what was set aside": (
        "IMG.JPG + IMG.JPG.orphan-20250102-030405.xmp + IMG.JPG.orphan-20250102-030405.kphotos.json",
        {"IMG.JPG.orphan-20250102-030405.kphotos.json": "IMG.JPG"},
    ),
    "a copy that was set aside": (
        "IMG.JPG + IMG.JPG.Conflict.orphan-20250102-030405.xmp",
        {"IMG.JPG.Conflict.orphan-20250102-030405.xmp": "IMG.JPG.Conflict"},
    ),
    "Syncthing's": (
        f"IMG.JPG + IMG.JPG{SAFE['Syncthing']}.orphan-20250102-030405.xmp",
        {f"IMG.JPG{SAFE['Syncthing']}.orphan-20250102-030405.xmp": f"IMG.JPG{SAFE['Syncthing']}"},
    ),
    "those of a photo that is there": ("IMG.JPG + IMG.JPG.xmp + IMG.xmp + IMG.JPG.kphotos.json", {}),
    "two photos": (
        "A.JPG.xmp + B.JPG.kphotos.json + A.JPG.kphotos.json",
        {"A.JPG.kphotos.json": "A.JPG", "B.JPG.kphotos.json": "B.JPG"},
    ),
}


@pytest.mark.parametrize(("names", "told"), ORPHANS.values(), ids=ORPHANS)
def test_sidecars_without_their_photo_are_told_of_once_for_each_photo(
    names: str, told: dict[str, str]
) -> None:
    found = pair((name.strip(), FILE) for name in names.split("+")).oddities
    assert {oddity.name: oddity.original for oddity in found if oddity.kind == "orphaned"} == told
    assert all(name in oddity.reason for oddity in found for name in (oddity.name, told[oddity.name]))


def test_a_link_is_told_of_as_such_and_its_sidecars_miss_nothing() -> None:
    found = pair([("IMG.JPG", LINK), ("IMG.JPG.xmp", FILE)])
    assert [oddity.kind for oddity in found.oddities] == ["special-file"]
