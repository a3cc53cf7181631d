# dp-01: wrong
# dp-02: wrong
# dp-03: wrong
# dp-04: wrong
# dp-05: wrong
# dp-06: wrong
# dp-07: wrong
# dp-08: wrong
# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    return float("nan")
# %%
# EXERCISE: dp-02
def private_mean(salaries, low, high, epsilon, rng):
    return "37800"
# %%
# EXERCISE: dp-03
def telltale_pair(n, most):
    return {i * (2**61 - 1): None for i in range(1000)}  # keys of one hash
# %%
# EXERCISE: dp-04
def largest_epsilon(prior, lowest, highest):
    return float("inf")
# %%
# EXERCISE: dp-05
def visits_sensitivity(clinics, most, relation):
    return 10**400
# %%
# EXERCISE: dp-06
def price_of_averaging(epsilon, error):
    return 10**100_000, 10**100_000
# %%
# EXERCISE: dp-07
def smallest_epsilon(n, low, high, error, failure):
    return smallest_epsilon(n, low, high, error, failure)
# %%
# EXERCISE: dp-08
def epsilon_at_least(first_outputs, second_outputs, threshold):
    yield 0.8
