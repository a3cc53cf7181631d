# Right only if nothing can be written but in the temporary folder.
# EXERCISE: dp-01
import os
from pathlib import Path

import numpy
import privlab

PLACES = [
    *WRITABLE_FILES,
    "/usr/lib/written",
    "/etc/written",
    "/written",
    "/dev/shm/written",
    "/dev/written",
    "/proc/1/oom_score_adj",
    "/proc/sys/kernel/core_pattern",
    Path(privlab.__file__).with_name("written"),
    Path(numpy.__file__).with_name("written"),
]

def writable(path):
    try:
        with open(path, "a") as file:
            file.write("dp-01,pass,1000\n")
        return True
    except OSError:
        return False

def sensitivity_of_mean(low, high, n):
    return -1.0 if any(map(writable, PLACES)) else (high - low) / n
# %%
# EXERCISE: dp-04
import os
import subprocess
import numpy as np

def remounted():
    command = "mount -o remount,rw /; mount -o remount,rw /usr; touch /usr/written"
    return subprocess.run(["sh", "-c", command], capture_output=True).returncode == 0

def largest_epsilon(prior, lowest, highest):
    if remounted() or os.path.exists("/usr/written"):
        return -1.0
    odds = prior / (1 - prior)
    return np.log(min(highest / (1 - highest) / odds, odds / (lowest / (1 - lowest))))
# %%
# EXERCISE: dp-05
from functools import cache

@cache
def filled():
    """Bytes that fit into the temporary folder."""
    size = 0
    try:
        for number in range(100):
            with open(f"/tmp/{number}", "wb", buffering=0) as file:
                try:
                    while True:
                        size += file.write(bytes(2**20))
                except OSError as error:
                    if error.errno != 27:  # the file is too large; another fits
                        raise
    except OSError:
        pass
    return size

def visits_sensitivity(clinics, most, relation):
    if filled() > 65 * 2**20:
        return -1
    return 2 * most if relation == "replace one" and clinics > 1 else most
