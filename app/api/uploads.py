"""multipart/form-data: a scene whose tensors come as files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.api.bodies import TENSORS, scene_in
from app.api.problems import Problem
from app.api.work import Pool
from app.scenes.files import File, is_safetensors
from app.scenes.scene import Scene
from app.settings import Limits

_PARTS: Final = ("scene", *TENSORS)


class _Form(MultiPartParser):
    """Parts never go to the disk: the body is within its limit, and there may be no disk to write to."""

    spool_max_size = sys.maxsize


async def read_upload(
    request: Request, keys: Mapping[str, str | None], size: tuple[int, int] | None
) -> Scene:
    """The scene in the parts of a form; `keys` pick tensors out of files, `size` scales the picture."""
    limits: Limits = request.app.state.settings
    pool: Pool = request.app.state.pool
    parts = await _parts(request, limits)
    bytes_sent = sum(map(len, parts.values()))
    return await pool.run(bytes_sent, _scene_in, parts, keys, size, limits)


async def _parts(request: Request, limits: Limits) -> dict[str, bytes]:
    """The parts by name. Their file names are never looked at."""
    form = _Form(
        request.headers,
        request.stream(),
        max_files=len(_PARTS),
        max_fields=len(_PARTS),
        max_part_size=limits.max_body_bytes,
    )
    try:
        parts = await form.parse()
    except MultiPartException as error:
        raise Problem(400, f"the form cannot be read: {error.message}") from None
    try:
        return await _contents(parts)
    finally:
        await parts.close()


async def _contents(parts: FormData) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, part in parts.multi_items():
        if name not in _PARTS or name in found:
            what = "twice" if name in found else f"but only {', '.join(_PARTS)} are read"
            raise Problem(422, f"there is a part {name!r:.60}, {what}")
        found[name] = await part.read() if isinstance(part, UploadFile) else part.encode()
    return found


def _scene_in(
    parts: Mapping[str, bytes], keys: Mapping[str, str | None], size: tuple[int, int] | None, limits: Limits
) -> Scene:
    files = {
        name: File(parts[name], keys[name], size if name == "input" else None)
        for name in TENSORS
        if name in parts
    }
    if "scene" not in parts:
        if not is_safetensors(parts.get("input", b"")):
            raise Problem(422, "there is no part 'scene', and the part 'input' is no scene file")
        return scene_in(parts["input"], {}, limits)
    return scene_in(parts["scene"], files, limits)
