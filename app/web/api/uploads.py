"""multipart/form-data: a scene whose tensors come as files."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from app.conv.errors import ConvError, Message, quoted
from app.formats.file_types import TensorFile
from app.formats.safetensors import is_safetensors
from app.limits import Limits
from app.scenes.tensor_axes import TENSOR_NAMES
from app.services.container import Services
from app.services.scene_builder import BuiltScene, scene_from_bytes
from app.web.api.parsing import check_encoding
from app.web.api.problems import Problem

SIZE: Final = re.compile(r"^[0-9]{1,6},[0-9]{1,6}$")
_PARTS: Final = ("scene", *TENSOR_NAMES)


@dataclass(frozen=True, slots=True)
class FileQuery:
    """
    What the query asks of the files: `keys` pick tensors out of them, `size` scales the picture, `index`
    picks one sample of a batch.
    """

    keys: Mapping[str, str | None]
    size: tuple[int, int] | None
    index: int | None


def check_files_are_there(query: FileQuery, parts: Collection[str]) -> None:
    """Raise ConvError for a parameter about a file that is none of the parts of the form."""
    of_input: dict[str, object] = {"size": query.size, "input_index": query.index}
    given = [(f"{name}_key", key, name) for name, key in query.keys.items()]
    for parameter, value, name in [*given, *((each, value, "input") for each, value in of_input.items())]:
        if value is not None and name not in parts:
            raise ConvError("parameter_needs_file", f"/{parameter}", parameter=parameter, part=name)


class _Form(MultiPartParser):
    """
    Keeps the parts as they come, and not in files: the body is within its limit, and there may be no disk to
    write to.
    """

    is_finished = False

    def __init__(self, headers: Headers, stream: AsyncGenerator[bytes, None], most: int) -> None:
        """`most`: parts."""
        super().__init__(headers, stream, max_files=most, max_fields=most)
        # The content of each part, in the order of the parts.
        self.contents: list[BytesIO] = []

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self.contents.append(BytesIO())

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.contents[-1].write(memoryview(data)[start:end])

    def on_end(self) -> None:
        """The parser calls this at the last boundary."""
        self.is_finished = True


async def read_upload(request: Request, services: Services, query: FileQuery) -> BuiltScene:
    """The scene in the parts of a form."""
    check_encoding(request)
    parts = await read_parts(request, _PARTS)
    bytes_sent = sum(map(len, parts.values()))
    return await services.pool.run(bytes_sent, _scene_from_parts, parts, query, services.settings)


async def read_parts(request: Request, names: Sequence[str]) -> dict[str, bytes]:
    """The parts of a form by name, these and no others. Their file names are never looked at."""
    form = _Form(request.headers, request.stream(), len(names))
    try:
        parts = await form.parse()
    except MultiPartException as error:
        raise Problem(400, _form_message(error.message, len(names))) from None
    await parts.close()
    if not form.is_finished:
        raise Problem(400, Message("form_unfinished"))
    return _contents([name for name, _ in parts.multi_items()], form.contents, names)


def _form_message(said: str, most: int) -> Message:
    """What the parser says: it has sentences, no codes."""
    if said.startswith("Missing boundary"):
        return Message("form_without_boundary")
    if said.startswith("Too many"):
        return Message("form_too_many_parts", most=most)
    return Message("form_unreadable")


def _contents(names: Sequence[str], parts: Sequence[BytesIO], known: Sequence[str]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for name, part in zip(names, parts, strict=True):
        if name in contents:
            raise Problem(422, Message("form_part_twice", name=quoted(name)))
        if name not in known:
            params = {"name": quoted(name), "names": ", ".join(known)}
            raise Problem(422, Message("form_part_unknown", **params))
        contents[name] = part.getvalue()  # its own bytes: nothing is copied
    return contents


def _scene_from_parts(parts: Mapping[str, bytes], query: FileQuery, limits: Limits) -> BuiltScene:
    check_files_are_there(query, parts)
    files = {
        name: TensorFile(parts[name], query.keys[name], query.size, query.index)
        if name == "input"
        else TensorFile(parts[name], query.keys[name])
        for name in TENSOR_NAMES
        if name in parts
    }
    if "scene" not in parts:
        if not is_safetensors(parts.get("input", b"")):
            raise Problem(422, Message("form_without_scene"))
        return scene_from_bytes(parts["input"], {}, limits)
    return scene_from_bytes(parts["scene"], files, limits)
