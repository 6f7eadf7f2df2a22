"""Stores scenes, once it is certain that every sum of theirs fits their dtype."""

from __future__ import annotations

from app.scenes.scene import Scene, check_sums, sums_surely_fit
from app.services.container import Services


async def store_scene(services: Services, scene: Scene) -> bool:
    """
    Store a scene for good; False if it was there already.

    Raises ConvError where a sum leaves the range of the dtype, StoreFull or StoreUnavailable.
    """
    if not sums_surely_fit(scene):
        await services.pool.run(scene.plan.products, check_sums, scene)
    return await services.pool.file(services.scenes.put, scene)


async def find_scene(services: Services, id: str) -> Scene:
    """The scene from memory, or else from the store. Raises SceneNotFound or SceneDamaged."""
    scene = services.scenes.get_cached(id)
    return scene if scene is not None else await services.pool.file(services.scenes.get, id)
