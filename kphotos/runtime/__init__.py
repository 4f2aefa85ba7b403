"""What must survive a restart but lies in no record: sessions, rate limits, what a rebuild must replay.

It stands in `runtime.db` (or the Postgres schema `kphotos_runtime`), where every commit is durable.
Deleting it costs signing in again and nothing else.
"""
