"""The services of one application, wired once and passed to every handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.networks.network import Network
from app.networks.run_process import RunProcess
from app.observability.metrics import Metrics
from app.scenes.scene import Scene
from app.services.running.executor import ComputePool
from app.services.running.readiness import Readiness
from app.services.running.response_cache import ResponseCache
from app.services.running.shutdown import ShutdownState
from app.settings import Settings
from app.store.cached_store import CachedSceneStore
from app.store.layer_store import LayerStore
from app.store.network_store import NetworkStore
from app.store.open_store import open_stores


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    metrics: Metrics
    pool: ComputePool
    scenes: CachedSceneStore
    networks: NetworkStore
    layers: LayerStore
    runs: RunProcess
    responses: ResponseCache
    shutdown: ShutdownState
    readiness: Readiness

    def close(self) -> None:
        self.runs.close()
        self.pool.close()
        self.readiness.close()


def open_services(
    settings: Settings, built_in: Mapping[str, Scene], networks: Mapping[str, Network] | None = None
) -> Services:
    """
    built_in, networks: scenes and networks by id that are there without being stored. Raises ValueError for a
    store that cannot be opened.
    """
    metrics = Metrics()
    shutdown = ShutdownState(settings.grace_seconds)
    stores = open_stores(settings, networks)
    scenes = CachedSceneStore(stores.scenes, built_in, settings.cache_bytes, metrics)
    return Services(
        settings,
        metrics,
        ComputePool(settings, metrics),
        scenes,
        stores.networks,
        LayerStore(stores.networks, scenes, settings),
        RunProcess(),
        ResponseCache(settings.answer_bytes),
        shutdown,
        Readiness(scenes.check, shutdown),
    )
