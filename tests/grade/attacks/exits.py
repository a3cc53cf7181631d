# dp-01: crash
# dp-03: wrong
# dp-04: crash
# dp-05: crash
# dp-06: wrong
# dp-07: crash
# EXERCISE: dp-01
import os

def sensitivity_of_mean(low, high, n):
    os._exit(0)
# %%
# EXERCISE: dp-03
import sys

def telltale_pair(n, most):
    sys.exit()
# %%
# EXERCISE: dp-04
def largest_epsilon(prior, lowest, highest):
    import ctypes

    return ctypes.string_at(0)
# %%
# EXERCISE: dp-05
import os

os._exit(0)

def visits_sensitivity(clinics, most, relation):
    return most
# %%
# EXERCISE: dp-06
def price_of_averaging(epsilon, error):
    raise KeyboardInterrupt
# %%
# EXERCISE: dp-07
def smallest_epsilon(n, low, high, error, failure):
    import os
    import sys

    os.execv(sys.executable, [sys.executable, "-c", "print('{}')"])
