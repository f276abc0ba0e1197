"""Training views: what happens to the photograph happens to its truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.augment import relight, training_view, view
from engines.truth import HERBARIUM, Sample, paint


def sample() -> Sample:
    """A sheet with a pure red label: red pixels are label pixels."""
    image = np.full((300, 200, 3), 230, np.uint8)
    image[40:120, 30:150] = (255, 0, 0)
    ring = np.array([[30, 40], [149, 40], [149, 119], [30, 119]], np.float32)
    sheet = np.array([[0, 0], [199, 0], [199, 299], [0, 299]], np.float32)
    things = (("sheet", sheet), ("label", ring))
    return Sample("a", "X", image, *paint(image, things, HERBARIUM), 0, things)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_truth_moves_with_the_photograph(seed: int) -> None:
    """After any turn, tilt, scale and crop what is called label is red and the paper is not called label."""
    image, class_map, _, _, owner = view(sample(), (160, 128), np.random.default_rng(seed))
    red = (image[..., 0] > 150) & (image[..., 1] < 120)
    label = class_map == HERBARIUM.index("label")
    paper = (image.min(axis=2) > 200) & (class_map == HERBARIUM.index("sheet"))
    assert label.sum() < 100 or red[label].mean() > 0.9
    assert paper.sum() < 100 or not red[paper].any()
    assert label.any() or paper.any()
    assert ((owner > 0) == label).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_view_depends_on_its_seed_alone(seed: int) -> None:
    """The same seed gives the same view: training can be resumed and repeated."""
    first, second = (training_view(sample(), [sample()], (96, 64), np.random.default_rng(seed)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert first[0].shape == (96, 64, 3)
    assert first[0].dtype == np.uint8
    assert first[3] in (-1, 0, 1, 2, 3)


@pytest.mark.parametrize("seed", range(5))
def test_another_light_keeps_the_shape(seed: int) -> None:
    """Relighting changes pixels, never their number or type."""
    image = relight(sample().image, np.random.default_rng(seed))
    assert image.shape == (300, 200, 3)
    assert image.dtype == np.uint8


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_near_view_is_never_a_small_one(seed: int) -> None:
    """All views near the station's scale: the label is seen at 0.75 times its size at least, cut or not."""
    image, class_map, *_ = view(sample(), (96, 64), np.random.default_rng(seed), near=1.0)
    assert image.shape == (96, 64, 3)
    label = class_map == HERBARIUM.index("label")
    inner = label[8:-8, 8:-8]
    whole = label.any() and inner.sum() == label.sum()  # not cut by the view's rim
    assert not whole or label.sum() > 0.75**2 * 0.8 * 120 * 80
