"""Decisions as they arrive, out of JSON or out of a form that works without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kphotos.errors import Invalid
from kphotos.sidecar.conflicts import KEPT, Decision, Own, Pick
from sync.core.fields import FIELDS, Kind
from sync.core.keys import field_of

MOST = 200
PLACE = ("location", "city", "state", "country", "code")
Decided = tuple[dict[str, Decision], dict[str, list[str]]]


def from_json(choices: Mapping[str, Any], seen: Mapping[str, Any]) -> Decided:
    """{key: number or {value}} and {key: [dots]}; Invalid names the key that is wrong."""
    decisions: dict[str, Decision] = {}
    for key, told in choices.items():
        if isinstance(told, int) and not isinstance(told, bool):
            decisions[key] = Pick(told)
        elif isinstance(told, dict) and told.keys() == {"value"}:
            decisions[key] = Own(told["value"])
        else:
            raise Invalid(key[:64], "A choice is a number, or an object with a value.", kept=KEPT)
    for key, dots in seen.items():
        if not isinstance(dots, list) or not all(isinstance(dot, str) for dot in dots):
            raise Invalid(key[:64], "seen is the list of dots that the page showed.", kept=KEPT)
    return _bounded(decisions), dict(seen)


def from_form(form: Mapping[str, str]) -> Decided:
    """`choice.<key>` is a number or "own", `own.<key>` its value, `seen.<key>` the dots, parted by spaces.

    `only` is "<key>=<number>": the one button that was pressed, whatever else is chosen.
    """
    seen = {name[5:]: value.split() for name, value in form.items() if name.startswith("seen.")}
    if "only" in form:
        key, _, number = form["only"].rpartition("=")
        return {key: Pick(_number(key, number))}, seen
    decisions: dict[str, Decision] = {}
    for name, value in form.items():
        if name.startswith("choice."):
            key = name[7:]
            decisions[key] = Own(_own(key, form)) if value == "own" else Pick(_number(key, value))
    return _bounded(decisions), seen


def _bounded(decisions: dict[str, Decision]) -> dict[str, Decision]:
    if not 1 <= len(decisions) <= MOST:
        raise Invalid(
            "choices", "Nothing was decided." if not decisions else "These are too many.", kept=KEPT
        )
    return decisions


def _number(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Invalid(key[:64], "A choice is a number.", kept=KEPT)
    return int(text)


def _own(key: str, form: Mapping[str, str]) -> Any:
    row = FIELDS.get(field_of(key))
    kind = row.kind if row is not None and "/" not in key else Kind.TEXT
    return _READ.get(kind, _text)(f"own.{key}", form)


def _text(name: str, form: Mapping[str, str]) -> Any:
    return form.get(name, "").strip() or None


def _moment(name: str, form: Mapping[str, str]) -> Any:
    day, time, zone = (form.get(f"{name}.{part}", "").strip() for part in ("date", "time", "zone"))
    if not day:
        return None
    time = f"{time}:00" if len(time) == 5 else time
    return {"local": f"{day}T{time}" if time else day, "offset": zone or None}


def _position(name: str, form: Mapping[str, str]) -> Any:
    lat, lon, alt = (_real(form.get(f"{name}.{part}", ""), name) for part in ("lat", "lon", "alt"))
    return None if lat is None and lon is None else {"lat": lat, "lon": lon, "alt": alt}


def _real(text: str, name: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError as error:
        raise Invalid(name.removeprefix("own.")[:64], "This must be a number.", kept=KEPT) from error


def _integer(name: str, form: Mapping[str, str]) -> Any:
    text = form.get(name, "").strip()
    return _number(name.removeprefix("own."), text) if text else None


def _names(name: str, form: Mapping[str, str]) -> Any:
    return [line.strip() for line in form.get(name, "").splitlines() if line.strip()] or None


def _place(name: str, form: Mapping[str, str]) -> Any:
    found = {part: form.get(f"{name}.{part}", "").strip() for part in PLACE}
    return {part: text for part, text in found.items() if text} or None


_READ: Mapping[Kind, Callable[[str, Mapping[str, str]], Any]] = {
    Kind.MOMENT: _moment,
    Kind.POSITION: _position,
    Kind.INTEGER: _integer,
    Kind.NAMES: _names,
    Kind.PLACE: _place,
}
