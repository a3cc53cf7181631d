"""Numbers that name people, in their right form, from ranges that belong to nobody."""

from datetime import date, timedelta
from string import digits

import numpy as np

WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))  # 7, 9, 10, 5, ..., 4, 2
CHECK_CHARACTERS = "10X98765432"


def luhn_digit(body: str) -> str:
    """The digit that completes a card number ``body``: ISO/IEC 7812-1, Annex B.

    From the right every other digit is doubled, the last of ``body`` first, and counts
    as the sum of its digits; the check digit makes the total a multiple of 10. It
    notices one wrong digit, and most neighbours swapped (not 09 and 90).
    """
    values = list(map(int, _digits("body", body)[::-1]))
    doubled = (sum(divmod(2 * value, 10)) for value in values[::2])
    return str(-(sum(doubled) + sum(values[1::2])) % 10)


def is_card(number: str) -> bool:
    """Whether ``number``, of 12 to 19 digits, ends with its Luhn digit."""
    plain = number.isascii() and number.isdigit() and 12 <= len(number) <= 19
    return plain and luhn_digit(number[:-1]) == number[-1]


def resident_digit(body: str) -> str:
    """The last character of a Chinese resident id: GB 11643-1999, ISO 7064 MOD 11-2.

    ``sum_i a_i 2^(18-i)`` over all 18 places must be 1 modulo 11, where X counts as 10.
    ``body`` is the first 17 digits. It notices every single wrong digit and every two
    neighbours swapped (not two that are ten places apart).
    """
    if len(_digits("body", body)) != 17:
        raise ValueError(f"body={body!r} must have 17 digits")
    total = sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True))
    return CHECK_CHARACTERS[total % 11]


def is_resident_id(number: str) -> bool:
    """Whether ``number`` has 17 digits and its check character (no date is checked)."""
    body = number[:-1]
    plain = body.isascii() and body.isdigit() and len(body) == 17
    return plain and resident_digit(body) == number[-1]


def card(*, rng: np.random.Generator) -> str:
    """16 digits from 9999: national schemes (9) of a country that is none (999)."""
    body = "9999" + random_digits(11, rng=rng)
    return body + luhn_digit(body)


def resident_id(*, rng: np.random.Generator) -> str:
    """18 characters: a region 9900xx that is none, a birthday, a number, the check."""
    born = date(1940, 1, 1) + timedelta(days=int(rng.integers(65 * 365)))
    body = f"9900{random_digits(2, rng=rng)}{born:%Y%m%d}{random_digits(3, rng=rng)}"
    return body + resident_digit(body)


def phone(*, rng: np.random.Generator) -> str:
    """555-01xx, the hundred numbers that North America keeps for fiction."""
    return f"555-01{random_digits(2, rng=rng)}"


def mobile(*, rng: np.random.Generator) -> str:
    """11 digits from 100: no Chinese mobile network has numbers below 13."""
    return "100" + random_digits(8, rng=rng)


def random_digits(count: int, *, rng: np.random.Generator) -> str:
    """``count`` uniform decimal digits."""
    return "".join(digits[i] for i in rng.integers(10, size=count))


def _digits(name: str, text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{name}={text!r} must be decimal digits, and at least one")
    return text
