"""Asset ids: 32 lowercase hex characters, derived where no ledger has given one."""

from __future__ import annotations

import re
from hashlib import sha256

_ID = re.compile(r"[0-9a-f]{32}")


def derived_id(volume_id: str, path: str) -> str:
    """Return the id of an original without a ledger: the same on every site and at every rebuild."""
    return _hex("kphotos:asset", volume_id, path)


def reissued_id(asset_id: str, volume_id: str, path: str) -> str:
    """Return the id of a copy that found its id taken by the live original it was copied from."""
    return _hex("kphotos:copy", asset_id, volume_id, path)


def is_id(text: str) -> bool:
    """Tell whether the text has the form of an asset id."""
    return _ID.fullmatch(text) is not None


def _hex(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
