"""The real side of the ports: the only room of the engine that touches a disk, a clock or chance.

The root's file descriptor is opened for each operation and not kept: a descriptor held on a mounted
volume would keep its owner from unmounting it.
"""

from sync.osfs.disk import OsFS
from sync.osfs.lock import FileLock
from sync.osfs.machine import SystemClock, SystemRng

__all__ = ["FileLock", "OsFS", "SystemClock", "SystemRng"]
