"""Doing what was decided, one file at a time, looking once more just before and just after each step.

Nothing here chooses a value. What it holds to is the order of a durable write: a temp with its
bytes on disk, the exchange of names, the folder synced, and what came out of the exchange looked at.

What came out may be open in a program that writes for as long as it likes. So it lies there until nobody
has it open, under a name that tells for which mirror it came out: a random history found that the mirror
in place by then says nothing of what the program had read.

Where the disk cannot exchange names (NFS, and most that are reached through FUSE), what lies there gets a
second name before its first goes to the new file: it comes out in the same way, and only a program that
renames its own file over ours between the last look and that rename is not heard.
"""
