"""The shipped hub as a process of a test, on ports that nothing else uses."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import psutil
import requests

COURSE = Path(__file__).parents[2]
HUB = COURSE / "classroom" / "hub"


def write_settings(folder: Path, own: dict[str, str], *, tls: bool = False) -> Path:
    """class.toml as it is shipped, but for these settings and this folder."""
    own = {"handed_in": folder / "handed-in", "state": folder / "state", **own}
    text = (HUB / "class.toml").read_text("utf-8")
    for key, value in own.items():
        text = re.sub(rf'^{key} = "[^"]*"', f'{key} = "{value}"', text, flags=re.M)
    text = re.sub(r"^port = \d+", f"port = {free_ports(3)}", text, flags=re.M)
    text = re.sub(r"^tls = \w+", f"tls = {str(tls).lower()}", text, flags=re.M)
    settings = folder / "class.toml"
    settings.write_text(text, "utf-8")
    return settings


def free_ports(count: int) -> int:
    """The first of so many ports in a row on which nothing listens."""
    for port in range(18000 + os.getpid() % 10000, 60000, count):
        try:
            for number in range(port, port + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
        except OSError:
            continue
        return port
    raise RuntimeError("no free ports")


class running:
    """The hub as a process; at the end it and all that it began are gone."""

    def __init__(self, command: list[str], folder: Path, settings: Path):
        self.command, self.log = command, folder / "hub.log"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PRIVLAB")}
        self.env |= {"PRIVLAB_CLASS": str(settings), "NO_PROXY": "*"}
        port = re.search(r"^port = (\d+)", settings.read_text("utf-8"), re.M).group(1)
        self.url = f"http://127.0.0.1:{port}"

    def __enter__(self) -> str:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdout=log, stderr=subprocess.STDOUT
            )
        for _ in range(120):
            assert self.process.poll() is None, self.log.read_text("utf-8", "replace")
            try:
                if requests.get(f"{self.url}/hub/login", timeout=5).ok:
                    return self.url
            except requests.ConnectionError:
                pass
            time.sleep(0.5)
        self.__exit__()
        raise TimeoutError(self.log.read_text("utf-8", "replace"))

    def __exit__(self, *_) -> None:
        began = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        psutil.wait_procs([psutil.Process(self.process.pid), *began], timeout=20)
        for process in [p for p in began if p.is_running()]:
            process.kill()
        self.process.kill()
        self.process.wait()
