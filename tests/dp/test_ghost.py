"""Gradients in factors know the norms and sums of the gradients they stand for."""

import pytest
import torch

from privlab.dp.ghost import Formed, Lookups, OuterProducts, outer_products

RNG = torch.Generator().manual_seed(0)


def normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=RNG, dtype=torch.float64)


def keys(*shape: int) -> torch.Tensor:
    return torch.randint(6, shape, generator=RNG)


FACTORS = {
    "formed, a vector": Formed(normal(5, 4)),
    "formed, a filter": Formed(normal(5, 4, 3, 2)),
    "outer products, one each": OuterProducts(normal(5, 1, 3), normal(5, 1, 4)),
    "outer products, seven each": OuterProducts(normal(5, 7, 3), normal(5, 7, 4)),
    "lookups, one each": Lookups(keys(5, 1), normal(5, 1, 3), rows=6),
    "lookups that repeat": Lookups(keys(5, 9), normal(5, 9, 3), rows=6),
}
ALL = pytest.mark.parametrize("factors", FACTORS.values(), ids=FACTORS)


@ALL
def test_squared_norms_are_those_of_the_gradients(factors):
    expected = factors.formed().flatten(1).square().sum(dim=1)
    torch.testing.assert_close(factors.squared_norms(), expected, rtol=1e-12, atol=0)


@ALL
def test_weighted_sums_are_those_of_the_gradients(factors):
    weights = normal(5)
    expected = torch.einsum("n,n...->...", weights, factors.formed())
    torch.testing.assert_close(
        factors.weighted_sum(weights), expected, rtol=1e-12, atol=1e-12
    )


def test_outer_products_form_the_sum_of_products():
    inputs, backward = normal(2, 3, 4), normal(2, 3, 5)
    expected = sum(backward[:, t, :, None] * inputs[:, t, None, :] for t in range(3))
    formed = OuterProducts(inputs, backward).formed()
    torch.testing.assert_close(formed, expected)


def test_lookups_are_outer_products_with_one_hot_inputs():
    where, backward = keys(5, 9), normal(5, 9, 3)
    hot = torch.nn.functional.one_hot(where, 6).double()
    expected = OuterProducts(hot, backward).formed().mT
    torch.testing.assert_close(Lookups(where, backward, rows=6).formed(), expected)


@pytest.mark.parametrize(("length", "form"), [(2, OuterProducts), (3, Formed)])
def test_the_cheaper_form_is_taken(length, form):
    """With d = 2 and p = 4 the ghost norm pays for 2 T^2 <= 8."""
    factors = outer_products(normal(5, length, 2), normal(5, length, 4))
    assert type(factors) is form


def nearly_opposite(count: int, width: int) -> torch.Tensor:
    """Pairs of float32 rows whose sum is all rounding: (count, 2, width)."""
    row = torch.randn(count, 1, width, generator=RNG)
    rounding = 1e-6 * torch.randn(count, 1, width, generator=RNG)
    return torch.cat([row, rounding - row], dim=1)


@pytest.mark.parametrize(
    "factors",
    [
        OuterProducts(torch.ones(400, 2, 64), nearly_opposite(400, 64)),
        Lookups(torch.zeros(400, 2).long(), nearly_opposite(400, 64), rows=3),
    ],
    ids=["outer products", "lookups"],
)
def test_products_that_cancel_never_give_a_negative_square(factors):
    assert (factors.squared_norms() >= 0).all()
