# dp-01: wrong
# dp-03: wrong
# dp-04: wrong or memory or crash
# dp-05: wrong
# dp-06: missing
# dp-07: wrong
# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n)
    return (high - low) / n
# %%
# EXERCISE: dp-03
def telltale_pair(n, most):
    return "<NUL>"
# %%
# EXERCISE: dp-04
largest_epsilon = <DEEP>
# %%
# EXERCISE: dp-05
def sensitivity(clinics, most, relation):
    return most
# %%
# EXERCISE: dp-06
price_of_averaging = ...
# %%
# EXERCISE: dp-07
def smallest_epsilon(n, low, high, error, failure):
    raise ValueError("\ud800 \x1b[2J <script>alert(1)</script> \u202e")
