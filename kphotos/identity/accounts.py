"""Accounts as records: who there is, how one is made, and every change that ends its sessions."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kphotos import db, records
from kphotos.config import Settings
from kphotos.errors import Conflict, Invalid, NotFound
from kphotos.identity import passwords
from kphotos.identity.access import ADMIN, MEMBER, ROLES, Viewer
from kphotos.records import audit

KIND = "users"
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. `stamp` changes whenever all their sessions must end."""

    id: str
    name: str
    role: str
    password: str
    stamp: str
    disabled: bool

    def viewer(self) -> Viewer:
        """The account as far as rights go."""
        return Viewer(self.id, self.name, self.role)


def name_key(name: str) -> str:
    """What two names have in common that people would call the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold()).strip()


def everyone(settings: Settings) -> list[Account]:
    """All accounts, by name."""
    found = [_of(record.id, record.data) for record in records.every(settings, KIND)]
    return sorted(found, key=lambda account: name_key(account.name))


def exist(settings: Settings) -> bool:
    """Whether there is an account; a record that cannot be read counts, so that set-up never reopens."""
    return not records.is_empty(settings, KIND)


def get(settings: Settings, account_id: str) -> Account | None:
    """One account by its id."""
    record = records.load(settings, KIND, account_id)
    return _of(record.id, record.data) if record is not None else None


def named(settings: Settings, name: str) -> Account | None:
    """The account that goes by this name, whatever its case and form of accents."""
    key = name_key(name)
    return next((account for account in everyone(settings) if name_key(account.name) == key), None)


def add_first(settings: Settings, name: str, password: str) -> Account:
    """The first account, an admin's; Conflict `setup_done` once there is any, also to the loser of a race."""
    if exist(settings):
        raise _done_already()
    _check(name, password)
    hashed = passwords.hashed(password)
    with db.in_turn(settings, "accounts"):
        if exist(settings):
            raise _done_already()
        return _create(settings, name, hashed, ADMIN)


def _done_already() -> Conflict:
    return Conflict("The first account exists already. Sign in.", code="setup_done")


def add(settings: Settings, name: str, password: str, role: str = MEMBER) -> Account:
    """A further account (CLI or admin); Invalid names what is wrong, Conflict `name_taken` if it is."""
    _check(name, password)
    _check_role(role)
    hashed = passwords.hashed(password)
    with db.in_turn(settings, "accounts"):
        if named(settings, name) is not None:
            raise Conflict(f"There is an account named {name!r} already.", code="name_taken")
        return _create(settings, name, hashed, role)


def set_password(settings: Settings, name: str, password: str) -> Account:
    """Give an account a new password; every session of it ends."""
    passwords.check(password, name)
    return _change(settings, name, password=passwords.hashed(password))


def set_disabled(settings: Settings, name: str, disabled: bool) -> Account:
    """Close an account, or open it again; every session of it ends. The last admin cannot be closed."""
    return _change(settings, name, disabled=disabled)


def set_role(settings: Settings, name: str, role: str) -> Account:
    """Make an account an admin's or a member's; every session of it ends. One admin must remain."""
    _check_role(role)
    return _change(settings, name, role=role)


def rehash(settings: Settings, account: Account, password: str) -> None:
    """Store the same password under today's parameters; sessions go on."""
    with db.in_turn(settings, "accounts"):
        current = get(settings, account.id)
        if current is not None and current.password == account.password:
            _save(settings, replace(current, password=passwords.hashed(password)))


def _change(settings: Settings, name: str, **changes: Any) -> Account:
    with db.in_turn(settings, "accounts"):
        account = named(settings, name)
        if account is None:
            raise NotFound(f"There is no account named {name!r}.")
        changed = replace(account, stamp=_fresh(), **changes)
        if _may_administer(account) and not _may_administer(changed):
            others = [one for one in everyone(settings) if one.id != account.id and _may_administer(one)]
            if not others:
                raise Conflict("One admin must remain.", code="last_admin", kept="Nothing was changed.")
        told = {"what": sorted(changes), "role": changed.role, "disabled": changed.disabled}
        audit.append(settings, "account.changed", None, account=account.id, **told)
        return _save(settings, changed)


def _may_administer(account: Account) -> bool:
    return account.role == ADMIN and not account.disabled


def _create(settings: Settings, name: str, hashed: str, role: str) -> Account:
    account = Account(_fresh(), unicodedata.normalize("NFC", name), role, hashed, _fresh(), disabled=False)
    audit.append(settings, "account.added", None, account=account.id, name=account.name, role=role)
    return _save(settings, account)


def _save(settings: Settings, account: Account) -> Account:
    known = records.load(settings, KIND, account.id)
    data = dict(known.data) if known is not None else {}
    data |= {
        "name": account.name,
        "role": account.role,
        "password": account.password,
        "stamp": account.stamp,
        "disabled": account.disabled,
    }
    records.save(settings, KIND, account.id, data, expect=known.revision if known is not None else 0)
    return account


def _of(account_id: str, data: Mapping[str, Any]) -> Account:
    """A record as an account; whatever is not as we write it gives no rights."""
    told = {name: value for name, value in data.items() if isinstance(value, str)}
    role = told.get("role") if told.get("role") in ROLES else MEMBER
    whole = {"name", "role", "password", "stamp"} <= told.keys() and data.get("disabled") is False
    return Account(
        account_id,
        told.get("name", ""),
        role or MEMBER,
        told.get("password", ""),
        told.get("stamp", ""),
        disabled=not whole,
    )


def _check(name: str, password: str) -> None:
    key = name_key(name)
    odd = any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in name)
    if not key or len(name) > LONGEST_NAME or name != name.strip() or odd:
        raise Invalid("name", f"A name has 1 to {LONGEST_NAME} visible characters, no space at its ends.")
    passwords.check(password, name)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Invalid("role", f"A role is one of: {', '.join(ROLES)}.")


def _fresh() -> str:
    return secrets.token_hex(16)
