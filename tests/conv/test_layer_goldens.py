from __future__ import annotations

import json

from tests.support.layer_goldens import GOLDENS, KINDS, goldens


def test_the_goldens_are_what_the_arithmetic_says() -> None:
    assert GOLDENS.read_text("utf-8") == goldens(), "run `python -m tests.support.layer_goldens`"


def test_the_goldens_have_layers_of_every_kind_and_reasons_of_every_field() -> None:
    layers = json.loads(GOLDENS.read_text("utf-8"))
    for kind in KINDS:
        refused = ["refused" in golden for golden in layers if golden["layer"]["kind"] == kind]
        assert len(refused) / 4 <= sum(refused) <= len(refused) * 3 / 4
    assert {golden["refused"].removeprefix("/operation") for golden in layers if "refused" in golden} == {
        "", "/stride", "/padding", "/dilation", "/groups", "/output_padding",
    }  # fmt: skip
