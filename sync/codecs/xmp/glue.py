"""Undoing darktable's glue: on import it joins all languages of a text into one x-default item.

`Default title, lang="pt-BR" Título, lang="en-US" English title` is what is left of three items; unlike
most of what imports do, this can be taken apart again.
"""

from __future__ import annotations

import re

_SEAM = re.compile(r', lang="([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)" ')


def unglue(text: str) -> tuple[str, dict[str, str]]:
    """The default text, and the texts of the other languages by their tag; none if nothing was glued."""
    default, *rest = _SEAM.split(text)
    return default, dict(zip(rest[::2], rest[1::2], strict=True))


def glued(default: str, others: dict[str, str]) -> str:
    """What darktable makes of a text in several languages: the inverse of `unglue`."""
    return default + "".join(f', lang="{language}" {text}' for language, text in others.items())
