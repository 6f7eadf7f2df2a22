from __future__ import annotations

import pytest
import torch

from app.conv.errors import ConvError
from app.conv.kernels import KERNELS, kernel
from tests.support.refusals import refuses

TO_ONE = ["identity", "box", "gaussian", "gaussian_5", "sharpen", "emboss"]


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel(name: str) -> None:
    made = kernel(name)
    assert made.dtype == torch.float64
    assert made.ndim == 2
    assert min(made.shape) % 2 == 1  # it has a middle
    assert bool(made.isfinite().all())
    assert made.sum().item() == pytest.approx(1 if name in TO_ONE else 0, abs=1e-12)


def test_identity_changes_nothing() -> None:
    picture = torch.arange(16.0, dtype=torch.float64).view(1, 1, 4, 4)
    weight = kernel("identity").view(1, 1, 3, 3)
    assert torch.equal(torch.nn.functional.conv2d(picture, weight, padding=1), picture)


def test_a_slope_gives_its_steepness() -> None:
    """Sobel's x sees what rises to the right, eight times; its y sees nothing of it."""
    slope = torch.arange(5.0, dtype=torch.float64).expand(1, 1, 5, 5)
    for name, rise in (("sobel_x", 8), ("sobel_y", 0), ("prewitt_x", 6), ("scharr_x", 32), ("laplacian", 0)):
        seen = torch.nn.functional.conv2d(slope, kernel(name)[None, None])
        assert bool((seen == rise).all())


def test_published_values() -> None:
    assert kernel("sobel_x").tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert kernel("sobel_y").tolist() == [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    assert (kernel("gaussian") * 16).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    assert (kernel("gaussian_5") * 256)[2].tolist() == [6, 24, 36, 24, 6]
    assert kernel("laplacian").tolist() == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]


def test_gabor_turns() -> None:
    assert torch.allclose(kernel("gabor_0").T, kernel("gabor_90"))
    assert torch.allclose(kernel("gabor_45").flip(1), kernel("gabor_135"))


def test_a_kernel_is_a_copy() -> None:
    kernel("box").zero_()
    assert kernel("box").sum().item() == pytest.approx(1)


def test_an_unknown_name() -> None:
    with refuses(ConvError, "there is no kernel 'sobel', there are identity, box") as refused:
        kernel("sobel")
    assert refused.value.at == "/weight/kernels"
