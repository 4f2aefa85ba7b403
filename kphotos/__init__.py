"""K-Photos: the application around the sync engine. Rooms, top floor first, are listed in pyproject.toml."""

__version__ = "0.1.0"
