"""Gradient inversion: the training images back from the update that a client sends.

An attack on confidentiality. The adversary, such as a federated server, knows the
model and one gradient of the mean cross-entropy over a batch x (n, d), y (n,).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from privlab.attacks.images import psnr, total_variation
from privlab.core import checks

Gradient = tuple[Tensor, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Inversion:
    """Images (n, d) found and their ``labels`` (n,); ``misfit`` is what was minimised.

    A small misfit says that the images explain the gradient, not that they are right.
    """

    images: Tensor
    labels: Tensor
    misfit: float

    def quality(self, truth: Tensor) -> Tensor:
        """For each true image (m, d) the PSNR in decibels of the best one found."""
        return psnr(self.images[None], truth[:, None]).amax(1)

    def rebuilt(self, truth: Tensor, *, decibels: float = 30) -> float:
        """The share of the true images found with this quality: an error of 0.03."""
        return float((self.quality(truth) >= decibels).double().mean())

    @property
    def summary(self) -> str:
        return f"{len(self.images)} images that leave a misfit of {self.misfit:.2g}."


def gradient(model: nn.Module, x: Tensor, y: Tensor) -> Gradient:
    """One step's update, before the learning rate: a tensor for each parameter."""
    return torch.autograd.grad(cross_entropy(model(x), y), tuple(model.parameters()))


def local_update(
    model: nn.Module, x: Tensor, y: Tensor, *, steps: int, rate: float
) -> Gradient:
    """What ``steps`` steps of gradient descent add up to, over ``steps rate``.

    For one step it is the gradient; for more, a mean of gradients at moving weights,
    which is all that a server can see. ``model`` stays as it is.
    """
    checks.whole("steps", steps)
    checks.positive("rate", rate)
    start = tuple(parameter.detach().clone() for parameter in model.parameters())
    now = start
    for _ in range(steps):
        now = tuple(
            w - rate * g for w, g in zip(now, _at(model, now, x, y), strict=True)
        )
    return tuple((a - b) / (steps * rate) for a, b in zip(start, now, strict=True))


def clipped(update: Gradient, bound: float) -> Gradient:
    """The update, shortened to the length ``bound`` if it is longer."""
    length = max(float(_length(update)), checks.positive("bound", bound))
    share = bound / length
    return tuple(share * part for part in update)


def noisy(update: Gradient, deviation: float, *, rng: torch.Generator) -> Gradient:
    """The update with normal noise of standard ``deviation`` on every number."""
    checks.at_least("deviation", deviation, 0)
    return tuple(
        part + deviation * torch.randn(part.shape, generator=rng) for part in update
    )


def linear_inputs(weight_gradient: Tensor, bias_gradient: Tensor) -> Inversion:
    """The input of a linear layer with bias, by division: no search at all.

    With ``a = W x + b`` the chain rule gives ``dL/dW_i = dL/da_i x`` and
    ``dL/db_i = dL/da_i``, so ``x = dL/dW_i / dL/db_i`` in each row i with a gradient
    (Phong, Aono, Hayashi, Wang and Moriai 2018, section 3; Geiping et al. 2020,
    Proposition 3.1). For a batch each row gives a *mixture* of the inputs, one image
    for each of the k rows (k, d); rows without a gradient are left out. ``labels`` are
    the rows: for the last layer, the classes.
    """
    rows = bias_gradient.nonzero()[:, 0]
    if not len(rows):
        raise ValueError("bias_gradient is 0 everywhere: no row to divide by")
    images = weight_gradient[rows] / bias_gradient[rows, None]
    return Inversion(images=images, labels=rows, misfit=0.0)


def strongest(found: Inversion, bias_gradient: Tensor) -> Tensor:
    """Of the images of ``linear_inputs`` the one (1, d) with the least noise in it."""
    row = bias_gradient[found.labels].abs().argmax()
    return found.images[row : row + 1]


def label_of(bias_gradient: Tensor) -> int:
    """The label of a single example: the only negative entry (Zhao et al. 2020).

    At the last layer ``dL/db = softmax(scores) - onehot(y)``, negative at y alone.
    """
    return int(bias_gradient.argmin())


def deep_leakage(
    model: nn.Module,
    update: Gradient,
    *,
    start: Tensor,
    classes: int,
    rounds: int,
    rng: torch.Generator,
) -> Inversion:
    """Images and labels whose gradient is the nearest to ``update``.

    ``min over x', y' of sum ||gradient(x', y') - update||^2``, y' a softmax, by L-BFGS
    with 20 iterations a round from the images ``start`` (n, d): Zhu, Liu and Han 2019,
    Algorithm 1. It needs a smooth model: at the kinks of a ReLU it can get stuck.
    """
    images = start.clone().requires_grad_()
    scores = torch.randn(len(start), classes, generator=rng).requires_grad_()

    def misfit() -> Tensor:
        own = _differentiable(model, images, scores.softmax(1))
        return sum(((a - b) ** 2).sum() for a, b in zip(own, update, strict=True))

    search = torch.optim.LBFGS([images, scores], lr=1, max_iter=20)
    for _ in range(checks.whole("rounds", rounds)):
        search.step(lambda: _backward(search, misfit))
    return _found(images, scores.argmax(1), misfit)


def cosine_inversion(
    model: nn.Module,
    update: Gradient,
    labels: Tensor,
    *,
    start: Tensor,
    steps: int,
    smoothness: float = 0.01,
    rate: float = 0.05,
) -> Inversion:
    """Images whose gradient points where ``update`` points, and that are smooth.

    ``min over x' in [0, 1] of 1 - cos(gradient(x'), update) + smoothness TV(x')``, by
    Adam on the sign of the slope from ``start`` (n, d), with the ``labels`` (n,) known:
    Geiping, Bauermeister, Dröge and Moeller 2020, equation 4. The length of the update
    plays no part, so clipping it hides nothing from this attack.
    """
    images = start.clone().requires_grad_()

    def misfit() -> Tensor:
        own = _differentiable(model, images, labels)
        product = sum((a * b).sum() for a, b in zip(own, update, strict=True))
        cosine = product / (_length(own) * _length(update)).clamp_min(1e-30)
        return 1 - cosine + smoothness * total_variation(images).mean()

    search = torch.optim.Adam([images], lr=rate)
    slower = torch.optim.lr_scheduler.LinearLR(search, 1, 0.01, steps)
    for _ in range(checks.whole("steps", steps)):
        _backward(search, misfit)
        images.grad.sign_()
        search.step()
        slower.step()
        images.data.clamp_(0, 1)
    return _found(images, labels, misfit)


def _at(model: nn.Module, weights: Gradient, x: Tensor, y: Tensor) -> Gradient:
    """The gradient of ``model`` with other weights in it."""
    names = [name for name, _ in model.named_parameters()]
    weights = tuple(w.detach().requires_grad_() for w in weights)
    placed = dict(zip(names, weights, strict=True))
    scores = torch.func.functional_call(model, placed, (x,))
    return torch.autograd.grad(cross_entropy(scores, y), weights)


def _differentiable(model: nn.Module, x: Tensor, y: Tensor) -> Gradient:
    """``gradient``, as a function of x and y that can be differentiated again."""
    loss = cross_entropy(model(x), y)
    return torch.autograd.grad(loss, tuple(model.parameters()), create_graph=True)


def _backward(search: torch.optim.Optimizer, misfit: Callable[[], Tensor]) -> Tensor:
    """The misfit, with its slope left where ``search`` looks for it."""
    search.zero_grad()
    value = misfit()
    slopes = torch.autograd.grad(value, search.param_groups[0]["params"])
    for unknown, slope in zip(search.param_groups[0]["params"], slopes, strict=True):
        unknown.grad = slope
    return value.detach()


def _found(images: Tensor, labels: Tensor, misfit: Callable[[], Tensor]) -> Inversion:
    left = float(misfit().detach())
    return Inversion(images=images.detach(), labels=labels, misfit=left)


def _length(update: Gradient) -> Tensor:
    return torch.stack([part.norm() for part in update]).norm()
