"""`convscope store check` and `convscope store collect`: what they print, and how they exit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from app.cli import main
from app.conv.operation import Conv2d
from app.limits import Limits
from app.scenes.scene import Scene, make_scene
from app.scenes.scene_file import encode
from app.store.byte_store import on_disk
from tests.support.scenes import CHAPTER
from tests.support.server_process import running_server
from tests.support.stores import Place, scenes_at

SIDE = 40
BLOB = on_disk(SIDE * SIDE * 4)


def scene(number: float = 1.0) -> Scene:
    x = torch.full((1, SIDE, SIDE), float(number))
    return make_scene(Conv2d(), x, torch.ones(1, 1, 1, 1), None, Limits())


def run(place: Place | str, *arguments: str) -> Result:
    address = place if isinstance(place, str) else place.address
    return CliRunner().invoke(main, ["store", *arguments], env={"CONVSCOPE_STORE": address})


def names(place: Place, folder: str) -> list[str]:
    return sorted(name for name in place.read() if name.startswith(f"{folder}/"))


def test_a_whole_store(place: Place) -> None:
    for number in range(3):
        scenes_at(place).put(scene(number))
    place.write(f"{scene(7).id}.safetensors", encode(scene(7)))
    files = place.read()
    place.delete(f"scenes/{scene(0).id}.json")
    checked = run(place, "check")
    assert checked.exit_code == 0, checked.output
    counted = "scenes: 3, networks: 0, damaged: 0"
    assert checked.stdout == f"{counted}; blobs that no manifest names: 1 ({BLOB} bytes)\n"
    scenes_at(place).put(scene(0))
    assert place.read() == files


@pytest.mark.safety(39)
def test_all_damage_is_told(place: Place) -> None:
    for number in range(6):
        scenes_at(place).put(scene(number))
    manifests = {number: f"scenes/{scene(number).id}.json" for number in range(6)}
    blob = {number: blob_named(place, manifests[number]) for number in range(6)}
    place.delete(f"blobs/{blob[0]}")
    place.write(f"blobs/{blob[1]}", bytes(SIDE * SIDE * 4 - 1) + b"\1")
    place.write(manifests[2], b"rubbish")
    place.write(manifests[3], place.read()[manifests[4]])
    place.write(f"blobs/{blob[5]}", b"half")
    place.delete(manifests[5])  # of nobody's blob it is told too
    place.write(f"{scene(9).id}.safetensors", b"rubbish")
    checked = run(place, "check")
    assert checked.exit_code == 1
    assert "scenes: 6, networks: 0, damaged: 6; blobs" in checked.stdout
    for expected in (
        f"scene {scene(0).id} is damaged: blob {blob[0]} is missing",
        f"scene {scene(1).id} is damaged: blob {blob[1]} is damaged",
        f"scene {scene(2).id} is damaged: not the manifest of a scene: ",
        f"scene {scene(3).id} is damaged: its content is that of another id",
        f"blob {blob[5]} is damaged",
        f"scene {scene(9).id} is damaged: not a scene file: ",
    ):
        assert expected in checked.stdout
    assert checked.stderr == "convscope: sending the content of a damaged scene again mends it\n"
    for number in (0, 1, 2, 3, 9):
        assert scenes_at(place).put(scene(number))
    mended = run(place, "check")
    assert mended.exit_code == 0, mended.output
    assert "scenes: 6, networks: 0, damaged: 0" in mended.stdout


def blob_named(place: Place, manifest: str) -> str:
    (digest,) = re.findall(rb'"blob":"(.{64})"', place.read()[manifest])
    return str(digest, "ascii")


def test_collect(place: Place) -> None:
    for number in range(3):
        scenes_at(place).put(scene(number))
    for number in (0, 1):
        place.delete(f"scenes/{scene(number).id}.json")
    would = run(place, "collect", "--older-than", "0s", "--dry-run")
    assert would.stdout == f"would free 2 blobs that no manifest names ({2 * BLOB} bytes)\n"
    assert "freed 0 blobs" in run(place, "collect", "--older-than", "1h").stdout
    assert len(names(place, "blobs")) == 3
    freed = run(place, "collect", "--older-than", "0s")
    assert freed.exit_code == 0
    said = f"freed 2 blobs that no manifest names ({2 * BLOB} bytes); put back, being named since: 0\n"
    assert freed.stdout == said
    assert (len(names(place, "blobs")), names(place, "trash")) == (1, [])
    assert run(place, "check").exit_code == 0


@pytest.mark.parametrize("age", ["", "7", "d", "-1d", "1.5d", "7w", "7 d", "1e3s", "٧d", "9" * 400 + "d"])
def test_no_age(tmp_path: Path, age: str) -> None:
    refused = run(tmp_path.as_uri(), "collect", f"--older-than={age}")
    assert refused.exit_code == 1
    assert "--older-than is '" in refused.stderr
    assert "such as 90s, 30m, 12h or 7d" in refused.stderr


@pytest.mark.parametrize("command", [["check"], ["collect", "--older-than", "7d"]])
def test_no_store(command: list[str]) -> None:
    refused = run("ftp://host/x", *command)
    assert refused.exit_code == 1
    assert "CONVSCOPE_STORE is 'ftp://host/x', expected file:///folder" in refused.stderr


@pytest.mark.parametrize("command", [["check"], ["collect", "--older-than", "1d"]])
def test_no_folder_is_made_by_looking(tmp_path: Path, command: list[str]) -> None:
    folder = tmp_path / "mistyped"
    refused = run(folder.as_uri(), *command)
    assert refused.exit_code == 1 and "there is no such folder" in refused.stderr
    assert not folder.exists()


def test_an_age_is_asked_for(tmp_path: Path) -> None:
    assert run(tmp_path.as_uri(), "collect").exit_code == 2


@pytest.mark.slow
def test_beside_a_running_server(place: Place, tmp_path: Path) -> None:
    """What a server has in memory only, it stores again when it is sent again."""
    large = CHAPTER | {"input": {"random": {"shape": [2, SIDE, SIDE]}}}
    with running_server(tmp_path, store=place.address) as server, server.client() as client:
        made = client.post("/api/v1/scenes", json=large).json()["links"]["self"]
        edit = {"cells": [{"tensor": "input", "index": [0, 0, 0], "value": 5}]}
        edited = client.post(f"{made}/edits", json=edit).json()["links"]["self"]
        (manifest,) = (name for name in names(place, "scenes") if edited.rsplit("/", 1)[1] in name)
        place.delete(manifest)
        assert "freed 1 blobs" in run(place, "collect", "--older-than", "0s").stdout
        assert client.post(f"{made}/edits", json=edit).status_code == 201
        assert "freed 0 blobs" in run(place, "collect", "--older-than", "0s").stdout
    with running_server(tmp_path, store=place.address) as server, server.client() as client:
        for path in (made, edited):
            assert client.get(path).status_code == 200
    assert run(place, "check").exit_code == 0
