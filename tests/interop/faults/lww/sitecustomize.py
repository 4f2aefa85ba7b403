"""A planted fault: of two edits that had not seen each other only the newer one is kept."""

from sync.core import merge

_live = merge._live


def _newest_only(*words):
    live = _live(*words)
    return {at: live[at] for at in sorted(live)[-1:]}


merge._live = _newest_only
