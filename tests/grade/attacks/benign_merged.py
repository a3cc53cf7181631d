# Two answers in one cell; the second answer's own cell is gone.
# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    return (high - low) / n

# EXERCISE: dp-06
def price_of_averaging(epsilon, error):
    answers = int(np.ceil(2 / (epsilon * error) ** 2))
    return answers, answers * epsilon
# %%
# EXERCISE: dp-07
def smallest_epsilon(n, low, high, error, failure):
    return sensitivity_of_mean(low, high, n) * np.log(1 / failure) / error
