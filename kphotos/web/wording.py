"""How a reason from below becomes a sentence on a page."""

from __future__ import annotations


def sentence(reason: str) -> str:
    """A reason, which may be half a sentence, with a capital letter and a full stop."""
    text = reason[:1].upper() + reason[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
