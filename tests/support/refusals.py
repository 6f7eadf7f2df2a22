"""What errors say, in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from app.conv.errors import CodedError
from app.i18n.messages import render

E = TypeVar("E", bound=CodedError)


def sentence(error: CodedError) -> str:
    return render(error.message)


@contextmanager
def refuses(kind: type[E], match: str) -> Iterator[pytest.ExceptionInfo[E]]:
    """As pytest.raises; `match` is searched in the sentence."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(match, sentence(caught.value)), sentence(caught.value)
