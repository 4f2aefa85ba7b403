"""Other people's real tools: a missing one skips its tests by name, and under CI fails them."""

import os
from collections.abc import Callable

import pytest

from tests.interop import darktable as driver

pytestmark = pytest.mark.interop


def need(reason: str | None) -> None:
    """Skip for `reason`; a build machine has every tool, so there it is a failure."""
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def darktable() -> Callable[..., dict[str, driver.Picture]]:
    """The real darktable, or a skip that says what is missing."""
    need(driver.missing())
    return driver.darktable
