"""LRU cache of encoded responses, bounded in bytes."""

from __future__ import annotations

from typing import Final

from cachetools import LRUCache

# What an entry costs beside its content, in bytes.
_ENTRY_BYTES: Final = 512

Content = bytes | memoryview


class ResponseCache:
    """LRU cache of encoded responses by ETag, bounded in bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._contents: LRUCache[str, Content] = LRUCache(
            max_bytes, lambda content: len(content) + _ENTRY_BYTES
        )

    def get(self, etag: str) -> Content | None:
        return self._contents.get(etag)

    def put(self, etag: str, content: Content) -> None:
        """Keep a response, unless it is larger than the whole cache."""
        if len(content) + _ENTRY_BYTES <= self._contents.maxsize:
            self._contents[etag] = content
