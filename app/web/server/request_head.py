"""What the head of a request may be."""

from __future__ import annotations

import re
from typing import Final

from app.conv.errors import CodedError
from app.settings import Settings

# A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port (RFC 9110, 7.2).
_HOST: Final = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_DIGITS: Final = re.compile(rb"[0-9]{1,18}")


class HeadRefused(CodedError):
    """The head of a request is not accepted."""

    def __init__(self, status: int, code: str, /, **params: object) -> None:
        super().__init__(code, **params)
        self.status = status


def check_request_head(
    version: str, target: bytes, headers: list[tuple[bytes, bytes]], limits: Settings
) -> None:
    """Raise HeadRefused for a head that is too large or ambiguous."""
    size = len(target)
    lengths, encodings, hosts = list[bytes](), list[bytes](), list[bytes]()
    framing = {b"content-length": lengths, b"transfer-encoding": encodings, b"host": hosts}
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name in framing:
            framing[name].append(value)
    if size > limits.max_head_bytes or len(headers) > limits.max_headers:
        raise head_too_large(limits)
    if len(lengths) + len(encodings) > 1:
        raise HeadRefused(400, "head.two_lengths")
    if lengths and not _DIGITS.fullmatch(lengths[0]):
        raise HeadRefused(400, "head.length_not_a_number")
    if encodings and (encodings[0].lower() != b"chunked" or version != "1.1"):
        raise HeadRefused(400, "head.transfer_encoding_unknown")
    if version not in ("1.1", "1.0"):
        raise HeadRefused(400, "head.version_unknown")
    if len(hosts) > 1 or (version == "1.1" and not hosts) or not all(map(_HOST.fullmatch, hosts)):
        raise HeadRefused(400, "head.host_not_one")


def head_too_large(limits: Settings) -> HeadRefused:
    return HeadRefused(431, "head.too_large", bytes=limits.max_head_bytes, headers=limits.max_headers)
