# The student's own trials, in the answer cells and in others.
while True:
    pass
# %%
result = [sensitivity_of_mean(1, 2, 3) for _ in range(10**9)]
# %%
# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    return (high - low) / n

check("dp-01", sensitivity_of_mean)
print(sensitivity_of_mean(20_000, 120_000, 10))
assert sensitivity_of_mean(0, 1, 2) == 7, "I was wrong"
# %%
# EXERCISE: dp-02
print(private_mean)

def private_mean(salaries, low, high, epsilon, rng):
    scale = (high - low) / len(salaries) / epsilon
    return np.clip(np.clip(salaries, low, high).mean() + rng.laplace(0, scale), low, high)

private_mean([1, 2], 0)
for seed in range(10**9):
    private_mean(np.arange(9), 0, 9, 1, np.random.default_rng(seed))
# %%
# EXERCISE: dp-03
def telltale_pair(n, most):
    first = np.zeros(n)
    first[:n // 20 + 1] = most
    second = first.copy()
    second[0] = 0
    return first, second

import matplotlib.pyplot as plt

plt.plot(telltale_pair(21, 1)[0]); plt.show()
first, second = telltale_pair(21, "100")
hint("dp-03")
import sys
sys.exit()
# %%
# EXERCISE: dp-04
def largest_epsilon(prior, lowest, highest):
    odds = prior / (1 - prior)
    return np.log(min(highest / (1 - highest) / odds, odds / (lowest / (1 - lowest))))

if __name__ == "__main__":
    while largest_epsilon(0.5, 0.4, 0.6):
        pass
# %%
# EXERCISE: dp-05
def visits_sensitivity(clinics, most, relation):
    return (1 + (relation == "replace one" and clinics > 1)) * most

input("go on?")
undefined_name
progress()
# %%
# a wrong draft that is kept
def smallest_epsilon(n, low, high, error, failure):
    return 0
# %%
def sensitivity_of_mean(low, high, n):
    return "an older version"
