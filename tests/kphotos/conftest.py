"""What tests of several rooms need of the process that they run in."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator

import pytest

_MORE = 1_100  # than 1,024, up to which `select` can wait for a file


@pytest.fixture
def many_open() -> Iterator[None]:
    """More files are open than the oldest way to wait for one can count."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(most[0], min(4_096, most[1])), most[1]))
    with contextlib.ExitStack() as stack:
        for _ in range(_MORE):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, most)
