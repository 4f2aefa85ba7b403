"""`user`: accounts from the terminal, for whoever has the machine; no password on a command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from kphotos.cli.exits import OK
from kphotos.cli.output import Output
from kphotos.config import Settings
from kphotos.errors import Invalid
from kphotos.identity import accounts
from kphotos.identity.access import ADMIN, MEMBER, ROLES
from kphotos.identity.accounts import Account


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    user = commands.add_parser(
        "user", parents=[common], help="accounts: add, list, password, role, disable, enable"
    )
    actions = user.add_subparsers(required=True, metavar="ACTION", title="actions")
    actions.add_parser("list", parents=[common], help="every account").set_defaults(run=list_users)
    named: dict[str, argparse.ArgumentParser] = {}
    for action, run, text in (
        ("add", add_user, "a new account; the first one is always an admin"),
        ("password", set_password, "a new password; every session of the account ends"),
        ("role", set_role, "make an account an admin or a member; its sessions end"),
        ("disable", disable, "close an account; its sessions end"),
        ("enable", enable, "open a closed account again"),
    ):
        named[action] = actions.add_parser(action, parents=[common], help=text)
        named[action].add_argument("name", metavar="NAME")
        named[action].set_defaults(run=run)
    named["add"].add_argument("--role", choices=ROLES, default=MEMBER)
    named["role"].add_argument("role", choices=ROLES)
    for action in ("add", "password"):
        named[action].add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of stdin"
        )


def list_users(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Every account by name, without its password."""
    found = accounts.everyone(settings)
    rows = [(one.name, one.role, "disabled" if one.disabled else "") for one in found]
    out.result({"users": [told(one) for one in found]}, lambda: out.table(("name", "role", ""), rows))
    return OK


def add_user(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """The first account becomes an admin, whatever `--role` says: without one nobody could do anything."""
    password = _password(arguments)
    if accounts.exist(settings):
        account = accounts.add(settings, arguments.name, password, arguments.role)
    else:
        account = accounts.add_first(settings, arguments.name, password)
    return _done(out, account, f"{account.name} can sign in ({account.role}).")


def set_password(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Ask for the new password twice, or read it from stdin."""
    account = accounts.set_password(settings, arguments.name, _password(arguments))
    return _done(out, account, f"{account.name} has a new password and is signed out everywhere.")


def set_role(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """One admin always remains."""
    account = accounts.set_role(settings, arguments.name, arguments.role)
    article = "an admin" if account.role == ADMIN else "a member"
    return _done(out, account, f"{account.name} is {article} and is signed out everywhere.")


def disable(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """The account stays, with its favourites; nobody can sign in with it."""
    account = accounts.set_disabled(settings, arguments.name, disabled=True)
    return _done(out, account, f"{account.name} can no longer sign in.")


def enable(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """The same password as before is good again."""
    account = accounts.set_disabled(settings, arguments.name, disabled=False)
    return _done(out, account, f"{account.name} can sign in again.")


def told(account: Account) -> dict[str, Any]:
    """An account for programs: neither the password's hash nor the stamp."""
    return {"id": account.id, "name": account.name, "role": account.role, "disabled": account.disabled}


def _done(out: Output, account: Account, sentence: str) -> int:
    out.result({"user": told(account)}, lambda: out.say(sentence))
    return OK


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(f"Password for {arguments.name}: ")
    if getpass.getpass("Once more: ") != first:
        raise Invalid("password", "The two passwords differ.", kept="Nothing was changed.")
    return first
