from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.generated_tables import generated_pages


@pytest.mark.parametrize("page", list(generated_pages()), ids=lambda page: page.name)
def test_generated_tables_are_up_to_date(page: Path) -> None:
    assert page.read_text("utf-8") == generated_pages()[page], "run `make docs`"
