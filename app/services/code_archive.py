"""A scene as code and the file that the code loads, in one ZIP."""

from __future__ import annotations

import io
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from app.scenes.scene import Scene
from app.scenes.scene_file import encode
from app.torch_code.writer import write_code

# The earliest that a ZIP can say: the same scene gives the same bytes.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
# A plain file that its owner may write and all may read.
_MODE: Final = 0o100644 << 16


def code_archive(scene: Scene, backward: bool = False) -> bytes:
    """`<id>.py`, which prints output or gradients, and the scene file `<id>.safetensors` beside it."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as archive:
        for name, data in (
            (f"{scene.id}.py", write_code(scene, backward=backward).encode()),
            (f"{scene.id}.safetensors", encode(scene)),
        ):
            entry = ZipInfo(name, _DATE)
            entry.create_system, entry.external_attr = 3, _MODE
            archive.writestr(entry, data)
    return content.getvalue()
