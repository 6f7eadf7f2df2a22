"""multipart/form-data: a scene whose tensors come as files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.api.bodies import TENSORS, parse, scene_from
from app.api.problems import Problem
from app.api.schemas import ScenePart
from app.api.work import Pool
from app.scenes.codec import NotAScene, decode
from app.scenes.files import File, is_safetensors, tensor_from
from app.scenes.scene import Scene, make_scene
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
        return _saved_scene(parts.get("input", b""), "input", limits)
    if not is_safetensors(parts["scene"]):
        return scene_from(parse(ScenePart, parts["scene"], limits), files, limits)
    saved = _saved_scene(parts["scene"], "scene", limits)
    sent = {name: tensor_from(file, name, saved.dtype, limits) for name, file in files.items()}
    input = sent.get("input", saved.input)
    weight, bias = sent.get("weight", saved.weight), sent.get("bias", saved.bias)
    return make_scene(saved.plan.operation, input, weight, bias, limits)


def _saved_scene(data: bytes, part: str, limits: Limits) -> Scene:
    try:
        return decode(data, limits)
    except NotAScene:
        message = "there is no part 'scene', and the part 'input' is no scene file"
        raise Problem(422, message if part == "input" else "the part 'scene' is no scene file") from None
