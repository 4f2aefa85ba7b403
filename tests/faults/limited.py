"""A watch where the kernel allows few watches: `unshare --user ... python -m tests.faults.limited ROOT N`.

The limit is that of a user namespace of its own, so that nobody else on the machine misses a watch. Prints a
line of JSON for each batch of paths, with the watch's health.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from sync.watch import Watch

COMMAND = ("unshare", "--user", "--map-root-user", sys.executable, "-m", "tests.faults.limited")


def main(root: str, most: str) -> None:
    """Watch until killed."""
    Path("/proc/sys/user/max_inotify_watches").write_text(most)

    def tell(paths: frozenset[str]) -> None:
        sys.stdout.write(json.dumps({"paths": sorted(paths), **watch.health()}) + "\n")
        sys.stdout.flush()

    watch = Watch(Path(root), tell, poll_seconds=0.5)
    watch.start()
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
