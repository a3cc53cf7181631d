"""How much one image resembles another: PSNR, SSIM, total variation.

Images are rows (..., side²) of pixels in [0, 1].
"""

import torch
from torch import Tensor

SSIM_STABILISERS = (0.01**2, 0.03**2)  # Wang et al. 2004, equation 7, range 1


def psnr(found: Tensor, truth: Tensor) -> Tensor:
    """``-10 log10(mean squared error)`` in decibels (...,), infinite if they agree.

    Pixels in 0..1: an error of 0.1 everywhere is 20 dB, of 0.01 is 40 dB.
    """
    return -10 * torch.log10(((found - truth) ** 2).mean(-1))


def ssim(found: Tensor, truth: Tensor, *, window: int = 7) -> Tensor:
    """The structural similarity (...,): 1 for equal images, near 0 for unrelated ones.

    ``(2 m m' + c1)(2 cov + c2) / ((m^2 + m'^2 + c1)(var + var' + c2))`` in every square
    ``window``, averaged: Wang, Bovik, Sheikh and Simoncelli 2004, equations 13 and 17,
    with flat windows, and variances over ``window² - 1``, as scikit-image has them.
    """
    a, b = _windows(found, window), _windows(truth, window)
    mean_a, mean_b = a.mean(-1), b.mean(-1)
    covariance = ((a - mean_a[..., None]) * (b - mean_b[..., None])).sum(-1)
    covariance = covariance / (window**2 - 1)
    c1, c2 = SSIM_STABILISERS
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    shape = (2 * covariance + c2) / (a.var(-1) + b.var(-1) + c2)
    return (light * shape).mean(-1)


def total_variation(images: Tensor) -> Tensor:
    """The mean difference of neighbouring pixels, down plus across (...,)."""
    squares = _squares(images)
    down = (squares[..., 1:, :] - squares[..., :-1, :]).abs()
    across = (squares[..., :, 1:] - squares[..., :, :-1]).abs()
    return down.mean((-1, -2)) + across.mean((-1, -2))


def _windows(images: Tensor, window: int) -> Tensor:
    """Every window as a row of its pixels: (..., windows, window²)."""
    squares = _squares(images)
    if not 2 <= window <= squares.shape[-1]:
        raise ValueError(f"window={window} must be from 2 to {squares.shape[-1]}")
    patches = squares.unfold(-2, window, 1).unfold(-2, window, 1)
    return patches.flatten(-2).flatten(-3, -2)


def _squares(images: Tensor) -> Tensor:
    """Rows of side² pixels as (..., side, side); ``ValueError`` if not square."""
    side = round(images.shape[-1] ** 0.5)
    if side**2 != images.shape[-1]:
        raise ValueError(f"{images.shape[-1]} pixels do not make a square image")
    return images.unflatten(-1, (side, side))
