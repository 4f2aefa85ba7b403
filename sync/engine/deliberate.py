"""What a person says on purpose of a photo's sidecars as a whole: not its own; or: the older one counts."""

from __future__ import annotations

from sync.core.plan import is_rollback
from sync.engine import remember
from sync.engine.aside import set_aside
from sync.engine.assets import is_stranger
from sync.engine.attempting import Round
from sync.engine.rounds import Rounds
from sync.engine.values import Asset
from sync.errors import ReadOnly, Refused, unwritable
from sync.scan.see import Look


def disown(rounds: Rounds, path: str) -> Asset:
    """Set another picture's sidecars aside; see `Engine.disown`."""
    with rounds.held(path) as (look, hash_):
        _require_writable(rounds, look)
        if not is_stranger(look, hash_):
            raise Refused("the sidecars beside this file are its own")
        try:
            rounds.keep(set_aside(rounds.volume, rounds.site, look, hash_))
        except OSError as error:
            raise unwritable("the sidecars cannot be renamed", error) from error
        finally:
            rounds.flush()
        asset = rounds.write(path, Round(hash_))
    rounds.flush()
    return asset


def adopt_disk(rounds: Rounds, path: str, by: str | None) -> Asset:
    """Go back to the ledger that lies there; see `Engine.adopt_disk`."""
    with rounds.held(path) as (look, hash_):
        _require_writable(rounds, look)
        held, newer = look.ledger.ledger, remember.other_ledger(rounds.volume, rounds.site, look)
        if held is None or newer is None or is_stranger(look, hash_) or not is_rollback(held, newer):
            raise Refused("nothing newer is known than the ledger that lies beside this file")
        try:
            asset = rounds.write(path, Round(hash_, by=by, is_wanted=True, newer=newer))
        except OSError as error:
            raise unwritable("the sidecars cannot be written", error) from error
    rounds.flush()
    return asset


def _require_writable(rounds: Rounds, look: Look) -> None:
    if not rounds.may_write(look):
        raise look.ledger.error or ReadOnly("the volume is read-only, and there is no overlay")
