"""Where networks are kept: each as a manifest, its model and the tensors on its edges as blobs."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
import torch
from torch import Tensor

from app.conv.errors import Message
from app.limits import MEBI, Limits
from app.networks.network import Edge, Model, ModelKind, Network, Node
from app.scenes.scene import describe, operation_from
from app.store.blob_store import Blobs, BlobStore, blob_digest
from app.store.byte_store import ByteStore
from app.store.errors import BlobDamaged, NetworkDamaged, NetworkNotFound, ObjectNotFound, ObjectUnusable

_ID: Final = re.compile(r"[0-9a-f]{40}")
_MAX_BYTES_INSIDE: Final = 4096
_FORMAT: Final = 2
_HASHERS: Final = 2
_MAX_MODEL_BYTES: Final = 1024 * MEBI

# Tensors by name, each as a manifest has it.
Entries = Mapping[str, Mapping[str, Any]]


class StoredNetwork(NamedTuple):
    """A network without its numbers; `tensors`: by edge, each as its manifest has it."""

    id: str
    kind: ModelKind
    inputs: tuple[Edge, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    parameters: int
    tensors: Entries
    model: Mapping[str, Any]
    opset: int | None
    prepared: Mapping[str, tuple[Message, ...]]
    weights: Message | None


class NetworkStore:
    """Networks as manifests, `networks/<id>.json`; their tensors are read one by one."""

    def __init__(
        self, store: ByteStore, limits: Limits, built_in: Mapping[str, Network] | None = None
    ) -> None:
        """`built_in`: small networks by id that are there without being stored."""
        self._built_in: dict[str, StoredNetwork] = {}
        self._built_in_blobs: Blobs = {}
        for id, network in (built_in or {}).items():
            manifest, blobs = _written(network)
            self._built_in[id] = _read(id, manifest)
            self._built_in_blobs = {**self._built_in_blobs, **blobs}
        self._blobs = BlobStore(store)
        self._limits = limits

    def get(self, id: str) -> StoredNetwork:
        """Raises NetworkNotFound, NetworkDamaged or StoreUnavailable."""
        if id in self._built_in:
            return self._built_in[id]
        if not _ID.fullmatch(id):
            raise NetworkNotFound(id)
        try:
            return _read(id, self._blobs.manifest(_name(id)))
        except ObjectNotFound:
            raise NetworkNotFound(id) from None
        except (ObjectUnusable, LookupError, TypeError, ValueError) as error:
            raise NetworkDamaged(id) from error

    def tensor(self, network: StoredNetwork, edge: str) -> Tensor:
        """The numbers on an edge that the network has. Raises NetworkDamaged or StoreUnavailable."""
        entry = network.tensors[edge]
        data = self._bytes(network.id, entry, 8 * self._limits.max_network_numbers)
        try:
            array = np.frombuffer(data, np.dtype(entry["dtype"])).reshape(entry["shape"])
        except ValueError as error:
            raise NetworkDamaged(network.id) from error
        return torch.from_numpy(array)

    def model(self, network: StoredNetwork) -> Model:
        """The file that the network was made from. Raises as `tensor` does."""
        content = self._bytes(network.id, network.model, _MAX_MODEL_BYTES)
        return Model(network.kind, bytes(content))

    def put(self, network: Network, known: Entries | None = None) -> bool:
        """
        Keep a network for good; False if it was there already. `known`: what `put_constants` returned. Raises
        StoreFull or StoreUnavailable.
        """
        return self._blobs.put(_name(network.id), *_written(network, known))

    def put_constants(self, model: Model, tensors: Mapping[str, Tensor]) -> Entries:
        """Store what is known of a network before it was run: its blobs alone. Raises as `put` does."""
        blobs: dict[str, memoryview] = {}
        entries = _tensor_entries(tensors, blobs)
        _entry(memoryview(model.content), blobs, model.digest)
        self._blobs.put_blobs(blobs)
        return entries

    def check(self, id: str) -> None:
        """
        Read all of a network, to the end: whatever is damaged is set aside, and stored anew with the network.
        Raises as `get` and `tensor` do.
        """
        network = self.get(id)
        damage: NetworkDamaged | None = None
        reads: list[Callable[[], object]] = [
            lambda: self.model(network),
            *(partial(self.tensor, network, edge) for edge in network.tensors),
        ]
        for read in reads:
            try:
                read()
            except NetworkDamaged as error:
                damage = damage or error
        if damage is not None:
            raise damage

    def _bytes(self, id: str, entry: Mapping[str, Any], max_bytes: int) -> bytearray:
        try:
            if "base64" in entry:
                return bytearray(b64decode(entry["base64"]))
            if (known := self._built_in_blobs.get(entry["blob"])) is not None:
                return bytearray(known)
            return self._blobs.get(entry["blob"], max_bytes)
        except (BlobDamaged, LookupError, TypeError, ValueError) as error:
            raise NetworkDamaged(id) from error


def _written(network: Network, known: Entries | None = None) -> tuple[bytes, Blobs]:
    """The manifest and the blobs it names. The same network gives the same bytes."""
    blobs: dict[str, memoryview] = {}
    entries = _tensor_entries(network.tensors, blobs, known)
    manifest = {
        "format": _FORMAT,
        "kind": network.model.kind,
        "opset": network.opset,
        "prepared": {name: list(map(_message, done)) for name, done in network.prepared.items()},
        "weights": None if network.weights is None else _message(network.weights),
        "model": _entry(memoryview(network.model.content), blobs, network.model.digest),
        "inputs": [_edge(edge) for edge in network.inputs],
        "nodes": [_node(node) for node in network.nodes],
        "outputs": network.outputs,
        "parameters": network.parameters,
        "tensors": entries,
    }
    return orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS), blobs


def network_ids(store: ByteStore) -> set[str]:
    """The ids of all networks, damaged ones too."""
    names = (entry.name for entry in store.entries("networks"))
    ids = {name.rpartition("/")[2].removesuffix(".json") for name in names if name.endswith(".json")}
    return {id for id in ids if _ID.fullmatch(id)}


def _name(id: str) -> str:
    return f"networks/{id}.json"


def _entry(data: memoryview, blobs: dict[str, memoryview], digest: str | None = None) -> dict[str, Any]:
    if data.nbytes <= _MAX_BYTES_INSIDE:
        return {"base64": b64encode(data).decode()}
    digest = digest or blob_digest(data)
    blobs[digest] = data
    return {"blob": digest}


def _tensor_entries(
    tensors: Mapping[str, Tensor], blobs: dict[str, memoryview], known: Entries | None = None
) -> Entries:
    # Digests are worked out without the interpreter's lock.
    with ThreadPoolExecutor(_HASHERS) as pool:
        entries = pool.map(
            lambda name: _tensor_entry(tensors[name], blobs, (known or {}).get(name, {}).get("blob")), tensors
        )
    return dict(zip(tensors, entries, strict=True))


def _tensor_entry(tensor: Tensor, blobs: dict[str, memoryview], digest: str | None) -> dict[str, Any]:
    array = tensor.numpy()
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    data = array.reshape(-1).view(np.uint8).data
    return {"shape": list(tensor.shape), "dtype": array.dtype.str} | _entry(data, blobs, digest)


def _edge(edge: Edge) -> list[Any]:
    return [edge.name, edge.shape, edge.dtype]


def _node(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "op": node.op,
        "inputs": node.inputs,
        "outputs": [_edge(edge) for edge in node.outputs],
        "parameters": node.parameters,
        "multiply_adds": node.multiply_adds,
        "attributes": node.attributes,
        "layer": None if node.layer is None else describe(node.layer),
        "note": None if node.note is None else _message(node.note),
    }


def _message(message: Message) -> dict[str, Any]:
    params = {
        name: {"message": _message(value)} if isinstance(value, Message) else value
        for name, value in message.params.items()
    }
    return {"code": message.code, "params": params}


def _read(id: str, manifest: bytes) -> StoredNetwork:
    fields = orjson.loads(manifest)
    if fields["format"] != _FORMAT:
        raise ValueError("another format")
    nodes = tuple(map(_read_node, fields["nodes"]))
    # Manifests of earlier versions have no total.
    parameters = fields.get("parameters", sum(node.parameters for node in nodes))
    return StoredNetwork(
        id,
        fields["kind"],
        tuple(map(_read_edge, fields["inputs"])),
        nodes,
        tuple(fields["outputs"]),
        parameters,
        fields["tensors"],
        fields["model"],
        fields["opset"],
        {name: tuple(map(_read_message, done)) for name, done in fields["prepared"].items()},
        None if fields["weights"] is None else _read_message(fields["weights"]),
    )


def _read_edge(entry: list[Any]) -> Edge:
    name, shape, dtype = entry
    return Edge(name, None if shape is None else tuple(shape), dtype)


def _read_node(entry: Mapping[str, Any]) -> Node:
    note = entry["note"]
    return Node(
        entry["name"],
        entry["op"],
        tuple(entry["inputs"]),
        tuple(map(_read_edge, entry["outputs"])),
        entry["parameters"],
        entry["multiply_adds"],
        entry["attributes"],
        None if entry["layer"] is None else operation_from(entry["layer"]),
        None if note is None else _read_message(note),
    )


def _read_message(entry: Mapping[str, Any]) -> Message:
    params = {
        name: _read_message(value["message"]) if isinstance(value, dict) else _tuple(value)
        for name, value in entry["params"].items()
    }
    return Message(entry["code"], **params)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
