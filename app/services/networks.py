"""Makes networks out of models and inputs, stores them, and finds them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from app.conv.errors import ConvError
from app.networks.network import ModelKind, Network
from app.networks.network_builder import BuiltNetwork, build_network, network_id
from app.networks.refusals import NoSuchPart, refusal
from app.networks.run_messages import Array
from app.networks.sequential import encode_sequential, run_sequential
from app.scenes.scene import Scene
from app.services.container import Services
from app.services.executor import SMALL
from app.services.network_cells import find_node
from app.services.network_inputs import FormerInputs, InputReader
from app.services.scenes import find_scene
from app.store.errors import NetworkDamaged, NetworkNotFound, SceneDamaged, SceneNotFound
from app.store.network_store import StoredNetwork

_LARGE: Final = SMALL + 1
_ARCHIVE: Final = b"PK\x03\x04"
_PICKLE: Final = b"\x80"


class MadeNetwork(NamedTuple):
    """A network that is stored, and whether it is new."""

    network: Network | StoredNetwork
    created: bool


class _AlreadyStored(Exception):
    def __init__(self, network: StoredNetwork) -> None:
        super().__init__(network.id)
        self.network = network


def check_model(content: bytes) -> None:
    """Raise ConvError for kinds of files that are told by how they begin, and never read."""
    if content.startswith(_ARCHIVE):
        raise refusal("network_archive_refused")
    if content.startswith(_PICKLE):
        raise refusal("network_pickle_refused")


async def make_network(services: Services, parts: Mapping[str, bytes]) -> MadeNetwork:
    """
    Run the model in the parts of a form on the input in them.

    Raises ConvError, LimitExceeded, UnsupportedFile, RunStopped, ServerBusy, StoreFull or StoreUnavailable.
    """
    if ("model" in parts) == ("code" in parts):
        raise refusal("network_model_or_code")
    if "model" in parts:
        if "weights" in parts or "seed" in parts:
            raise refusal("network_weights_need_code", "/weights")
        check_model(parts["model"])
        return await _make(services, "onnx", parts["model"], parts)
    model = encode_sequential(parts["code"], parts.get("weights"), parts.get("seed"))
    return await _make(services, "sequential", model, parts)


async def run_again(services: Services, network: StoredNetwork, parts: Mapping[str, bytes]) -> MadeNetwork:
    """
    The model of a network on the input in the parts of a form; where it has a `name`, the other inputs stay
    what they are. Raises as `make_network` does, and NetworkDamaged.
    """
    model = await services.pool.file(services.networks.model, network)
    former = None
    if (name := parts.get("name")) is not None:
        former = await services.pool.file(_other_inputs, services, network, name)
    return await _make(services, network.kind, model, parts, former)


def _other_inputs(services: Services, network: StoredNetwork, name: bytes) -> FormerInputs:
    """The inputs of a network but the named one. Raises ConvError for a name that none of them has."""
    names = [each.name for each in network.inputs]
    text = name.decode("utf-8", "replace")
    if text not in names:
        shown = ", ".join(f"{each!r:.60}" for each in names)
        raise ConvError("network_input_name_unknown", "/name", name=f"{text!r:.60}", names=shown)
    others = [each for each in names if each != text]
    arrays = {each: services.networks.tensor(network, each).numpy() for each in others}
    return FormerInputs(arrays, network.prepared)


async def _make(
    services: Services,
    kind: ModelKind,
    model: bytes,
    parts: Mapping[str, bytes],
    former: FormerInputs | None = None,
) -> MadeNetwork:
    """Nothing is run where it is stored already."""
    try:
        built = await services.pool.run(_LARGE, _run, services, kind, model, parts, former)
    except _AlreadyStored as stored:
        return MadeNetwork(stored.network, created=False)
    created = await services.pool.file(_store, services, built)
    return MadeNetwork(built.network, created)


def _run(
    services: Services,
    kind: ModelKind,
    model: bytes,
    parts: Mapping[str, bytes],
    former: FormerInputs | None,
) -> BuiltNetwork:
    limits = services.settings
    reader = InputReader(parts.get("input"), parts.get("prepare"), limits, former)
    id = ""

    def inputs(described: Sequence[Mapping[str, Any]]) -> Mapping[str, Array]:
        nonlocal id
        arrays = reader(described)
        id = network_id(kind, model, arrays, reader.done)
        if stored := _stored(services, id):
            raise _AlreadyStored(stored)
        return arrays

    run_model = services.runs.run if kind == "onnx" else run_sequential
    run = run_model(model, inputs, limits)
    return build_network(id, kind, model, run, limits, reader.done)


def _stored(services: Services, id: str) -> StoredNetwork | None:
    """A network that is there with all of its scenes; what is damaged is made again, which mends it."""
    try:
        services.networks.check(id)
        network = services.networks.get(id)
        for node in network.nodes:
            if node.scene is not None:
                services.scenes.get(node.scene)
    except (NetworkNotFound, NetworkDamaged, SceneNotFound, SceneDamaged):
        return None
    return network


def _store(services: Services, built: BuiltNetwork) -> bool:
    created = services.networks.put(built.network, built.scenes.values())
    for scene in built.scenes.values():
        services.scenes.remember(scene)
    return created


async def find_network(services: Services, id: str) -> StoredNetwork:
    """Raises NetworkNotFound, NetworkDamaged or StoreUnavailable."""
    return await services.pool.file(services.networks.get, id)


async def layer_scene(services: Services, network: StoredNetwork, name: str) -> Scene:
    """The scene of a node. Raises NoSuchPart where there is none."""
    node = find_node(network, name)
    if node.scene is None:
        raise NoSuchPart("network_node_without_scene", name=f"{name!r:.60}", op=node.op)
    return await find_scene(services, node.scene)
