# Answers of every form that a right one may have.
# EXERCISE: dp-01
sensitivity_of_mean = lambda low, high, n: np.array((high - low) / n)
# %%
#exercise:dp-02
from __future__ import annotations

def private_mean(salaries: Undefined, low, high, epsilon, rng) -> Missing:
    """# YOUR CODE HERE"""
    noise = rng.laplace(scale=(high - low) / len(salaries) / epsilon)
    return np.clip(np.clip(salaries, low, high).mean() + noise, low, high)
    # YOUR CODE HERE
    raise NotImplementedError
# %%
   ## EXERCISE ： dp-03
class Pair:
    def __call__(self, n, most):
        first = [most] * (n // 20 + 1) + [0] * (n - n // 20 - 1)
        return [first, [0, *first[1:]]]

telltale_pair = Pair()
# %%
# EXERCISE: dp-04
from functools import lru_cache
from scipy.special import logit

@lru_cache
def largest_epsilon(prior, lowest, highest):
    return np.float32(1) * 0 + min(logit(highest) - logit(prior), logit(prior) - logit(lowest))
# %%
# EXERCISE: dp-05
from functools import partial
import time

def counted(factor, clinics, most, relation):
    counted.calls += 1
    if counted.calls == 1:
        time.sleep(1)  # slow, once
    return (factor if relation == "replace one" and clinics > 1 else 1) * most

counted.calls = 0
visits_sensitivity = partial(counted, 2)
# %%
# EXERCISE: dp-06
import threading

def price_of_averaging(epsilon, error):
    found = {}

    def work():
        found["answers"] = int(np.ceil(2 / (epsilon * error) ** 2))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return np.array([found["answers"], found["answers"] * epsilon])
# %%
# EXERCISE: dp-07
exec('''
def smallest_epsilon(n, low, high, error, failure):
    global latest
    latest = (high - low) / n * np.log(1 / failure) / error
    return latest
''')
smallest_epsilon = smallest_epsilon
