"""What the first page says of its attack, with five seeds instead of its one."""

import pytest

from privlab.experiments.differencing import differencing


@pytest.mark.parametrize("seed", range(5))
def test_exact_averages_give_a_salary_away_and_noise_hides_it(seed):
    hidden = differencing(staff=120, epsilon=1, seed=seed)
    assert hidden.exact_guess == pytest.approx(hidden.salary, abs=0.01)
    assert hidden.typical_miss > 100_000
    assert hidden.average_error < 0.05 * hidden.average


@pytest.mark.parametrize("seed", range(5))
def test_little_noise_is_no_defence(seed):
    assert differencing(staff=120, epsilon=100, seed=seed).typical_miss < 5_000
