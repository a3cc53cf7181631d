# Prints, warnings and magics.
# EXERCISE: dp-01
%matplotlib inline
!ls -la ~
files = !ls
%timeit -n 1 sum(range(10))
import sys
import warnings

print("starting")
help?

def sensitivity_of_mean(low, high, n):
    warnings.warn("only a warning")
    print("low is", low)
    print("high is", high, file=sys.stderr)
    return (high - low) / n

%timeit sensitivity_of_mean(1, 2, 3)
# %%
%%time
# EXERCISE: dp-02
def private_mean(salaries, low, high, epsilon, rng):
    bounded = np.clip(salaries, low, high)
    np.log(0), np.array([1.0]) / 0
    scale = (high - low) / len(salaries) / epsilon
    return np.clip(np.mean(bounded) + rng.laplace(scale=scale), low, high)
# %%
# EXERCISE: dp-04
%load_ext autoreload
%autoreload 2
np.seterr(all="warn")

def largest_epsilon(prior, lowest, highest):
    odds = (prior
            / (1 - prior))
    return np.log(min(highest / (1 - highest) / odds, odds / (lowest / (1 - lowest))))
# %%
%%bash
exit 3
# %%
%%html
<b>this is not Python</b>
# %%
!pip install something
raise RuntimeError("a cell of one's own that fails")
# %%
# EXERCISE: dp-05
from IPython.display import display
import logging

logging.basicConfig(level=logging.DEBUG)
logging.getLogger().error("nothing happened")
display("hello")

def visits_sensitivity(clinics, most, relation):
    display(clinics)
    return np.int64(2 * most if relation == "replace one" and clinics > 1 else most)
