# dp-01: timeout
# dp-03: timeout
# dp-05: timeout
# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
# %%
# EXERCISE: dp-03
import signal

def telltale_pair(n, most):
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        signal.pause()
# %%
# EXERCISE: dp-05
visits_sensitivity = 7 ** 10**9  # inside one instruction of the interpreter
