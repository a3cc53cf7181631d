"""Features that look at one record at a time, so that they cost no privacy."""

import numpy as np

SIDE, DIRECTIONS = 8, 8
CELLS = np.array([0.5, 2.5, 4.5, 6.5])  # centres of the windows, in pixels
FAINT = 0.1  # cells with less edge than this are not blown up
NOISE_IMAGES = 500
TYPICAL = 0.3  # share of its limit that a measurement is guessed to reach

# Of each kind of measurement of a tumour: mean, standard error, worst. Round numbers
# at or above the largest in the table that is published with the data set.
TUMOUR_LIMITS = np.array(
    [
        *(30, 40, 200, 3000, 0.2, 0.4, 0.5, 0.25, 0.4, 0.1),
        *(3, 5, 25, 600, 0.04, 0.15, 0.4, 0.06, 0.08, 0.03),
        *(40, 50, 300, 5000, 0.25, 1.2, 1.5, 0.3, 0.7, 0.25),
    ]
)


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Each row (n, d) shortened or lengthened to 1; a row of zeros stays."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def pixels(images: np.ndarray) -> np.ndarray:
    """Images (n, 64), each minus its own mean and of length 1."""
    return unit_rows(images - images.mean(axis=1, keepdims=True))


def oriented_edges(images: np.ndarray) -> np.ndarray:
    """Images (n, 64) of 0..16 as ``edges``, minus those of pure noise, of length 1.

    A common part of all features wastes length, and length is what is clipped. The
    true mean of the data would be a secret; that of invented images is none.
    """
    noise = np.random.default_rng(0).uniform(0, 16, (NOISE_IMAGES, SIDE**2))
    return unit_rows(unit_rows(edges(images)) - unit_rows(edges(noise)).mean(axis=0))


def edges(images: np.ndarray) -> np.ndarray:
    """How much edge of each direction there is in each of 4 x 4 windows: (n, 128).

    Histograms of oriented gradients, Dalal and Triggs 2005, Section 6, with Gaussian
    windows; each window's histogram has length 1 at most.
    """
    padded = np.pad(images.reshape(-1, SIDE, SIDE) / 16, ((0, 0), (1, 1), (1, 1)))
    down, right = (g[:, 1:-1, 1:-1] for g in np.gradient(padded, axis=(1, 2)))
    turns = np.arctan2(down, right) * DIRECTIONS / (2 * np.pi)
    half = DIRECTIONS / 2
    away = abs((turns[..., None] - np.arange(DIRECTIONS) + half) % DIRECTIONS - half)
    maps = np.hypot(down, right)[..., None] * np.maximum(1 - away, 0)
    window = np.exp(-((np.arange(SIDE) - CELLS[:, None]) ** 2) / 2)
    cells = np.einsum("nrcd,gr,hc->nghd", maps, window, window)
    length = np.linalg.norm(cells, axis=3, keepdims=True)
    return (cells / np.maximum(length, FAINT)).reshape(len(images), -1)


def tumours(measurements: np.ndarray) -> np.ndarray:
    """Measurements (n, 30) as shares of their limits, centred, of length 1; (n, 31).

    The last feature is constant, the intercept's. ``TYPICAL`` is a guess, and free.
    """
    shares = np.clip(measurements / TUMOUR_LIMITS, 0, 1)
    ones = np.full((len(shares), 1), TYPICAL)
    return unit_rows(np.hstack([unit_rows(shares - TYPICAL), ones]))
