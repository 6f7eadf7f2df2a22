"""Whose request it is, for limits and logs."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope


def client_of(scope: Scope) -> str:
    """Whose request it is: the address it came from, or which a trusted proxy tells."""
    return _network_of(scope["client"][0]) if scope.get("client") else "local"


@lru_cache(4096)
def _network_of(text: str) -> str:
    """An IPv6 client has a whole /64 to choose its addresses from."""
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return text
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
