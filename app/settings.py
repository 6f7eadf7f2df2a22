"""What the operator decides: CONVSCOPE_* environment variables, and where the web files lie."""

from __future__ import annotations

import os
import re
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.limits import MEBI, Limits, parse_rate

VERSION: Final = version("convscope")

_PACKAGE: Final = Path(__file__).resolve().parent
# In a wheel the web files travel inside the package; in a checkout they lie beside it.
_WEB: Final = _PACKAGE / "_web" if (_PACKAGE / "_web").is_dir() else _PACKAGE.parent
TEMPLATES: Final = _WEB / "templates"
STATIC: Final = _WEB / "static"
LESSONS: Final = _WEB / "lessons"
EXAMPLES: Final = _WEB / "examples"


def _split(text: object) -> object:
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


def _rate(text: str) -> str:
    parse_rate(text)
    return text


def _network(text: str) -> str:
    """An address or a network. Everyone ("*") is none: anybody could then forge where a request is from."""
    return str(ip_network(text, strict=False))


def _source(text: str) -> str:
    if not re.fullmatch(r"'self'|https?://[A-Za-z0-9.*:\[\]-]+|https?:", text):
        raise ValueError(f"{text!r} is no source such as https://course.example.org or 'self'")
    return text


def _address(text: str) -> str:
    if text and not re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?/?", text):
        raise ValueError(f"{text!r} is no address such as https://conv.example.org")
    return text.rstrip("/").lower()


Strings = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Networks = Annotated[list[Annotated[str, AfterValidator(_network)]], NoDecode, BeforeValidator(_split)]
Sources = Annotated[list[Annotated[str, AfterValidator(_source)]], NoDecode, BeforeValidator(_split)]
Address = Annotated[str, AfterValidator(_address)]
Rate = Annotated[str, AfterValidator(_rate)]


def _default_store() -> str:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return (Path(data).absolute() / "convscope").as_uri()


class Settings(Limits, BaseSettings):
    """Limits and the rest of the configuration, each from CONVSCOPE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="CONVSCOPE_", frozen=True)

    store: str = Field(
        default_factory=_default_store,
        description="where scenes and networks are kept: file:///folder, s3://bucket/path, gs://… or az://…",
    )
    store_quota: int = Field(
        0,
        ge=0,
        description="bytes that the store may hold, with files counted in blocks of 4 KiB; 0: no bound",
    )
    store_reserve: int = Field(
        512 * MEBI,
        ge=0,
        description="bytes of the disk that a local store leaves free, at most a twentieth of it",
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0: any free one")
    workers: int = Field(1, ge=1, le=256, description="processes that serve; the limits hold for each")
    hosts: Strings = Field(
        default_factory=lambda: ["*"],
        description="host names that are answered, separated by commas; *.example.org: all below it; *: any",
    )
    trusted_proxies: Networks = Field(
        default_factory=list,
        description="addresses or networks of proxies whose X-Forwarded-For and -Proto are trusted",
    )
    token: str = Field(
        "",
        pattern=r"^([A-Za-z0-9_-]{16,256})?$",
        description="token of all requests but health checks, as `Authorization: Bearer …`; empty: none",
    )
    rate_limit: Rate = Field(
        "120000/minute", description="requests of one client, without static files and health checks"
    )
    write_limit: Rate = Field("30000/minute", description="scenes and networks that one client may store")
    frame_ancestors: Sources = Field(
        default_factory=list,
        description="sites that may show pages in frames, separated by commas",
    )
    public_url: Address = Field(
        "",
        description="address at which people reach the server, for links with a host; empty: as requested",
    )
    tls: bool = Field(False, description="whether people reach the server by HTTPS only; sends HSTS")
    cors_origins: Strings = Field(
        default_factory=list, description="origins whose pages may read answers, separated by commas; *: all"
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        "info", description="lowest level that is logged"
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="auto: text on a terminal, JSON elsewhere"
    )
    access_log: bool = Field(True, description="whether each request is logged, in one line")
    grace_seconds: int = Field(
        8, ge=1, description="seconds that requests have to finish when the server stops"
    )
    cache_bytes: int = Field(256 * MEBI, ge=0, description="bytes of decoded scenes kept in memory")
    answer_bytes: int = Field(32 * MEBI, ge=0, description="bytes of encoded answers kept in memory")

    @classmethod
    def read(cls, **given: Any) -> Self:
        """From what is given, else the environment, else the file of NAME=value lines CONVSCOPE_SETTINGS.

        Raises ValidationError, and ValueError for a file that is not there.
        """
        file = os.environ.get("CONVSCOPE_SETTINGS")
        if file and not Path(file).is_file():
            raise ValueError(f"CONVSCOPE_SETTINGS is {file!r}, which is no file")
        return cls(_env_file=file, **given)
