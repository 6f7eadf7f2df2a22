"""The scenes of networks' layers: each is made, and stored, when it is first asked for."""

from __future__ import annotations

import threading
from functools import partial
from typing import Final

from cachetools import LRUCache

from app.limits import Limits
from app.networks.layer_scenes import layer_scene
from app.networks.network import Node
from app.scenes.scene import Scene
from app.store.cached_store import CachedSceneStore
from app.store.errors import SceneDamaged, SceneNotFound
from app.store.network_store import NetworkStore, StoredNetwork

_MAX_IDS: Final = 4096


class LayerStore:
    """A scene shares its tensors with its network, so that it costs a manifest."""

    def __init__(self, networks: NetworkStore, scenes: CachedSceneStore, limits: Limits) -> None:
        self._networks = networks
        self._scenes = scenes
        self._limits = limits
        self._ids: LRUCache[tuple[str, str], str] = LRUCache(_MAX_IDS)
        self._lock = threading.Lock()

    def get(self, network: StoredNetwork, node: Node) -> Scene:
        """
        Of a node that is a layer. Raises NetworkDamaged, LimitExceeded where limits are lower now, StoreFull
        or StoreUnavailable.
        """
        with self._lock:
            id = self._ids.get((network.id, node.name))
        if id is not None:
            try:
                return self._scenes.get(id)
            except (SceneNotFound, SceneDamaged):
                pass  # it is made again, which mends it
        tensor_of = partial(self._networks.tensor, network)
        scene = layer_scene(node, network.tensors, tensor_of, self._limits)
        if self._scenes.get_cached(scene.id) is None:
            self._scenes.put(scene)
        with self._lock:
            self._ids[network.id, node.name] = scene.id
        return scene
