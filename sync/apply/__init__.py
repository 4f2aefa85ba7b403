"""Doing what was decided, one file at a time, looking once more just before and just after each step.

Nothing here chooses a value. What it holds to is the order of a durable write: a temp with its
bytes on disk, the exchange of names, the folder synced, and what came out of the exchange looked at.
"""
