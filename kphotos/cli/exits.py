"""What the exit codes of `kphotos` mean; README and `kphotos --help` print this very table."""

OK = 0
FOUND = 1
USAGE = 2
UNAVAILABLE = 3
BUG = 4
INTERRUPTED = 130

MEANINGS = {
    OK: "done; for verify and problems: nothing found",
    FOUND: "done, and it found problems or differences: they are listed",
    USAGE: "a wrong argument, setting or value; nothing was changed",
    UNAVAILABLE: "not possible now: volume offline or read-only, no such photo, already running, no index",
    BUG: "a fault in K-Photos itself; the log has the details",
    INTERRUPTED: "ended by Ctrl-C",
}
