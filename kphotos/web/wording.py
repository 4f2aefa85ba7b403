"""How what comes from below is worded on a page: reasons as sentences, paths that break where they may."""

from __future__ import annotations

import re

from markupsafe import Markup

_BREAKS = re.compile(r"(?<=/)(?=.)|(?<=[^/.])(?=\.)")


def sentence(reason: str) -> str:
    """A reason, which may be half a sentence, with a capital letter and a full stop."""
    text = reason[:1].upper() + reason[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def breakable(path: str) -> Markup:
    """A path that a narrow line breaks after a "/" or before a ".", not in the midst of a word."""
    return Markup("<wbr>").join(_BREAKS.split(path))
