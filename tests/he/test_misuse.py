"""Each misuse gives its secret away, and the remedy stops that very attack."""

import numpy as np
import pytest

from privlab.he import ckks
from privlab.he.ckks_keys import Parameters, keys
from privlab.he.misuse import (
    by_dictionary,
    difference_under_same_r,
    key_from_decryption,
    pad_from_known,
)
from privlab.he.paillier import private_key

KEY = private_key(256, rng=np.random.default_rng(1))
seeds = pytest.mark.parametrize("seed", range(5))


def test_one_known_plaintext_opens_every_ciphertext_under_one_pad():
    values = np.random.default_rng(0).integers(0, 256, 100)
    assert (pad_from_known(values ^ 173, 7, int(values[7])) == values).all()


def test_a_dictionary_opens_deterministic_encryption_and_no_other():
    assert by_dictionary(KEY.public.encrypt_with(57, 1), range(120), r=1) == 57
    assert by_dictionary(KEY.public.encrypt(57), range(120), r=1) is None


def test_one_r_for_two_messages_gives_their_difference():
    first, second = (KEY.public.encrypt_with(m, 987_654_321) for m in (1000, 958))
    assert difference_under_same_r(first, second) == 42
    assert difference_under_same_r(second, first) == KEY.public.n - 42
    with pytest.raises(ValueError, match="do not share"):
        difference_under_same_r(KEY.public.encrypt(1), KEY.public.encrypt(1))


@seeds
@pytest.mark.parametrize("size", [64, 4096])
def test_a_shared_decryption_gives_the_key_and_flooding_keeps_it(size, seed):
    rng = np.random.default_rng(seed)
    parameters = Parameters(size=size, lengths=(40, 30, 40), scale=2**30)
    own = keys(parameters, rng=rng)
    x = ckks.encrypt(own.public, rng.normal(size=size // 2), rng=rng)
    x = ckks.times(x, x, own.evaluation)
    shared = ckks.decrypt_complex(own.secret, x)
    assert (key_from_decryption(x, shared) == own.secret.coefficients).all()
    flooded = ckks.flooded(own.secret, x, bound=2**12, rng=rng)
    found = key_from_decryption(x, flooded)
    assert (found == own.secret.coefficients).mean() < 0.1
    assert abs(flooded - shared).max() < 2**12 * size / 2**30
