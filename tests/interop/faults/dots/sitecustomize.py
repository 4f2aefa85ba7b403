"""A planted fault: edits of two machines within the same minute bear the same dot."""

from sync.core import dots

_following = dots.following


def _shared(seen, now_ms, node):
    return _following(seen, now_ms // 60_000 * 60_000, "0000")


dots.following = _shared
