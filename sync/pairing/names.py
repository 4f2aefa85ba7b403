"""What a file is, judged by its name alone: original, sidecar, copy of a sync tool, or nothing to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import normalize

from sync.ports import COMPANIONS, OWN_FOLDER, SIDECAR_BACKUPS, TEMP_PREFIX, XMP_SUFFIX

_PHOTO = "jpg jpeg jpe jfif png apng webp tif tiff gif heic heif hif avif bmp jxl jp2"
_RAW = (
    "3fr ari arw bay cap cr2 cr3 crw cs1 dcr dcs dng drf eip erf fff gpr iiq k25 kdc mdc mef mos mrw nef nrw "
    "obm orf ori pef ptx pxn qtk r3d raf raw rw2 rwl rwz sr2 srf srw x3f"
)
_VIDEO = "mp4 mov m4v avi mkv webm mts m2ts m2t 3gp 3g2 mpg mpeg mpe wmv ogv vob mxf insv lrv"

KINDS: Mapping[str, str] = {
    **dict.fromkeys(_PHOTO.split(), "photo"),
    **dict.fromkeys(_RAW.split(), "raw"),
    **dict.fromkeys(_VIDEO.split(), "video"),
}
"""Kind of an original by its lowercase extension."""

_APPLE = re.compile(r"(?P<start>.*_)[OE](?P<number>\d+)$", re.DOTALL)

COPY_TAG = re.compile(
    r"""(?:
      \.sync-conflict-\d{8}-\d{6}(?:-[A-Z2-7]{7})?                                  # Syncthing
    | [ ]\(conflicted[ ]copy(?:[ ][^()]+)?[ ]\d{4}-\d{2}-\d{2}[ ]\d{6}\)             # Nextcloud
    | [_-]conflict-(?:[^/]*-)?\d{8}-\d{6}                                           # older ownCloud
    | [ ]\((?:[^()]*['’]s[ ])?[Cc]onflicted[ ]copy(?:[ ]\d{4}-\d{2}-\d{2})?(?:[ ]\(?\d+\)?)?\)  # Dropbox
    | [ ]\([^()]*(?i:konflikt|conflit|conflicto|конфликт|конфлікт|競合|冲突|衝突|충돌)
          [^()]*\d{4}-\d{2}-\d{2}[^()]*(?:\(\d+\))?\)                               # Dropbox, localised
    | [ ]\((?:Case|Unicode[ ]Encoding|Selective[ ]Sync)[ ]Conflict(?:[^()]*)\)      # Dropbox
    | [ ]\(SFConflict[ ][^()]*\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}\)                 # Seafile
    | _[^_]+_[A-Z][a-z]{2}-\d{2}-\d{4}-\d{4}_\w*Conflict(?:_\d+)?                   # Synology Drive
    | (?:\.Conflict\d*)+                                                            # Resilio
    )$""",
    re.VERBOSE,
)
"""What a sync tool puts before the last extension of a conflict copy; safe to tell by the name alone."""

WEAK_TAG = re.compile(
    r"""(?:
      -[A-Za-z0-9-]{1,15}(?:-\d+)?                                                  # OneDrive: a host's name
    | [ ]\(\d+\) | _conf\(\d+\) | \[Conflict\]                                     # Google Drive
    | [ ]\d+ | [ ]copy(?:[ ]\d+)?                                                 # iCloud Drive, Finder
    | \.conflict\d+ | [ ]?\(copy:[ ]conflict[^()]*\) | [ ]?\(conflict_on_[^()]*\)   # rclone, Unison
    | [ ]\((?:conflicting[ ]copy|case[ ]conflict|unicode[ ]conflict)[^()]*\)        # Maestral
    )""",
    re.VERBOSE,
)
"""What other sync tools put there: no proof by itself, because people name files so too."""

DUPLICATE = re.compile(r"^(?P<stem>.*)_\d{2,4}(?P<extension>\.[^.]+)$")
"""`IMG_01.JPG` of `IMG_01.JPG.xmp`: darktable's second development of `IMG.JPG`."""

_IGNORED_NAMES = frozenset(
    {
        "lost+found",
        "$RECYCLE.BIN",
        "System Volume Information",
        "#recycle",
        "@Recycle",
        "@eaDir",
        ".dtrash",
        ".thumbnails",
        ".comments",
        ".git",
        ".stfolder",
        ".stversions",
        ".Spotlight-V100",
        ".fseventsd",
        ".DocumentRevisions-V100",
        ".TemporaryItems",
        OWN_FOLDER,
    }
)
_IGNORED_STARTS = (".syncthing.", "~syncthing~", ".sync_", "._", ".~lock", ".Trash", ".goutputstream-")
_IGNORED_ENDS = ("_exiftool_tmp", ".part", ".crdownload", ".!sync", ".filepart")
_SYNC_TEMP = re.compile(r"^\..*\.~[0-9a-f]+$")


def kind_of(name: str) -> str | None:
    """ "photo", "raw" or "video" for an original's name, None for any other."""
    return KINDS.get(name.rpartition(".")[2].lower()) if "." in name else None


def stem_of(name: str) -> str:
    """A name without its last extension: what an original shares with its RAW or JPEG twin."""
    return name.rpartition(".")[0] or name


def composed(name: str) -> str:
    """A name with its accents as macOS does not write them, so that both spellings are one."""
    return name if name.isascii() else normalize("NFC", name)


def fold(name: str) -> str:
    """A name but for upper and lower case and the spelling of accents: for what a person calls the same."""
    return composed(name).casefold()


def bases_of_companion(name: str) -> tuple[str, ...]:
    """The full names or stems of the originals that a companion may belong to; none if it is no companion."""
    backup = next((end for end in SIDECAR_BACKUPS if name.endswith(end)), None)
    if backup is not None:
        return (name.removesuffix(backup),)
    if name.rpartition(".")[2].lower() not in COMPANIONS:
        return ()
    stem = without_tags(stem_of(name))
    edits = _APPLE.fullmatch(stem) if name[-4:].lower() == ".aae" else None
    return (stem, edits["start"] + edits["number"]) if edits else (stem,)


def is_ledger_like(name: str) -> bool:
    """Whether a name is that of a ledger or of a copy of one."""
    return name.endswith(".json") and ".kphotos" in name


def is_sidecar_like(name: str) -> bool:
    """Whether a name is that of an XMP, a ledger or a copy of one."""
    return name[-4:].lower() == XMP_SUFFIX or is_ledger_like(name)


def originals_of_copy(name: str) -> list[str]:
    """The names of which a sidecar's name may be that of a conflict copy, the likeliest first."""
    stem, _, extension = name.rpartition(".")
    if not is_sidecar_like(name):
        return []
    bare = without_tags(stem)
    ends = [len(bare)] if bare != stem else []
    ends += [
        at for at in range(len(bare) - 1, 0, -1) if bare[at] in " -_.[(" and WEAK_TAG.fullmatch(bare, at)
    ]
    return [f"{stem[:end]}.{extension}" for end in ends]


def without_tags(stem: str) -> str:
    """What stands before a sync tool's tag, or before several: copies of copies are made too."""
    while tag := COPY_TAG.search(stem):
        stem = stem[: tag.start()]
    return stem


def is_ignored(name: str) -> bool:
    """Whether a name is never looked at, whatever it holds. Our own temps are not among them."""
    return (
        name in _IGNORED_NAMES
        or name.startswith(_IGNORED_STARTS)
        or name.endswith(_IGNORED_ENDS)
        or (name.startswith(".") and _SYNC_TEMP.match(name) is not None)
    )


def is_temp(name: str) -> bool:
    """Whether the name is one of our temps, of whatever site."""
    return name.startswith(TEMP_PREFIX)
