"""The scene that a URL names."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from app.api.work import Pool
from app.scenes.scene import Scene
from app.scenes.shelf import Shelf


async def find_scene(
    request: Request, id: Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{40}$"})]
) -> Scene:
    """From memory, or else from the store. Raises SceneNotFound or SceneDamaged."""
    store: Shelf = request.app.state.store
    pool: Pool = request.app.state.pool
    scene = store.at_hand(id)
    return scene if scene is not None else await pool.file(store.get, id)


Found = Annotated[Scene, Depends(find_scene)]
