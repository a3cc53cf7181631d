"""Updates as whole numbers, with room for the sum: masks need a modulus.

Out of range is an error before anything is sent; modulo 2^k it would come back as some
other, harmless-looking number.
"""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks


@dataclass(frozen=True, kw_only=True)
class FixedPoint:
    """``round(x 2^fraction_bits)`` for numbers of size <= ``largest``, added by all.

    ``bits`` is the smallest k for which no sum of ``clients`` such numbers leaves
    [-2^(k-1), 2^(k-1)). A sum of m is off by at most ``m 2^-(fraction_bits + 1)``.
    ``ValueError`` where that k exceeds 64.
    """

    largest: float
    fraction_bits: int
    clients: int

    def __post_init__(self):
        checks.positive("largest", self.largest)
        checks.whole("fraction_bits", self.fraction_bits, low=0)
        checks.whole("clients", self.clients)
        if self.bits > 64:
            raise ValueError(
                f"largest={self.largest:g} with fraction_bits={self.fraction_bits} and "
                f"clients={self.clients} needs sums of {self.bits} bits, more than 64: "
                f"take {self.bits - 64} fraction bits fewer, or clip to a lower largest"
            )

    @property
    def top(self) -> int:
        """The largest code of one number."""
        return round(self.largest * 2**self.fraction_bits)

    @property
    def bits(self) -> int:
        """k: masks and sums are taken modulo 2^k."""
        return (self.clients * self.top).bit_length() + 1

    def error(self, clients: int) -> float:
        """The most by which the sum of so many numbers can be wrong."""
        return clients * 2.0 ** -(self.fraction_bits + 1)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """int64, same shape; ``OverflowError`` beyond ``largest``, nothing is clipped.

        ``ValueError`` where an entry is not finite.
        """
        values = checks.finite("values", values)
        size = np.abs(values).max(initial=0)
        if size > self.largest:
            raise OverflowError(
                f"values reach {size:g}, beyond largest={self.largest:g}: clip the "
                "update, or agree on a larger range (the modulus grows with it)"
            )
        return np.rint(np.ldexp(values, self.fraction_bits)).astype(np.int64)

    def decode(self, total: np.ndarray) -> np.ndarray:
        """The sum as floats; ``OverflowError`` where honest clients cannot have been.

        A dishonest client can still add anything that keeps the sum in range.
        """
        total = checks.integers("total", total)
        if np.abs(total).max(initial=0) > self.clients * self.top:
            raise OverflowError(
                f"the sum reaches {np.abs(total).max()}, beyond clients x top = "
                f"{self.clients * self.top}: a client sent more than it agreed to"
            )
        return np.ldexp(total.astype(float), -self.fraction_bits)


@dataclass(frozen=True, kw_only=True)
class WeightedMean:
    """``sum n_k x_k / sum n_k`` from one sum: each client sends n_k x_k, then n_k.

    Sizes up to ``largest`` for an entry of x_k and ``most_examples`` for n_k. The mean
    is off by at most ``2^-(fraction_bits + 1)``: rounding adds at most half a unit for
    a client, which has at least one example. Nobody learns a single n_k.
    """

    largest: float
    most_examples: int
    fraction_bits: int
    clients: int

    def __post_init__(self):
        checks.whole("most_examples", self.most_examples)
        checks.at_least("largest", self.largest, 2.0**-self.fraction_bits)
        _ = self.products

    @property
    def products(self) -> FixedPoint:
        """The code of the products n_k x_k, wide enough for the n_k as well."""
        return FixedPoint(
            largest=self.largest * self.most_examples,
            fraction_bits=self.fraction_bits,
            clients=self.clients,
        )

    @property
    def bits(self) -> int:
        return self.products.bits

    @property
    def error(self) -> float:
        """The most by which an entry of the mean can be wrong."""
        return self.products.error(1)

    def encode(self, update: np.ndarray, examples: int) -> np.ndarray:
        """int64 (d + 1,) of an update (d,); ``OverflowError`` beyond either bound."""
        if checks.whole("examples", examples, low=0) > self.most_examples:
            raise OverflowError(
                f"examples={examples} is beyond most_examples={self.most_examples}: "
                "train on fewer, or agree on a larger bound"
            )
        entry = FixedPoint(
            largest=self.largest, fraction_bits=self.fraction_bits, clients=1
        )
        entry.encode(update)  # refused here with the entry's own size, not n_k times it
        codes = self.products.encode(examples * np.asarray(update, dtype=float))
        return np.append(codes, examples)

    def decode(self, total: np.ndarray, clients: int) -> np.ndarray:
        """The mean (d,) from the sum (d + 1,) of so many codes."""
        examples = int(total[-1])
        if not 0 < examples <= clients * self.most_examples:
            raise OverflowError(
                f"{clients} clients report {examples} examples, not 1 to "
                f"{clients * self.most_examples}: a client did not keep to the code"
            )
        return self.products.decode(total[:-1]) / examples
