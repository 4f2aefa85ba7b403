"""`python -m kphotos` is the command `kphotos`."""

from kphotos.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
