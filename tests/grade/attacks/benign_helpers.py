# What the answers lean on is elsewhere in the notebook.
import math
from math import *
from functools import lru_cache, partial

TWO = 2
ROOT = math.sqrt(TWO)
TABLE = np.array([1, TWO])
try:
    import does_not_exist as fast
except ImportError:
    fast = None
# %%
def odds(p):
    return p / rest(p)

def rest(p):
    return 1 - p

class Range:
    def __init__(self, low, high):
        self.width = high - low
# %%
# EXERCISE: dp-01
import statistics

def share(total, n):
    return total / n

def sensitivity_of_mean(low, high, n):
    return share(Range(low, high).width, n)
# %%
# EXERCISE: dp-02
def private_mean(salaries, low, high, epsilon, rng):
    bounded = [min(max(s, low), high) for s in salaries]
    scale = share(high - low, len(bounded)) / epsilon
    noisy = statistics.fmean(bounded) + rng.laplace(scale=scale)
    return min(max(noisy, low), high)
# %%
# EXERCISE: dp-04
def largest_epsilon(prior, lowest, highest):
    if fast:
        return fast.largest_epsilon(prior, lowest, highest)
    return log(min(odds(highest) / odds(prior), odds(prior) / odds(lowest)))
# %%
# EXERCISE: dp-05
FACTORS = {}

def visits_sensitivity(clinics, most, relation):
    return FACTORS[relation, clinics > 1] * most

for kind in ("add or remove one", "replace one"):
    for several in (False, True):
        FACTORS[kind, several] = 1
FACTORS["replace one", True] = TABLE[-1]
# %%
# EXERCISE: dp-06
def price_of_averaging(epsilon, error):
    answers = ceil((ROOT / epsilon / error) ** 2)
    return answers, answers * epsilon
# %%
# EXERCISE: dp-07
def smallest_epsilon(n, low, high, error, failure):
    return sensitivity_of_mean(low, high, n) * math.log(1 / failure) / error
