"""Files under two names, and renaming that never replaces where the kernel cannot do that at once."""

from __future__ import annotations

import contextlib
import errno
import os


def is_one_file(at: int, old: str, to: int, new: str) -> bool:
    """Whether two names are hard links of one inode: a rename that a crash cut short."""
    one, other = (
        os.stat(name, dir_fd=folder, follow_symlinks=False) for folder, name in ((at, old), (to, new))
    )
    return os.path.samestat(one, other) and one.st_nlink > 1


def link(at: int, old: str, to: int, new: str) -> bool:
    """Give a file of the open folder `at` a second name in `to`; False where the disk does not.

    FileExistsError, FileNotFoundError as they are; whatever else stands in the way, it can be done without.
    """
    try:
        os.link(old, new, src_dir_fd=at, dst_dir_fd=to, follow_symlinks=False)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # no hard links on this filesystem, or none to somebody else's file
        return False
    return True


def link_then_unlink(at: int, old: str, to: int, new: str) -> None:
    """Rename from the open folder `at` into `to`; FileExistsError where something lies there."""
    if link(at, old, to, new):
        os.unlink(old, dir_fd=at)
        return
    with contextlib.suppress(FileNotFoundError):  # the window is as small as it can be made
        os.stat(new, dir_fd=to, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
    os.rename(old, new, src_dir_fd=at, dst_dir_fd=to)
