"""How signing in and staying signed in can be refused."""

from __future__ import annotations

from kphotos.errors import KPhotosError, TooMany


class SignedOut(KPhotosError):
    """Nobody is signed in on this request, or not any more."""

    code = "signed_out"


class WrongPassword(KPhotosError):
    """Name and password do not belong together; which of the two is wrong is nobody's business."""

    code = "wrong_name_or_password"


class TooManyAttempts(TooMany):
    """Too many wrong passwords, from this address or for this account."""

    code = "too_many_attempts"


class Crowded(TooMany):
    """More passwords are being checked at once than this machine has cores for."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__(1)
