"""Every test, notebooks included, runs without the learner's record and repeatably."""

import os
import tempfile

os.environ.setdefault("PRIVLAB_STATIC", "1")  # figures, not widgets, as in the build
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # sums in one order; no fight for cores
os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ["PRIVLAB_HOME"] = tempfile.mkdtemp(prefix="privlab-tests-")
