"""What a server sees of one client's update: bare, under masks, and in the sum."""

from dataclasses import dataclass

import numpy as np
import torch

from privlab.attacks.gradients import gradient, linear_inputs
from privlab.attacks.images import ssim
from privlab.core.models import softmax_regression
from privlab.experiments.trained_digits import CLASSES, SIDE, part
from privlab.fl.fixed_point import FixedPoint
from privlab.fl.masked_sum import MASK, masked_sum
from privlab.fl.secagg import Setting

FRACTION_BITS = 20
LARGEST = 2.0  # pixels are at most 1, so no entry of a gradient is larger
PIXELS = SIDE**2


@dataclass(frozen=True, kw_only=True, eq=False)
class ServerView:
    """One client's image (64,), and what the server rebuilds of it by division.

    ``from_update`` divides the bare update, ``from_masked`` what the client sent,
    ``from_total`` the sum over the survivors. ``words`` (d,) are the numbers sent,
    modulo ``2^bits``; ``error`` is how far the sum is off, ``bound`` the most it may.
    ``alike`` survivors hold the same digit, this client included: what a sum hides one
    image among.
    """

    client: int
    clients: int
    lost: int
    alike: int
    image: np.ndarray
    from_update: np.ndarray
    from_masked: np.ndarray
    from_total: np.ndarray
    words: np.ndarray
    bits: int
    error: float
    bound: float

    def likeness(self, found: np.ndarray) -> float:
        """SSIM to the client's image; 1 for the same image, about 0 for noise."""
        images = (
            torch.tensor(each, dtype=torch.float32) for each in (found, self.image)
        )
        found, image = (each[None].nan_to_num().clamp(0, 1) for each in images)
        return float(ssim(found, image)[0])

    @property
    def summary(self) -> str:
        update, masked, total = (
            self.likeness(found)
            for found in (self.from_update, self.from_masked, self.from_total)
        )
        return (
            f"{self.clients} clients, {self.lost} lost on the way. Likeness (SSIM) to "
            f"the image of client {self.client}: {update:.2f} from the bare update, "
            f"{masked:.2f} from the masked one, {total:.2f} from the sum, where "
            f"{self.alike} hold the same digit; the sum is off by {self.error:.0e}."
        )


def server_view(*, clients: int, lost: int, client: int, seed: int) -> ServerView:
    """Each client sends the update of one digit; the last ``lost`` drop out.

    They are lost after round 1, so their masks are in all other vectors. The masks
    come from ``seed``: a picture that can be drawn again, not a secret. The division is
    by the row of the client's own digit. In the sum this row is nine tenths of each
    image of that digit, less a tenth of every other: masks hide who sent what, not what
    everybody sent.
    """
    people, model = part(seed, 0, clients), softmax_regression(PIXELS, CLASSES)
    each = zip(people.x.split(1), people.y.split(1), strict=True)
    updates = np.array([_flat(gradient(model, x, y)) for x, y in each])
    code = FixedPoint(largest=LARGEST, fraction_bits=FRACTION_BITS, clients=clients)
    setting = Setting(clients=clients, threshold=clients // 2 + 1, bits=code.bits)
    seen = masked_sum(
        code.encode(updates),
        setting=setting,
        lost={clients - i: MASK for i in range(lost)},
        rng=np.random.default_rng(seed),
    )
    total, words = code.decode(seen.total), seen.masked[client]
    survivors, digit = updates[: clients - lost], int(people.y[client - 1])
    return ServerView(
        client=client,
        clients=clients,
        lost=lost,
        alike=int((people.y[: clients - lost] == digit).sum()),
        image=people.x[client - 1].numpy(),
        from_update=_divided(updates[client - 1], digit),
        from_masked=_divided(words.astype(float), digit),
        from_total=_divided(total, digit),
        words=words,
        bits=code.bits,
        error=float(np.abs(total - survivors.sum(axis=0)).max()),
        bound=code.error(len(survivors)),
    )


def _flat(parts) -> np.ndarray:
    return torch.cat([part.ravel() for part in parts]).double().numpy()


def _divided(update: np.ndarray, digit: int) -> np.ndarray:
    """The image in the row of the client's digit: ``dL/dW_i / dL/db_i`` of row i."""
    weights = torch.tensor(update[:-CLASSES].reshape(CLASSES, PIXELS))
    biases = torch.tensor(update[-CLASSES:])
    found = linear_inputs(weights[digit : digit + 1], biases[digit : digit + 1])
    return found.images[0].numpy()
