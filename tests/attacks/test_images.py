"""Measures of likeness: closed forms, and a calculation window by window."""

import numpy as np
import pytest
import torch

from privlab.attacks.images import psnr, ssim, total_variation


def pair(seed, side=8):
    rng = np.random.default_rng(seed)
    a = rng.random(side**2)
    return a, np.clip(a + rng.normal(0, 0.2, side**2), 0, 1)


@pytest.mark.parametrize(("error", "decibels"), [(0.1, 20), (0.01, 40), (1, 0)])
def test_psnr_of_an_even_error_is_known(error, decibels):
    truth = torch.zeros(3, 64, dtype=torch.float64)
    assert psnr(truth + error, truth).tolist() == pytest.approx([decibels] * 3)


def test_equal_images_have_no_error_and_full_similarity():
    a = torch.tensor(pair(0)[0])
    assert psnr(a, a) == torch.inf
    assert float(ssim(a, a)) == pytest.approx(1)


def by_loops(a, b, window):
    """Wang et al. 2004, equation 13, window by window, with numpy's moments."""
    side, values = round(len(a) ** 0.5), []
    a, b = a.reshape(side, side), b.reshape(side, side)
    for i in range(side - window + 1):
        for j in range(side - window + 1):
            p = a[i : i + window, j : j + window].ravel()
            q = b[i : i + window, j : j + window].ravel()
            (vp, cov), (_, vq) = np.cov(p, q)
            mp, mq = p.mean(), q.mean()
            light = (2 * mp * mq + 1e-4) / (mp**2 + mq**2 + 1e-4)
            values.append(light * (2 * cov + 9e-4) / (vp + vq + 9e-4))
    return np.mean(values)


@pytest.mark.parametrize("window", [3, 7, 8])
@pytest.mark.parametrize("seed", range(3))
def test_ssim_is_that_of_the_formula_window_by_window(seed, window):
    a, b = pair(seed)
    found = ssim(torch.tensor(a), torch.tensor(b), window=window)
    assert float(found) == pytest.approx(by_loops(a, b, window))


def test_ssim_is_symmetric_and_negative_for_a_negative():
    a, b = (torch.tensor(image) for image in pair(0))
    torch.testing.assert_close(ssim(a, b), ssim(b, a))
    assert float(ssim(a, 1 - a)) < 0


def test_total_variation_of_a_step_and_of_a_flat_image():
    step = torch.tensor([0.0, 0, 1, 1] * 4)
    assert float(total_variation(step)) == pytest.approx(4 / 12)
    assert float(total_variation(torch.full((16,), 0.3))) == 0


def test_many_images_are_judged_one_by_one():
    a = torch.rand(5, 64, generator=torch.Generator().manual_seed(0))
    b = a.flip(0)
    assert ssim(a, b).shape == psnr(a, b).shape == total_variation(a).shape == (5,)
    torch.testing.assert_close(ssim(a, b)[1], ssim(a[1], b[1]))


def test_only_square_images_have_windows():
    with pytest.raises(ValueError, match="10 pixels"):
        ssim(torch.zeros(10), torch.zeros(10))
    with pytest.raises(ValueError, match="window=9"):
        ssim(torch.zeros(64), torch.zeros(64), window=9)
