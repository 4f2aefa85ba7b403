"""darktable's glue and its solvent."""

from __future__ import annotations

import pytest

from sync.codecs import xmp
from sync.codecs.xmp.glue import glued, unglue
from tests.sync.codecs.xmp.judge import CORPUS


def test_what_darktable_really_glued_comes_apart() -> None:
    found = xmp.read((CORPUS / "darktable" / "full-after-mere-import.JPG.xmp").read_bytes())
    title = found.sources["title"]["dc:title"]
    assert unglue(title) == ("Default title", {"pt-BR": "Título", "en-US": "English title"})


@pytest.mark.parametrize("text", ["", "Lake", 'a, lang="de"', 'a, lang="" b', "a, lang=de b"])
def test_what_was_not_glued_stays_whole(text: str) -> None:
    assert unglue(text) == (text, {})


def test_gluing_is_the_inverse() -> None:
    others = {"de": "See", "pt-BR": 'Lago, "grande"'}
    assert unglue(glued("Lake", others)) == ("Lake", others)
