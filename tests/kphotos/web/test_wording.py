"""What stands on a page: whole sentences, and paths that break where a person would break them."""

from __future__ import annotations

import pytest

from kphotos.web.wording import breakable, sentence


@pytest.mark.parametrize(
    ("reason", "said"),
    [("it is gone", "It is gone."), ("Why?", "Why?"), ("wait…", "Wait…")],
)
def test_a_reason_becomes_a_sentence(reason: str, said: str) -> None:
    assert sentence(reason) == said


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("2023/IMG.JPG.kphotos.json", "2023/<wbr>IMG<wbr>.JPG<wbr>.kphotos<wbr>.json"),
        ("/home/alice/", "/<wbr>home/<wbr>alice/"),
        (".hidden/a..b", ".hidden/<wbr>a<wbr>..b"),
        ("a<b>/&.jpg", "a&lt;b&gt;/<wbr>&amp;<wbr>.jpg"),
        ("plain", "plain"),
    ],
)
def test_a_path_breaks_after_folders_and_before_suffixes_and_stays_text(path: str, shown: str) -> None:
    assert breakable(path) == shown
