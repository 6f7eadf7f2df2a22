"""The trained networks that come along, where a network is opened."""

from __future__ import annotations

import io
import re
from base64 import b64decode

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image


@pytest.mark.parametrize(("language", "title"), [("en", "Handwritten digits"), ("zh-CN", "手写数字")])
def test_every_example_is_there_with_its_own_picture(client: TestClient, language: str, title: str) -> None:
    page = client.get(f"/n?lang={language}").text
    examples = client.get("/api/v1/networks", headers={"Accept-Language": language}).json()["examples"]
    assert title in page and len(examples) == 2
    links = re.findall(r'<a href="/n/(\w{40})\?[^"]*"><img src="data:image/png;base64,([^"]+)"', page)
    samples = [sample for example in examples for sample in example["samples"]]
    assert [id for id, _ in links] == [sample["id"] for sample in samples]
    for id, picture in links[::7]:
        numbers = np.array(client.get(f"/api/v1/networks/{id}/tensors/input").json()["data"][0])
        with Image.open(io.BytesIO(b64decode(picture))) as image:
            pixels = np.asarray(image.convert("RGB" if len(numbers) == 3 else "L"), float) / 255
        assert np.abs(pixels.reshape(*pixels.shape[:2], -1).transpose(2, 0, 1) - numbers).max() < 1 / 254


def test_its_page_has_its_title(client: TestClient) -> None:
    shapes = client.get("/api/v1/networks").json()["examples"][1]
    page = client.get(f"/n/{shapes['samples'][0]['id']}").text
    assert "Shapes and colours, 32 × 32: red circle" in page
