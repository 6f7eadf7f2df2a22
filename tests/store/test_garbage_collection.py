"""Collections free what no manifest names, and nothing else, beside whoever stores and reads."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import greenlet
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conv.operation import Conv2d
from app.limits import Limits
from app.scenes.scene import Scene, make_scene
from app.settings import Settings
from app.store.blob_store import BlobStore, blob_digest
from app.store.byte_store import ByteStore, Entry, on_disk, usage
from app.store.garbage_collection import collect
from app.store.local_store import LocalByteStore
from app.store.open_store import open_byte_store
from app.store.scene_store import BlobSceneStore
from tests.support.stores import Bucket, Folder, MemoryByteStore, Place, scenes_at, stored_files

LIMITS = Limits()
DAY = 86_400.0
_X = torch.randn(1, 40, 40, generator=torch.Generator().manual_seed(1))


def scene(weight: float = 1.0, shift: float = 0.0) -> Scene:
    """Scenes of one shift share a blob."""
    return make_scene(Conv2d(), _X + shift, torch.full((1, 1, 3, 3), weight), None, LIMITS)


def store_of(place: Place) -> ByteStore:
    return open_byte_store(Settings(store=place.address, store_reserve=0))


def blobs(place: Place) -> list[str]:
    return [name for name in place.read() if name.startswith(("blobs/", "trash/"))]


@pytest.mark.safety(39)
def test_only_what_no_manifest_names_is_freed(place: Place) -> None:
    scenes = scenes_at(place)
    for one in (scene(1.0), scene(2.0), scene(1.0, shift=1.0)):
        scenes.put(one)
    whole = place.read()
    assert collect(store_of(place), 0) == (0, 0, 0)
    place.delete(f"scenes/{scene(1.0).id}.json")
    assert collect(store_of(place), 0) == (0, 0, 0)  # its blob is another scene's too
    place.delete(f"scenes/{scene(2.0).id}.json")
    assert collect(store_of(place), 0, dry_run=True) == (1, on_disk(6400), 0)
    assert len(blobs(place)) == 2
    assert collect(store_of(place), 0) == (1, on_disk(6400), 0)
    assert len(blobs(place)) == 1
    assert scenes.get(scene(1.0, shift=1.0).id)
    for one in (scene(1.0), scene(2.0)):
        assert scenes.put(one)
        assert scenes.get(one.id).id == one.id
    assert place.read() == whole


def test_young_blobs_are_left(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    for number in range(3):
        scenes_at(place).put(scene(shift=number))
    files = sorted(tmp_path.glob("blobs/*"))
    for days, file in enumerate(files):
        age = store_of(place).now() - days * DAY - 60
        os.utime(file, (age, age))
    for manifest in tmp_path.glob("scenes/*"):
        manifest.unlink()
    assert collect(store_of(place), 7 * DAY).blobs == 0
    for left in (2, 1, 0):
        assert collect(store_of(place), left * DAY).blobs == 1
        assert sorted(tmp_path.glob("blobs/*")) == files[:left]


def test_naming_an_old_blob_again_makes_it_young(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    scenes_at(place).put(scene(1.0))
    (blob,) = tmp_path.glob("blobs/*")
    os.utime(blob, (0, 0))
    scenes_at(place).put(scene(2.0))
    for manifest in tmp_path.glob("scenes/*"):
        manifest.unlink()
    assert collect(store_of(place), DAY).blobs == 0
    assert blob.exists()


def test_manifests_of_any_kind_hold_their_blobs(place: Place) -> None:
    scenes_at(place).put(scene())
    (name,) = blobs(place)
    place.delete(f"scenes/{scene().id}.json")
    place.write(
        f"networks/{'a' * 40}.json", b'{"later": [{"deep": "%s"}]}' % name.removeprefix("blobs/").encode()
    )
    assert collect(store_of(place), 0).blobs == 0
    assert blobs(place) == [name]


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_what_an_interrupted_collection_left_in_the_trash(place: Place) -> None:
    """It can be read meanwhile; the next collection puts back what is named, and frees the rest."""
    trash_all(place, named=scene(), unnamed=scene(shift=1.0))
    for file in Path(place.address.removeprefix("file://")).glob("trash/*"):
        os.utime(file, (0, 0))
    assert collect(store_of(place), DAY) == (1, on_disk(6400), 1)
    assert blobs(place) == [f"blobs/{digest_of(scene())}"]
    assert scenes_at(place).get(scene().id).id == scene().id


@pytest.mark.parametrize("place", ["bucket"], indirect=True)
def test_what_another_collection_may_need_is_left_in_the_trash(place: Place) -> None:
    """An object store does not move: what was copied into the trash a moment ago may yet be put back."""
    trash_all(place, named=scene(), unnamed=scene(shift=1.0))
    trashed = blobs(place)
    assert collect(store_of(place), 0) == (0, 0, 0)
    assert blobs(place) == trashed
    assert scenes_at(place).get(scene().id).id == scene().id


def trash_all(place: Place, named: Scene, unnamed: Scene) -> None:
    for one in (named, unnamed):
        scenes_at(place).put(one)
        store_of(place).move(f"blobs/{digest_of(one)}", f"trash/{digest_of(one)}-{'a' * 32}")
    place.delete(f"scenes/{unnamed.id}.json")
    assert scenes_at(place).get(named.id).id == named.id


def digest_of(one: Scene) -> str:
    """Of the one blob that it has."""
    store = MemoryByteStore()
    BlobSceneStore(store, LIMITS).put(one)
    (name,) = (name for name in store.objects if name.startswith("blobs/"))
    return name.removeprefix("blobs/")


def test_damaged_bytes_in_the_trash_are_not_put_back() -> None:
    store = MemoryByteStore()
    scenes = BlobSceneStore(store, LIMITS)
    scenes.put(scene())
    store.put({f"trash/{digest_of(scene())}-{'a' * 32}": b"rubbish"})
    store.time = DAY
    assert collect(store, 0) == (0, 0, 0)
    assert list(store.entries("trash")) == []
    assert scenes.get(scene().id).id == scene().id


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    foreign = {
        "notes.txt": b"mine",
        "blobs/notes.txt": b"mine",
        "blobs/" + "0" * 39: b"x",
        "more/a.json": b"{}",
    }
    place = Folder(tmp_path)
    for name, data in foreign.items():
        place.write(name, data)
    scenes_at(place).put(scene())
    before = place.read()
    assert collect(store_of(place), 0).blobs == 0
    assert {name: place.read()[name] for name in before} == before


class SteppingByteStore(MemoryByteStore):
    """Lets somebody else go on before each of its calls; an object store's move is two of them."""

    def __init__(self, objects: MemoryByteStore, move_is_atomic: bool) -> None:
        self.objects, self.modified = objects.objects, objects.modified
        self.time = objects.time
        self.move_is_atomic = move_is_atomic

    def _step(self) -> None:
        # Manifests are read in threads; they never change.
        if threading.current_thread() is threading.main_thread() and greenlet.getcurrent().parent:
            greenlet.getcurrent().parent.switch()

    def get(self, name: str, max_bytes: int) -> bytearray:
        self._step()
        return super().get(name, max_bytes)

    def stat(self, name: str) -> Entry | None:
        self._step()
        return super().stat(name)

    def put_one(self, name: str, data: bytes) -> None:
        self._step()
        super().put_one(name, data)

    def refresh_one(self, entry: Entry, data: bytes | memoryview) -> None:
        self._step()
        super().refresh_one(entry, data)

    def move(self, name: str, to: str) -> None:
        self._step()
        if self.move_is_atomic:
            super().move(name, to)
        else:
            super().put({to: bytes(MemoryByteStore.get(self, name, 1 << 30))})
            self.delete(name)

    def delete(self, name: str) -> None:
        self._step()
        super().delete(name)

    def entries(self, folder: str = "") -> Iterator[Entry]:
        self._step()
        return iter(list(super().entries(folder)))


Actor = Callable[[ByteStore], object]


BLOB = b"numbers"
DIGEST = blob_digest(BLOB)
NAMING = json.dumps([DIGEST]).encode()
MANIFEST = f"scenes/{'a' * 40}.json"


class Stage:
    """Actors on one store, each of which goes on by one call at a time; there is an old unnamed blob."""

    def __init__(self, *actors: Actor, move_is_atomic: bool) -> None:
        self.store = MemoryByteStore()
        self.store.put({f"blobs/{DIGEST}": BLOB})
        self.store.time = 7 * DAY
        stepping = SteppingByteStore(self.store, move_is_atomic)
        self.actors = [greenlet.greenlet(lambda actor=actor: actor(stepping)) for actor in actors]

    def step(self, actor: int) -> None:
        if not self.actors[actor].dead:
            self.actors[actor].switch()

    def finish(self, actor: int) -> None:
        while not self.actors[actor].dead:
            self.step(actor)

    def check_if_stored(self, *writers: int) -> None:
        """From the answer on, what was stored can be read."""
        if any(self.actors[writer].dead for writer in writers):
            assert self.store.objects[MANIFEST] == NAMING
            assert BlobStore(self.store).get(DIGEST, 100) == BLOB


def write(store: ByteStore) -> None:
    BlobStore(store).put(MANIFEST, NAMING, {DIGEST: memoryview(BLOB)})


def free(store: ByteStore) -> None:
    collect(store, 0)


def play(order: list[int], move_is_atomic: bool) -> list[int]:
    """Let a writer (0) and a collection (1) go on in this order, then the writer; returns all turns."""
    stage = Stage(write, free, move_is_atomic=move_is_atomic)
    turns: list[int] = []
    while not all(actor.dead for actor in stage.actors):
        if any(actor.dead for actor in stage.actors):
            stage.step(0)
            stage.step(1)
        else:
            turns.append(order[len(turns)] if len(turns) < len(order) else 0)
            stage.step(turns[-1])
        stage.check_if_stored(0)
    assert list(stage.store.entries("trash")) == []
    return turns


@pytest.mark.slow
@pytest.mark.safety(39)
@pytest.mark.parametrize("move_is_atomic", [True, False])
def test_no_order_of_a_writer_and_a_collection_loses_a_blob(move_is_atomic: bool) -> None:
    """Every one of them, with no age that protects the blob."""
    order, played = play([], move_is_atomic), 1
    while 0 in order:
        # The next order: the last turn of the writer becomes one of the collection.
        while order.pop():
            pass
        order, played = play([*order, 1], move_is_atomic), played + 1
    assert played > 1000


@pytest.mark.slow
@pytest.mark.safety(39)
@given(
    turns=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 6)), max_size=20),
    killed=st.sets(st.integers(0, 3)),
    move_is_atomic=st.booleans(),
)
@settings(max_examples=1000, deadline=None)
def test_no_order_of_several_loses_a_blob(
    turns: list[tuple[int, int]], killed: set[int], move_is_atomic: bool
) -> None:
    """Two writers and two collections, some of which are killed where they stand."""
    stage = Stage(write, write, free, free, move_is_atomic=move_is_atomic)
    for actor, steps in turns:
        for _ in range(steps):
            stage.step(actor)
            stage.check_if_stored(0, 1)
    for actor in {0, 1, 2, 3} - killed:
        stage.finish(actor)
        stage.check_if_stored(0, 1)
    stage.store.time += DAY
    collect(stage.store, 0)
    stage.check_if_stored(0, 1)
    assert list(stage.store.entries("trash")) == []
    write(stage.store)
    assert BlobStore(stage.store).get(DIGEST, 100) == BLOB


def put_read_and_forget(place: Place, number: int, rounds: int) -> None:
    scenes = scenes_at(place)
    for k in range(rounds):
        one = scene(float(1 + number), shift=float((k + number) % 2))
        scenes.put(one)
        assert scenes.get(one.id).id == one.id
        place.delete(f"scenes/{one.id}.json")


def run_beside_collections(place: Place, rounds: int) -> int:
    """Writers whose scenes share blobs, beside two that collect all the time. Returns how much was freed."""
    failures: list[BaseException] = []
    freed: list[int] = []
    done = threading.Event()

    def watched(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def keep_collecting() -> None:
        store = store_of(place)
        while not done.is_set():
            freed.append(collect(store, 0).blobs)

    collectors = [watched(keep_collecting) for _ in range(2)]
    writers = [watched(partial(put_read_and_forget, place, k, rounds)) for k in range(3)]
    for writer in writers:
        writer.join()
    done.set()
    for collector in collectors:
        collector.join()
    if failures:
        raise failures[0]
    return sum(freed)


@pytest.mark.safety(39)
def test_writers_beside_collections_in_a_folder(tmp_path: Path) -> None:
    assert run_beside_collections(Folder(tmp_path), rounds=150) > 0
    collect(LocalByteStore(tmp_path), 0)
    assert list(stored_files(tmp_path)) == [".staging/check"]
    assert usage(LocalByteStore(tmp_path)) == 0


@pytest.mark.slow
@pytest.mark.safety(39)
def test_writers_beside_collections_in_a_bucket(bucket: Bucket) -> None:
    assert run_beside_collections(bucket, rounds=12) > 0
    collect(store_of(bucket), 0)
    assert bucket.read() == {}
