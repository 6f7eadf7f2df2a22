"""Makes networks out of models and inputs, stores them, and finds them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from torch import Tensor

from app.conv.errors import ConvError, quoted
from app.networks.network import Model, Network
from app.networks.network_builder import build_network, network_id, to_tensor
from app.networks.refusals import NoSuchPart, refusal
from app.networks.run_messages import Array
from app.networks.sequential import encode_sequential, run_sequential
from app.scenes.scene import Scene
from app.services.container import Services
from app.services.networks.cells import find_node
from app.services.networks.inputs import FormerInputs, InputParser
from app.services.running.executor import SMALL
from app.store.errors import NetworkDamaged, NetworkNotFound
from app.store.network_store import Entries, StoredNetwork

_LARGE: Final = SMALL + 1
_ARCHIVE: Final = b"PK\x03\x04"
_PICKLE: Final = b"\x80"


class MadeNetwork(NamedTuple):
    """A network that is stored, and whether it is new."""

    network: Network | StoredNetwork
    created: bool


class _StoredConstants(NamedTuple):
    """Of a model's constants, made and stored while it is run."""

    tensors: Mapping[str, Tensor]
    entries: Entries


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
        return await _make(services, Model("onnx", parts["model"]), parts)
    model = encode_sequential(parts["code"], parts.get("weights"), parts.get("seed"))
    return await _make(services, Model("sequential", model), parts)


async def run_again(services: Services, network: StoredNetwork, parts: Mapping[str, bytes]) -> MadeNetwork:
    """
    The model of a network on the input in the parts of a form; where it has a `name`, the other inputs stay
    what they are, and where it is `edited`, what was done to the former is said still. Raises as
    `make_network` does, and NetworkDamaged.
    """
    model = await services.pool.file(services.networks.model, network)
    former = None
    if (name := parts.get("name")) is not None:
        former = await services.pool.file(_other_inputs, services, network, name)
    if (edited := parts.get("edited")) is not None:
        if edited != b"true":
            value = quoted(str(edited, "utf-8", "replace"))
            raise ConvError("not_one_of", "/edited", name="edited", choices=["true"], value=value)
        former = FormerInputs(former.arrays if former else {}, network.prepared, is_edited=True)
    return await _make(services, model, parts, former)


def _other_inputs(services: Services, network: StoredNetwork, name: bytes) -> FormerInputs:
    """The inputs of a network but the named one. Raises ConvError for a name that none of them has."""
    names = [each.name for each in network.inputs]
    text = str(name, "utf-8", "replace")
    if text not in names:
        known_names = ", ".join(quoted(each) for each in names)
        raise ConvError("network_input_name_unknown", "/name", name=quoted(text), names=known_names)
    others = [each for each in names if each != text]
    arrays = {each: services.networks.tensor(network, each).numpy() for each in others}
    return FormerInputs(arrays, network.prepared)


async def _make(
    services: Services, model: Model, parts: Mapping[str, bytes], former: FormerInputs | None = None
) -> MadeNetwork:
    """Nothing is run where it is stored already."""
    try:
        network, known = await services.pool.run(_LARGE, _run, services, model, parts, former)
    except _AlreadyStored as stored:
        return MadeNetwork(stored.network, created=False)
    return MadeNetwork(network, await services.pool.file(services.networks.put, network, known))


def _run(
    services: Services, model: Model, parts: Mapping[str, bytes], former: FormerInputs | None
) -> tuple[Network, Entries]:
    limits = services.settings
    parser = InputParser(parts.get("input"), parts.get("prepare"), limits, former)
    id = ""

    def inputs(described: Sequence[Mapping[str, Any]]) -> Mapping[str, Array]:
        nonlocal id
        arrays = parser(described)
        id = network_id(model, arrays, parser.done)
        if stored := _stored(services, id):
            raise _AlreadyStored(stored)
        return arrays

    constants = Future[_StoredConstants]()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: model.digest)  # while the model is read

        def use_constants(arrays: Mapping[str, Array]) -> None:
            nonlocal constants
            constants = pool.submit(_store_constants, services, model, arrays)

        if model.kind == "onnx":
            run = services.runs.run(model.content, inputs, limits, use_constants)
        else:
            run = run_sequential(model.content, inputs, limits)
            constants.set_result(_StoredConstants({}, {}))
    tensors, entries = constants.result()
    return build_network(id, model, run, limits, parser.done, tensors), entries


def _store_constants(services: Services, model: Model, arrays: Mapping[str, Array]) -> _StoredConstants:
    tensors = {name: to_tensor(array) for name, array in arrays.items()}
    return _StoredConstants(tensors, services.networks.put_constants(model, tensors))


def _stored(services: Services, id: str) -> StoredNetwork | None:
    """A network that is there; what is damaged is made again, which mends it."""
    try:
        services.networks.check(id)
        return services.networks.get(id)
    except (NetworkNotFound, NetworkDamaged):
        return None


async def find_network(services: Services, id: str) -> StoredNetwork:
    """Raises NetworkNotFound, NetworkDamaged or StoreUnavailable."""
    return await services.pool.file(services.networks.get, id)


async def layer_scene(services: Services, network: StoredNetwork, name: str) -> Scene:
    """
    The scene of a node, stored from now on. Raises NoSuchPart where there is none, and NetworkDamaged,
    StoreFull or StoreUnavailable.
    """
    node = find_node(network, name)
    if node.layer is None:
        raise NoSuchPart("network_node_without_scene", name=quoted(name), op=node.op)
    return await services.pool.file(services.layers.get, network, node)
