"""JupyterHub for a class on one Linux server: `sudo python3 lab.py hub` runs it.

The settings that a class changes are in /etc/privlab/class.toml ($PRIVLAB_CLASS names
another file); README.md beside this file is the guide.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from class_spawner import (  # noqa: E402 - it lies beside this file
    class_settings,
    hand_in_folder,
    prepare,
    spawner_for,
)

c = get_config()  # noqa: F821 - JupyterHub defines it
own = class_settings(os.environ.get("PRIVLAB_CLASS", "/etc/privlab/class.toml"))
bin_folder = Path(sys.executable).parent
state = Path(own.state)
state.mkdir(mode=0o700, parents=True, exist_ok=True)

# Who: the system's accounts and passwords. Who is in the teachers' group is an admin:
# adds users and stops servers, but does not enter anyone's notebooks.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {own.teachers, own.students}
c.PAMAuthenticator.admin_groups = {own.teachers}
c.PAMAuthenticator.open_sessions = False  # no session of the system's: only a server

# Where: this computer alone may connect; a web server with TLS passes requests on.
c.JupyterHub.bind_url = f"http://127.0.0.1:{own.port}"
c.JupyterHub.tornado_settings = {"cookie_options": {"secure": own.tls}}
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{own.port + 1}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{own.port + 2}"
c.ConfigurableHTTPProxy.command = [str(bin_folder / "configurable-http-proxy")]
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"
c.JupyterHub.cleanup_servers = True  # nobody's server outlives the hub

# What a learner gets: a copy of the notebooks, and the course, read-only, beneath.
workspace = [sys.executable, "-m", "privlab.course.workspace"]
c.Spawner.cmd = [*workspace, str(bin_folder / "jupyterhub-singleuser")]
c.Spawner.notebook_dir = "~/privlab"
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.pre_spawn_hook = lambda spawner: prepare(spawner, own)
c.Spawner.environment = {
    "PATH": f"{bin_folder}:/usr/local/bin:/usr/bin:/bin",
    "PRIVLAB_WORK": "~/privlab",
    "PRIVLAB_HAND_IN": lambda spawner: str(hand_in_folder(spawner.user.name, own)),
    "OMP_NUM_THREADS": str(own.cores),
    "FLWR_TELEMETRY_ENABLED": "0",
}
c.Spawner.args = [
    # Over TCP every account of this computer could listen to every kernel's outputs.
    "--KernelManager.transport=ipc",
    "--MappingKernelManager.cull_idle_timeout=3600",  # a forgotten notebook's memory
    "--MappingKernelManager.cull_interval=300",
    "--ServerApp.shutdown_no_activity_timeout=7200",
]

# How much: see the class that is chosen.
c.JupyterHub.spawner_class = spawner_for(own)
c.Spawner.mem_limit = int(own.memory_gb * 10**9)
c.Spawner.cpu_limit = own.cores
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.disable_user_sudo = True
