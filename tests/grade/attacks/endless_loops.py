# dp-01: timeout
# dp-05: timeout
# EXERCISE: dp-01
import signal

def sensitivity_of_mean(low, high, n):
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
# %%
# EXERCISE: dp-05
visits_sensitivity = 7 ** 10**9  # inside one instruction of the interpreter
