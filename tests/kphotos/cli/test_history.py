"""One line of history in words."""

from __future__ import annotations

from typing import Any

import pytest

from kphotos.cli.history import what_text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ({"field": "title", "to": "Lake"}, "Title: (nothing) → Lake"),
        ({"field": "title", "from": "Lake"}, "Title: Lake → (nothing)"),
        ({"field": "rating", "from": 3, "to": 4}, "Rating: 3 → 4"),
        ({"field": "description", "to": "a\nb" + "c" * 80}, f"Description: (nothing) → a b{'c' * 57}…"),
        ({"field": "tags/Places/Paris", "to": True}, "Tags “Places/Paris” added"),
        ({"field": "tags/Old", "from": True}, "Tags “Old” removed"),
        ({"field": "favourites/1", "to": True}, "Favourite “Alice” added"),
        ({"field": "tags", "note": "forgot some"}, "Tags: forgot some"),
        ({"field": "rating", "from": 4, "to": 2, "note": "on purpose"}, "Rating: 4 → 2 (on purpose)"),
        ({"field": "*", "note": "rollback on purpose"}, "rollback on purpose"),
        ({"field": "gps", "to": {"lat": 1.5, "lon": 2.5}}, "Position: (nothing) → 1.5, 2.5"),
        ({"field": "trash", "to": True}, "Trash: (nothing) → True"),
    ],
)
def test_a_line_says_what_became_of_what(line: dict[str, Any], text: str) -> None:
    assert what_text({"from": None, "to": None, **line}, {"1": "Alice"}) == text
