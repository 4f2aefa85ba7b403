"""Many photos changed at once, gone on with after a kill, and taken back where that still stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kphotos import index, jobs, records
from kphotos.catalog import bulk, favourites
from kphotos.config import Settings
from kphotos.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from kphotos.identity.access import ADMIN, MEMBER, Viewer
from kphotos.index import projection, query
from kphotos.index.query import AssetView
from kphotos.index.scope import EVERYTHING, Scope
from kphotos.records import bulks
from kphotos.runtime import watches
from kphotos.sidecar import edits, intake, rebuild, sites
from kphotos.sidecar.observed import Observed
from kphotos.storage.volumes import Volume
from kphotos.tasks import Bench
from sync.codecs import xmp
from sync.core.model import Change
from tests.photos import jpeg
from tests.sim.tools import MARK

ALICE, BOB, CHARLIE = (
    Viewer(name.lower(), name, role)
    for name, role in (("Alice", ADMIN), ("Bob", MEMBER), ("Charlie", MEMBER))
)
TAG = [{"field": "tags", "op": "add", "value": ["Sea"]}]


@dataclass
class House:
    """Seven photos of Alice's that Bob may look at, one of them tagged by the original itself."""

    settings: Settings
    root: Path
    volume: Volume

    def ids(self) -> dict[str, str]:
        with index.use(self.settings):
            names = [f"IMG_{at}.JPG" for at in range(7)]
            return {name: query.asset_at(EVERYTHING, self.volume.id, name).id for name in names}

    def view(self, name: str, viewer: Viewer = ALICE) -> AssetView:
        with index.use(self.settings):
            return query.asset_at(Scope(viewer.id, None), self.volume.id, name)

    def value(self, name: str, field: str) -> Any:
        return self.view(name).document["fields"].get(field, {}).get("value")

    def order(self, changes: Sequence[dict[str, Any]] = TAG, viewer: Viewer = ALICE) -> str:
        return bulk.order(self.settings, viewer, changes, list(self.ids().values())).id

    def done(self, changes: Sequence[dict[str, Any]] = TAG, viewer: Viewer = ALICE) -> tuple[str, bulks.Log]:
        made = self.order(changes, viewer)
        return made, bulk.run(self.settings, made)

    def undone(self, made: str, viewer: Viewer = ALICE) -> bulks.Log:
        return bulk.run(self.settings, bulk.order_undo(self.settings, viewer, made).id)


@pytest.fixture
def house(both_settings: Settings, tmp_path: Path) -> House:
    settings, root = both_settings, tmp_path / "photos"
    root.mkdir()
    for at in range(7):
        jpeg(root / f"IMG_{at}.JPG", taken=f"2024-06-0{at + 1}T23:30:00", offset="+02:00")
    for who in (ALICE, BOB, CHARLIE):
        data = {"name": who.name, "role": who.role, "password": "x", "stamp": "s", "disabled": who == CHARLIE}
        records.save(settings, "users", who.id, data)
    volume = sites.add(settings, root)
    rebuild.begin(settings)
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())
    return House(settings, root, volume)


def test_every_photo_is_changed_and_its_history_names_the_edit(house: House) -> None:
    made, log = house.done()
    assert (len(log.changed), log.unchanged, log.refused, log.over) == (7, [], [], "done")
    assert house.value("IMG_3.JPG", "tags") == ["Sea"]
    assert (house.root / "IMG_3.JPG.xmp").exists()
    assert [line.get("bulk") for line in house.view("IMG_3.JPG").document["history"]] == [made]
    assert len(house.done()[1].unchanged) == 7


def test_it_is_taken_back_whole_and_that_again(house: House) -> None:
    house.done([{"field": "rating", "op": "set", "value": 2}])
    made, _ = house.done([*TAG, {"field": "rating", "op": "set", "value": 4}])
    log = house.undone(made)
    assert (len(log.changed), log.refused) == (7, [])
    assert (house.value("IMG_0.JPG", "tags"), house.value("IMG_0.JPG", "rating")) == (None, 2)
    back = next(order for order, _ in bulk.recent(house.settings, ALICE) if order.undoes == made)
    house.undone(back.id)
    assert (house.value("IMG_0.JPG", "tags"), house.value("IMG_0.JPG", "rating")) == (["Sea"], 4)


def test_it_is_not_taken_back_twice_unless_that_was_taken_back(house: House) -> None:
    made, _ = house.done()
    house.undone(made)
    orders = len(list(bulks.recent(house.settings)))
    with pytest.raises(Conflict, match="taken back already, by Alice on 2") as caught:
        house.undone(made)
    assert caught.value.code == "taken_back"
    assert len(list(bulks.recent(house.settings))) == orders
    back = next(order for order, _ in bulk.recent(house.settings, ALICE) if order.undoes == made)
    house.undone(back.id)
    assert len(house.undone(made).refused) == 7, "it was made again by another edit, which is named"
    again = next(order for order, _ in bulk.recent(house.settings, ALICE) if order.undoes == back.id)
    assert len(house.undone(again.id).changed) == 7


def test_what_could_not_be_taken_back_is_tried_again_alone(house: House) -> None:
    made, _ = house.done()
    ledger = house.root / "IMG_2.JPG.kphotos.json"
    whole = ledger.read_bytes()
    ledger.write_bytes(b"{")
    log = house.undone(made)
    assert (len(log.changed), len(log.refused)) == (6, 1)
    ledger.write_bytes(whole)
    log = house.undone(made)
    assert (len(log.changed), log.refused) == (1, [])
    assert house.value("IMG_2.JPG", "tags") is None
    with pytest.raises(Conflict, match="taken back already"):
        house.undone(made)


def test_a_taking_back_that_ended_early_is_gone_on_with(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = house.done()
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    begun = bulk.order_undo(house.settings, ALICE, made).id
    bulk.run(house.settings, begun, tell=lambda log: bulk.cancel(house.settings, begun))
    log = house.undone(made)
    assert (len(log.changed), log.refused) == (5, [])


def test_what_somebody_has_changed_since_stays_and_is_named(house: House) -> None:
    made, _ = house.done([*TAG, {"field": "title", "op": "set", "value": "Lake"}])
    edits.edit(house.settings, house.volume, "IMG_2.JPG", [Change("title", "set", "See")], by="bob")
    edits.edit(
        house.settings,
        house.volume,
        "IMG_4.JPG",
        [Change("title", "set", "Mer"), Change("tags", "remove", ["Sea"])],
        by="bob",
    )
    log = house.undone(made)
    (partly,) = log.partly
    assert tuple(partly[1:]) == ("IMG_2.JPG", "conflict", "Title has been changed since, by Bob.")
    (refused,) = log.refused
    assert tuple(refused[1:3]) == ("IMG_4.JPG", "conflict")
    assert "Title has been changed since, by Bob." in refused[3]
    assert "Tags “Sea” has been changed since, by Bob." in refused[3]
    assert (house.value("IMG_2.JPG", "title"), house.value("IMG_2.JPG", "tags")) == ("See", None)
    assert house.value("IMG_4.JPG", "title") == "Mer"
    assert house.value("IMG_5.JPG", "title") is None


def test_a_date_is_shifted_with_its_zone_and_across_midnight(house: House) -> None:
    made, log = house.done([{"field": "taken", "op": "shift", "value": 3_600}])
    assert len(log.changed) == 7
    assert house.value("IMG_0.JPG", "taken") == {"local": "2024-06-02T00:30:00", "offset": "+02:00"}
    house.undone(made)
    assert house.value("IMG_0.JPG", "taken") == {"local": "2024-06-01T23:30:00", "offset": "+02:00"}
    assert house.view("IMG_0.JPG").document["fields"]["taken"]["source"] == "embedded"


def test_a_photo_without_a_date_is_refused_and_the_others_are_shifted(house: House) -> None:
    edits.edit(house.settings, house.volume, "IMG_1.JPG", [Change("taken", "clear")], by="alice")
    _, log = house.done([{"field": "taken", "op": "shift", "value": 60}])
    assert [(one[1], one[2]) for one in log.refused] == [("IMG_1.JPG", "invalid_value")]
    assert len(log.changed) == 6


def test_a_worker_that_is_killed_is_gone_on_from_without_doing_anything_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    made = house.order([{"field": "taken", "op": "shift", "value": 3_600}])

    class Killed(BaseException):
        """The process is gone: after the photos are written, before the log is."""

    add, lines = bulks.add, []

    def die(settings: Settings, name: str, line: bulks.Line) -> None:
        lines.append(line)
        if len(lines) == 2:
            raise Killed
        add(settings, name, line)

    monkeypatch.setattr(bulks, "add", die)
    with pytest.raises(Killed):
        bulk.run(house.settings, made)
    monkeypatch.setattr(bulks, "add", add)
    assert bulks.log(house.settings, made).done == 2
    log = bulk.run(house.settings, made)
    assert (len(log.changed), log.over) == (7, "done")
    assert {house.value(name, "taken")["local"][11:] for name in house.ids()} == {"00:30:00"}
    assert len(house.undone(made).changed) == 7


def test_a_worker_does_it_and_one_that_must_end_leaves_the_rest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    made = house.order()
    stops = iter([False, False, True])
    assert bulk.run(house.settings, made, stopping=lambda: next(stops)).done == 4
    bench = Bench(house.settings)
    jobs.enqueue(house.settings, bulk.KIND, made, bulk=made)
    jobs.work(house.settings, {bulk.KIND: bench.change}, "w")
    bench.close()
    assert bulks.log(house.settings, made).over == "done"
    assert house.value("IMG_6.JPG", "tags") == ["Sea"]


def test_one_that_is_cancelled_keeps_what_is_done_and_can_be_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    made = house.order()
    log = bulk.run(house.settings, made, tell=lambda log: bulk.cancel(house.settings, made))
    assert (len(log.changed), log.over) == (2, "cancelled")
    assert len(house.undone(made).changed) == 2


def test_whoever_may_only_look_changes_nothing_but_their_own_favourites(house: House) -> None:
    _, log = house.done(viewer=BOB)
    assert {one[2] for one in log.refused} == {"forbidden"}
    assert not list(house.root.glob("*.xmp"))
    mark = [{"field": "favourites", "op": "add", "value": "bob"}]
    made, log = house.done(mark, BOB)
    assert (len(log.changed), log.refused) == (7, [])
    assert house.view("IMG_0.JPG", BOB).favourite
    assert not house.view("IMG_0.JPG", ALICE).favourite
    assert not list(house.root.glob("*.kphotos.json"))
    assert len(house.undone(made, BOB).changed) == 7
    assert not house.view("IMG_0.JPG", BOB).favourite


def test_an_editors_favourites_stand_beside_the_photos_and_are_taken_back(house: House) -> None:
    made, log = house.done([{"field": "favourites", "op": "add", "value": "alice"}])
    assert len(log.changed) == 7
    assert house.view("IMG_0.JPG").favourite
    house.undone(made)
    assert not house.view("IMG_0.JPG").favourite


def test_tags_of_the_original_itself_stay_to_be_seen(house: House) -> None:
    packet = MARK.sub(b"", xmp.write(None, {"tags": ["Own"]}, "none"))
    jpeg(house.root / "IMG_0.JPG", taken="2024-06-01T10:00:00", xmp=packet)
    intake.take(house.settings, house.volume, sites.engine_of(house.settings, house.volume).scan())
    assert house.value("IMG_0.JPG", "tags") == ["Own"]
    made, _ = house.done()
    assert house.value("IMG_0.JPG", "tags") == ["Own", "Sea"]
    house.undone(made)
    assert house.value("IMG_0.JPG", "tags") == ["Own"]


def test_what_is_wrong_is_said_before_anything_is_begun(house: House) -> None:
    for changes in (
        [{"field": "rating", "op": "set", "value": 9}],
        [{"field": "regions", "op": "clear"}],
        [{"field": "taken", "op": "shift", "value": "1h"}],
        [{"field": "favourites", "op": "add", "value": "bob"}],
    ):
        with pytest.raises(Invalid):
            house.order(changes)
    with pytest.raises(NotFound):
        bulk.order(house.settings, ALICE, TAG, ["0" * 32])
    assert list(bulk.recent(house.settings, ALICE)) == []


def test_anothers_edit_looks_like_none_and_a_running_one_cannot_be_taken_back(house: House) -> None:
    made = house.order()
    with pytest.raises(NotFound):
        bulk.seen_by(house.settings, BOB, made)
    with pytest.raises(Conflict):
        bulk.order_undo(house.settings, ALICE, made)
    with pytest.raises(NotFound):
        bulk.seen_by(house.settings, ALICE, "../../etc/passwd")


def test_an_account_that_was_disabled_does_nothing_more(house: House) -> None:
    made = bulks.made(CHARLIE.id, TAG, 7)
    bulks.save(house.settings, made, list(house.ids().values()))
    with pytest.raises(Forbidden):
        bulk.run(house.settings, made.id)


def test_favourites_in_the_own_record_are_taken_back_after_a_kill_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = [{"field": "favourites", "op": "add", "value": "bob"}]
    first = house.ids()["IMG_0.JPG"]
    assert favourites.add(house.settings, "bob", first)
    made = house.order(mark, BOB)
    is_killed = []

    def die(settings: Settings, name: str, line: bulks.Line) -> None:
        if line.changed:
            is_killed.append(name)
            raise SystemExit
        add(settings, name, line)

    add = bulks.add
    monkeypatch.setattr(bulks, "add", die)
    with pytest.raises(SystemExit):
        bulk.run(house.settings, made)
    assert is_killed
    monkeypatch.setattr(bulks, "add", add)
    log = bulk.run(house.settings, made)
    assert (len(log.changed), len(log.unchanged)) == (6, 1)
    house.undone(made, BOB)
    assert favourites.held(house.settings, "bob") == {first}


def test_a_database_that_goes_away_meanwhile_makes_no_refusals_of_edits_that_are_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = house.order()
    keep, calls = Observed.keep, list[int]()

    def away(memory: Observed, volume: str, seen: Mapping[str, bytes | None]) -> None:
        if any(path.endswith(".kphotos.json") for path in seen) and not calls.append(1) and len(calls) == 1:
            raise Unavailable("The database cannot be used now.")
        keep(memory, volume, seen)

    monkeypatch.setattr(Observed, "keep", away)
    with pytest.raises(Unavailable):
        bulk.run(house.settings, made)
    assert len(list(house.root.glob("*.kphotos.json"))) == 7
    log = bulk.run(house.settings, made)
    assert (len(log.changed), log.refused, log.over) == (7, [], "done")
    assert len(house.undone(made).changed) == 7
    assert house.value("IMG_0.JPG", "tags") is None


def test_an_index_that_cannot_be_told_makes_no_refusals_either(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(settings: Settings, changes: object) -> None:
        raise Unavailable("The database cannot be used now.")

    with monkeypatch.context() as patch:
        patch.setattr(projection, "project", away)
        made, log = house.done()
        edits.edit(house.settings, house.volume, "IMG_0.JPG", [Change("title", "set", "Lake")], by="alice")
    assert (len(log.changed), log.refused) == (7, [])
    assert house.volume.id in watches.asked(house.settings)
    intake.take(house.settings, house.volume, sites.engine_of(house.settings, house.volume).scan())
    assert house.value("IMG_0.JPG", "title") == "Lake"
    assert len(house.undone(made).changed) == 7
