"""Which of Google Takeout's JSONs may be a photo's, by their names; the JSON's own title has the last word.

The JSON is named after the photo with `.supplemental-metadata` behind, cut at 46 characters or wherever
Google saw fit, so every beginning counts; a counter that stands before a photo's extension stands behind
what is left of that. An edited copy and the film of a live photo have none of their own: they use the
still's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from sync.pairing.names import composed, kind_of, stem_of

JSON_SUFFIX = ".json"
WHOLE = ".supplemental-metadata"
SHORTEST_CUT = 40
"""Fewer characters of a photo's name are never all that is left of it."""

_CUT_NAME = 45  # from here on a photo's own name may have been cut as well
_SURE_START = 30  # what every name of a group begins with, however it was cut
_COUNTER = re.compile(r"(?P<stem>.*)(?P<counter>\(\d{1,5}\))$", re.DOTALL)
_EDITED = (
    *("-edited", "-effects", "-smile", "-mix"),
    *(
        "-bearbeitet",
        "-bewerkt",
        "-edytowane",
        "-modificato",
        "-modifié",
        "-ha editado",
        "-editado",
        "-editat",
    ),
    *("-redigeret", "-redigerad", "-redigert", "-muokattu", "-upraveno", "-szerkesztett", "-düzenlendi"),
    *("-изменено", "-отредактировано", "-відредаговано", "-編集済み", "-已修改", "-已編輯", "-수정됨"),
)


def is_json(name: str) -> bool:
    """Whether a name is that of a JSON which is no ledger."""
    return name[-5:].lower() == JSON_SUFFIX and ".kphotos" not in name


class Jsons:
    """The JSONs of one folder, by what stands before `.json`."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_stem = {composed(name[: -len(JSON_SUFFIX)]): name for name in names}
        self._descending = sorted({len(stem) for stem in self._by_stem}, reverse=True)

    def of(self, original: str, siblings: Iterable[str] = ()) -> tuple[str, ...]:
        """Those that may be an original's, the likeliest first.

        `siblings` are the other originals of the folder that a JSON could be shared with.
        """
        found: dict[str, None] = {}
        for name in (original, *(other for other in siblings if _shares(original, other))):
            for called, counter in _spellings(name):
                full = composed(called) + WHOLE
                shortest = min(len(full) - len(WHOLE), SHORTEST_CUT)
                for length in self._descending:
                    end = length - len(counter)
                    if shortest <= end <= len(full):
                        json = self._by_stem.get(full[:end] + counter)
                        if json is not None:
                            found[json] = None
        return tuple(found)


def is_named_for(json: str, original: str) -> bool:
    """Whether a JSON has an original's whole name, uncut and uncounted: nobody else's could be called so."""
    stem, own = composed(json[: -len(JSON_SUFFIX)]), composed(original)
    return stem.startswith(own) and WHOLE.startswith(stem[len(own) :])


def is_titled_for(title: str, original: str) -> bool:
    """Whether a JSON's title is the name that an original had at Google."""
    title = composed(unescape(title))
    named, extension = stem_of(title), title.rpartition(".")[2].lower()
    for name, _ in _spellings(original):
        stem, own = composed(stem_of(name)), name.rpartition(".")[2].lower()
        whole = title if kind_of(title) is None else named
        may_differ = kind_of(title) is None or name != original or kind_of(original) == "video"
        if _is_like(whole, stem) and (extension == own or may_differ):
            return True
    return False


def start_of(prefix: str) -> str:
    """What the names of an original's JSONs begin with, whose own begins with `prefix` and a dot."""
    match = _COUNTER.fullmatch(prefix)
    bare = match["stem"] if match else prefix
    edited = next((tail for tail in _EDITED if bare.endswith(tail)), "")
    return bare[: len(bare) - len(edited)][:_SURE_START] or prefix


def stem_of_edited(original: str) -> str | None:
    """The stem of the photo that an original is Google's edited copy of; None if its name does not say so."""
    stem = stem_of(composed(original))
    if "-" not in stem:
        return None
    match = _COUNTER.fullmatch(stem)
    bare, counter = (match["stem"], match["counter"]) if match else (stem, "")
    if len(original) < _CUT_NAME and not bare.endswith(_EDITED):
        return None
    for tail in _EDITED:
        ends = range(len(tail), 1, -1) if len(original) >= _CUT_NAME else (len(tail),)
        for end in ends:
            if bare.endswith(tail[:end]) and len(bare) > end:
                return bare[:-end] + counter
    return None


def shared_stems(original: str) -> tuple[str, ...]:
    """The stems of originals whose JSON an original may use for want of its own."""
    edited = stem_of_edited(original)
    return (*((edited,) if edited else ()), *((stem_of(original),) if kind_of(original) == "video" else ()))


def _spellings(original: str) -> Iterator[tuple[str, str]]:
    """What an original may have been called at Google, and the counter that its JSON has behind."""
    stem = stem_of(original)
    extension = original[len(stem) :]
    edited = stem_of_edited(original)
    for bare in (stem, *((edited,) if edited else ())):
        yield bare + extension, ""
        if match := _COUNTER.fullmatch(bare):
            yield match["stem"] + extension, match["counter"]


def _shares(original: str, other: str) -> bool:
    """Whether an original may have no JSON of its own and use that of another."""
    return other != original and kind_of(other) != "video" and stem_of(other) in shared_stems(original)


def _is_like(title: str, stem: str) -> bool:
    """Whether a title became this stem on disk: some characters replaced by `_`, the end perhaps cut."""
    if len(title) != len(stem) and not len(title) > len(stem) >= SHORTEST_CUT:
        return False
    return all(one in (other, "_") for other, one in zip(title, stem, strict=False))
