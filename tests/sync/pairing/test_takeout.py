"""Which of Takeout's JSONs may be whose, by the names that importers have met; and what a title proves."""

from __future__ import annotations

import pytest

from sync.pairing import pair
from sync.pairing.takeout import is_named_for, is_titled_for, start_of
from sync.ports import FILE

LONG = "A very long name that somebody gave to a photo of a lake"
CUT = (LONG + ".jpg")[:46]

# Each: what lies there, the photo, the JSONs that may be its own.
CASES = {
    "before 2024": ("IMG_1.jpg + IMG_1.jpg.json", "IMG_1.jpg", ("IMG_1.jpg.json",)),
    "since 2024": (
        "IMG_1.jpg + IMG_1.jpg.supplemental-metadata.json",
        "IMG_1.jpg",
        ("IMG_1.jpg.supplemental-metadata.json",),
    ),
    "both, the newer form first": (
        "IMG_1.jpg + IMG_1.jpg.json + IMG_1.jpg.supplemental-metadata.json",
        "IMG_1.jpg",
        ("IMG_1.jpg.supplemental-metadata.json", "IMG_1.jpg.json"),
    ),
    "cut after two letters": ("IMG_1.jpg + IMG_1.jpg.su.json", "IMG_1.jpg", ("IMG_1.jpg.su.json",)),
    "cut after the dot": ("IMG_1.jpg + IMG_1.jpg..json", "IMG_1.jpg", ("IMG_1.jpg..json",)),
    "cut at 46 within the tail": (
        f"{'n' * 35}.jpg + {'n' * 35}.jpg.supple.json",
        f"{'n' * 35}.jpg",
        (f"{'n' * 35}.jpg.supple.json",),
    ),
    "cut within the extension": (
        f"{'n' * 43}.jpg + {'n' * 43}.jp.json",
        f"{'n' * 43}.jpg",
        (f"{'n' * 43}.jp.json",),
    ),
    "cut within the name": (f"{LONG}.jpg + {CUT}.json", f"{LONG}.jpg", (f"{CUT}.json",)),
    "longer than it should be": (f"{LONG}.jpg + {LONG}.jpg.json", f"{LONG}.jpg", (f"{LONG}.jpg.json",)),
    "a counter, before 2024": (
        "IMG_1.jpg + IMG_1(1).jpg + IMG_1.jpg.json + IMG_1.jpg(1).json",
        "IMG_1(1).jpg",
        ("IMG_1.jpg(1).json",),
    ),
    "the one without a counter": (
        "IMG_1.jpg + IMG_1(1).jpg + IMG_1.jpg.json + IMG_1.jpg(1).json",
        "IMG_1.jpg",
        ("IMG_1.jpg.json",),
    ),
    "a counter, since 2024": (
        "IMG_1(2).jpg + IMG_1.jpg.supplemental-metadata(2).json",
        "IMG_1(2).jpg",
        ("IMG_1.jpg.supplemental-metadata(2).json",),
    ),
    "a counter behind a cut": (
        "IMG_1(2).jpg + IMG_1.jpg.supplemen(2).json",
        "IMG_1(2).jpg",
        ("IMG_1.jpg.supplemen(2).json",),
    ),
    "a number that was the name's own": (
        "IMG (1).jpg + IMG (1).jpg.json",
        "IMG (1).jpg",
        ("IMG (1).jpg.json",),
    ),
    "another counter": ("IMG_1(2).jpg + IMG_1.jpg(1).json + IMG_1.jpg.json", "IMG_1(2).jpg", ()),
    "an edited copy": (
        "IMG_1.jpg + IMG_1-edited.jpg + IMG_1.jpg.json",
        "IMG_1-edited.jpg",
        ("IMG_1.jpg.json",),
    ),
    "an edited copy, in German": (
        "IMG_1-bearbeitet.jpg + IMG_1.jpg.json",
        "IMG_1-bearbeitet.jpg",
        ("IMG_1.jpg.json",),
    ),
    "an edited copy, in Spanish": (
        "IMG_1-ha editado.jpg + IMG_1.jpg.json",
        "IMG_1-ha editado.jpg",
        ("IMG_1.jpg.json",),
    ),
    "an edited copy, in French": (
        "IMG_1-modifié.jpg + IMG_1.jpg.su.json",
        "IMG_1-modifié.jpg",
        ("IMG_1.jpg.su.json",),
    ),
    "an edited copy, in macOS's accents": (
        "IMG_1-modifie\u0301.jpg + IMG_1.jpg.json",
        "IMG_1-modifie\u0301.jpg",
        ("IMG_1.jpg.json",),
    ),
    "an edited copy with a counter": (
        "IMG_1-edited(1).jpg + IMG_1.jpg(1).json + IMG_1.jpg.json",
        "IMG_1-edited(1).jpg",
        ("IMG_1.jpg(1).json",),
    ),
    "an edited copy of another kind": (
        "IMG_1.HEIC + IMG_1-edited.jpg + IMG_1.HEIC.json",
        "IMG_1-edited.jpg",
        ("IMG_1.HEIC.json",),
    ),
    "an edited copy whose name was cut": (
        f"{'n' * 42}-edi.jpg + {'n' * 42}.jpg.json",
        f"{'n' * 42}-edi.jpg",
        (f"{'n' * 42}.jpg.json",),
    ),
    "the film of a live photo": (
        "IMG_1.HEIC + IMG_1.MOV + IMG_1.HEIC.json",
        "IMG_1.MOV",
        ("IMG_1.HEIC.json",),
    ),
    "its film as MP4": ("IMG_1.HEIC + IMG_1.MP4 + IMG_1.HEIC.su.json", "IMG_1.MP4", ("IMG_1.HEIC.su.json",)),
    "a film with its own": (
        "IMG_1.HEIC + IMG_1.MOV + IMG_1.HEIC.json + IMG_1.MOV.json",
        "IMG_1.MOV",
        ("IMG_1.MOV.json", "IMG_1.HEIC.json"),
    ),
    "a photo does not use its film's": ("IMG_1.HEIC + IMG_1.MOV + IMG_1.MOV.json", "IMG_1.HEIC", ()),
    "a photo of another kind": ("IMG_1.png + IMG_1.jpg.json", "IMG_1.png", ()),
    "a name that only begins alike": ("IMG_1.jpg + IMG_10.jpg.json + IMG_.json", "IMG_1.jpg", ()),
    "the album's own": ("metadata.jpg + metadata.json + print-subscriptions.json", "metadata.jpg", ()),
    "a word that Google does not write": ("IMG_1.jpg + IMG_1.jpg.super.json", "IMG_1.jpg", ()),
    "a ledger": ("IMG_1.jpg + IMG_1.jpg.kphotos.json", "IMG_1.jpg", ()),
}


@pytest.mark.parametrize(("names", "photo", "jsons"), CASES.values(), ids=CASES)
def test_the_json_of(names: str, photo: str, jsons: tuple[str, ...]) -> None:
    groups = pair((name, FILE) for name in names.split(" + ")).groups
    assert groups[photo].jsons == jsons
    assert groups[photo].companions == groups[photo].xmps == ()


@pytest.mark.parametrize(("names", "photo", "jsons"), [case for case in CASES.values() if case[2]])
def test_every_json_begins_as_its_photos_names_do(names: str, photo: str, jsons: tuple[str, ...]) -> None:
    start = start_of(photo.partition(".")[0].replace("e\u0301", "é").casefold())
    assert all(json.casefold().startswith(start) for json in jsons)


TITLES = {
    "the very name": ("IMG_1.jpg", "IMG_1.jpg", True),
    "a counter was added": ("IMG_1.jpg", "IMG_1(1).jpg", True),
    "a number of its own": ("IMG (1).jpg", "IMG (1).jpg", True),
    "characters that no disk holds": ("What? a <lake>.jpg", "What_ a _lake_.jpg", True),
    "as HTML": ("Ann&#39;s.jpg", "Ann_s.jpg", True),
    "cut": (f"{LONG}, in the morning.jpg", f"{LONG[:47]}.jpg", True),
    "no extension": ("IMG_1", "IMG_1.jpg", True),
    "edited": ("IMG_1.HEIC", "IMG_1-edited.jpg", True),
    "the film of a live photo": ("IMG_1.HEIC", "IMG_1.MP4", True),
    "another photo": ("IMG_2.jpg", "IMG_1.jpg", False),
    "another kind": ("IMG_1.png", "IMG_1.jpg", False),
    "only the beginning": ("IMG_12.jpg", "IMG_1.jpg", False),
    "another counter's": ("IMG_2.jpg", "IMG_1(1).jpg", False),
    "nothing": ("", "IMG_1.jpg", False),
    "long, and another": (f"{LONG[:40]} or not.jpg", f"{LONG[:47]}.jpg", False),
}


@pytest.mark.parametrize(("title", "photo", "is_its"), TITLES.values(), ids=TITLES)
def test_a_title_is_that_of(title: str, photo: str, is_its: bool) -> None:
    assert is_titled_for(title, photo) == is_its


def test_only_a_whole_name_says_enough_without_a_title() -> None:
    assert is_named_for("IMG_1.jpg.json", "IMG_1.jpg")
    assert is_named_for("IMG_1.jpg.suppl.json", "IMG_1.jpg")
    assert not is_named_for("IMG_1.jpg(1).json", "IMG_1(1).jpg")
    assert not is_named_for("IMG_1.jp.json", "IMG_1.jpg")
