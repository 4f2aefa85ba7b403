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


def link_then_unlink(at: int, old: str, to: int, new: str) -> None:
    """Rename from the open folder `at` into `to`; FileExistsError where something lies there."""
    try:
        os.link(old, new, src_dir_fd=at, dst_dir_fd=to, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a filesystem without hard links: the window is as small as it can be made
        with contextlib.suppress(FileNotFoundError):
            os.stat(new, dir_fd=to, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
        os.rename(old, new, src_dir_fd=at, dst_dir_fd=to)
    else:
        os.unlink(old, dir_fd=at)
