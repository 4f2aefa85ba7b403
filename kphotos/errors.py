"""The few ways in which K-Photos refuses: each has a code for programs and a sentence for people.

They know nothing of HTTP: `kphotos.web.errors` is the one module that gives them a status.
"""

from __future__ import annotations


class KPhotosError(Exception):
    """Base of all refusals. `message` is a whole sentence; `kept` says what was left as it was."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, kept: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kept = kept
        if code is not None:
            self.code = code


class NotFound(KPhotosError):
    """There is no such thing, or the viewer may not know of it: the answer is the same."""

    code = "not_found"


class Forbidden(KPhotosError):
    """The viewer knows of the thing and may not do this to it."""

    code = "forbidden"


class Invalid(KPhotosError):
    """A value that cannot be taken; `field` names it."""

    code = "invalid_value"

    def __init__(self, field: str, message: str, *, kept: str | None = None) -> None:
        super().__init__(message, kept=kept)
        self.field = field


class Conflict(KPhotosError):
    """What the caller had seen has changed since."""

    code = "conflict"


class StaleVersion(Conflict):
    """The timeline has moved on; `version` is the present one."""

    code = "stale_version"

    def __init__(self, version: str) -> None:
        super().__init__("The timeline has changed since this version was given out.")
        self.version = version


class TooMany(KPhotosError):
    """Too many attempts; free again after `seconds`."""

    code = "too_many_requests"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too many attempts: try again in {max(1, round(seconds))} seconds.")
        self.seconds = seconds


class Unavailable(KPhotosError):
    """Something that K-Photos stands on cannot be used now; a later attempt may succeed."""

    code = "unavailable"


class IndexMissing(Unavailable):
    """There is no index that can be used: deleted, damaged or of another schema. Rebuild from disk."""

    code = "index_missing"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The index cannot be used: {reason}")
        self.reason = reason


class ConfigError(KPhotosError):
    """A setting has a value that is not allowed."""

    code = "bad_setting"

    def __init__(self, variable: str, value: str, allowed: str) -> None:
        super().__init__(f"{variable}={value!r} is not allowed: {allowed}.")
        self.variable = variable
        self.value = value
        self.allowed = allowed
