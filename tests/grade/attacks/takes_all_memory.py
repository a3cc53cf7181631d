# dp-01: memory
# dp-03: memory
# dp-05: wrong
# EXERCISE: dp-01
import numpy as np

def sensitivity_of_mean(low, high, n):
    return np.ones(5 * 2**30 // 8)
# %%
# EXERCISE: dp-03
import numpy as np

def telltale_pair(n, most):
    hoard = []
    while True:
        hoard.append(np.empty(2**24))
# %%
# EXERCISE: dp-05
hoard = "x" * (5 * 2**30)

def visits_sensitivity(clinics, most, relation):
    return len(hoard)
