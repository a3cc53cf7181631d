# dp-01: memory
# dp-03: wrong
# dp-04: wrong
# dp-05: wrong
# dp-06: crash
# dp-07: wrong
# EXERCISE: dp-01
import numpy as np

def sensitivity_of_mean(low, high, n):
    return np.empty(1_200_000_000, np.uint8)
# %%
# EXERCISE: dp-03
def telltale_pair(n, most):
    return "0" * (65 * 2**20)
# %%
# EXERCISE: dp-04
def largest_epsilon(prior, lowest, highest):
    return [[0] * 1000] * 1100
# %%
# EXERCISE: dp-05
def visits_sensitivity(clinics, most, relation):
    nested = 0
    for _ in range(100_000):
        nested = [nested]
    return nested
# %%
# EXERCISE: dp-06
def price_of_averaging(epsilon, error):
    return np.empty((2**40, 0))  # nothing at all, in many rows
# %%
# EXERCISE: dp-07
def smallest_epsilon(n, low, high, error, failure):
    raise ValueError("x" * 10**8)
