"""The sync engine: mirrors between originals' sidecars on disk and whoever wants to know of them.

It knows nothing of the application: no Flask, no database, no queue. Rooms, top floor first:
`engine, watch -> scan, apply -> pairing -> codecs -> core`; `ports` and `osfs` stand beside them.
"""
