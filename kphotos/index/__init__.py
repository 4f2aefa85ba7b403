"""The read model: tables that can be deleted at any moment, because everything in them is on disk.

Reading is plain functions over a bound index (`with index.use(settings): ...`); writing has one door,
`projection.project`. There are no repositories and no copies of rows into objects: the API's JSON is
stored as it will be sent. The same models run on SQLite and Postgres, and every test of this room does.
"""

from kphotos.index.generation import Index, bound, current, opened, use

__all__ = ["Index", "bound", "current", "opened", "use"]
