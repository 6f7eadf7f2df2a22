"""What the operator decides: CONVSCOPE_* environment variables, and where the web files lie."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

VERSION: Final = version("convscope")

_PACKAGE: Final = Path(__file__).resolve().parent
# In a wheel the web files travel inside the package; in a checkout they lie beside it.
_WEB: Final = _PACKAGE / "_web" if (_PACKAGE / "_web").is_dir() else _PACKAGE.parent
TEMPLATES: Final = _WEB / "templates"
STATIC: Final = _WEB / "static"

MEBI: Final = 1 << 20


class Limits(BaseModel):
    """Every bound on what one request, or all of them together, may cost.

    The defaults keep a worker under 2 GiB, and serve a 3x1024x1024 picture with 16 filters of 7x7 with room.
    """

    max_body_bytes: int = Field(64 * MEBI, ge=1024, description="bytes of one request body")
    max_pending_bytes: int = Field(256 * MEBI, ge=1024, description="bytes of all bodies held at a time")
    max_json_numbers: int = Field(MEBI, ge=1, description="numbers in one JSON body")
    max_tensor_elements: int = Field(16 * MEBI, ge=1, description="elements of an input, weight or bias")
    max_output_elements: int = Field(32 * MEBI, ge=1, description="elements of a layer's output")
    max_multiply_adds: int = Field(4096 * MEBI, ge=1, description="multiply-adds of a layer")
    max_answer_numbers: int = Field(MEBI, ge=1, description="numbers in one JSON answer or page of steps")
    max_picture_pixels: int = Field(32 * MEBI, ge=1, description="pixels of an uploaded picture")
    max_computations: int = Field(2, ge=1, description="large computations at a time")
    max_waiting: int = Field(32, ge=0, description="large computations that wait for their turn")
    max_seconds: float = Field(30.0, gt=0, description="seconds one request may take")


def _default_store() -> str:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return (Path(data).absolute() / "convscope").as_uri()


def _split(text: object) -> object:
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


class Settings(Limits, BaseSettings):
    """Limits and the rest of the configuration, each from CONVSCOPE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="CONVSCOPE_", frozen=True)

    store: str = Field(default_factory=_default_store, description="where scenes are kept: file:///folder")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0: any free one")
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    grace_seconds: int = Field(8, ge=1, description="seconds that a stop gives to what is under way")
    cors_origins: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list, description="origins, separated by commas, whose pages may read; *: all"
    )
    cache_bytes: int = Field(256 * MEBI, ge=0, description="bytes of scenes kept decoded in memory")
