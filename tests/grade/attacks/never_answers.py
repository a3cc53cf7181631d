# dp-01: timeout
# EXERCISE: dp-01
import os
import signal

def sensitivity_of_mean(low, high, n):
    os.kill(os.getpid(), signal.SIGSTOP)
    return (high - low) / n
