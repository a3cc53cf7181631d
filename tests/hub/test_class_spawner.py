"""The limits of a class server, for both spawners, without a hub."""

import asyncio
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

HUB = Path(__file__).parents[2] / "classroom" / "hub"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the class server is for Linux")


@pytest.fixture(scope="module")
def spawning():
    spec = importlib.util.spec_from_file_location("spawning", HUB / "class_spawner.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["spawning"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shipped(spawning):
    return spawning.class_settings(str(HUB / "class.toml"))


@pytest.fixture
def config(monkeypatch, tmp_path):
    """``config(limits)`` is the shipped configuration with the folders in a test's."""
    from traitlets.config.loader import PyFileConfigLoader

    def load(limits):
        text = (HUB / "class.toml").read_text("utf-8")
        text = text.replace("/var/lib/privlab-hub", str(tmp_path / "state"))
        (tmp_path / "class.toml").write_text(text.replace('"auto"', f'"{limits}"'))
        monkeypatch.setenv("PRIVLAB_CLASS", str(tmp_path / "class.toml"))
        monkeypatch.setattr(sys, "path", [*sys.path])
        return PyFileConfigLoader(str(HUB / "jupyterhub_config.py")).load_config()

    return load


def test_systemd_keeps_the_limits_where_it_runs(spawning, shipped, tmp_path):
    assert shipped.limits == "auto"
    assert spawning.spawner_for(shipped, run=tmp_path) == "systemd"
    chosen = spawning.spawner_for(shipped, run=tmp_path / "gone")
    assert chosen is spawning.ProcessLimitSpawner


@pytest.mark.parametrize(
    "wrong", [{"limits": "none"}, {"memory_gb": 0.5}, {"cores": 0}, {"tls": "yes"}]
)
def test_a_wrong_setting_is_named(spawning, shipped, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        spawning.ClassSettings(**{**vars(shipped), **wrong})


def test_a_misspelt_setting_is_named(spawning, tmp_path):
    text = (HUB / "class.toml").read_text("utf-8").replace("cores", "kores")
    (tmp_path / "class.toml").write_text(text)
    with pytest.raises(TypeError, match="kores"):
        spawning.class_settings(str(tmp_path / "class.toml"))


def test_neighbours_begin_on_different_cores_and_all_cores_are_used(spawning):
    there = os.sched_getaffinity(0)
    starts = [frozenset(spawning.cores_of(uid, 1)) for uid in range(len(there))]
    assert set().union(*starts) == there
    assert all(len(cores) == 1 for cores in starts)
    assert spawning.cores_of(7, 0) == there
    assert spawning.cores_of(7, 10_000) == there


def test_a_process_that_asks_for_more_memory_than_its_limit_gets_an_error(spawning):
    name = subprocess.check_output(["id", "-un"], text=True).strip()
    spawner = spawning.ProcessLimitSpawner(mem_limit=10**9, cpu_limit=1)
    code = (
        "import os; print(len(os.sched_getaffinity(0)))\n"
        "small = bytearray(5 * 10**8); print('small')\n"
        "bytearray(15 * 10**8); print('large')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=spawner.make_preexec_fn(name),
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["1", "small"]
    assert done.stderr.strip().endswith("MemoryError")


def test_systemd_is_told_the_same_limits(config, monkeypatch):
    """What reaches ``systemd-run``; whether systemd obeys is systemd's to test."""
    from systemdspawner import SystemdSpawner, systemd

    asked = {}

    async def started(unit, **how):
        asked.update(how, unit=unit)

    async def running(unit):
        return bool(asked)

    monkeypatch.setattr(systemd, "start_transient_service", started)
    monkeypatch.setattr(systemd, "service_running", running)
    name = subprocess.check_output(["id", "-un"], text=True).strip()
    settings = config("systemd")
    assert settings.JupyterHub.spawner_class == "systemd"
    settings.Spawner.environment = {}
    user = SimpleNamespace(name=name, id=1, url="/", settings={})
    spawner = SystemdSpawner(config=settings, user=user)
    monkeypatch.setattr(SystemdSpawner, "get_args", lambda self: ["--x"])
    monkeypatch.setattr(SystemdSpawner, "get_env", lambda self: {"PATH": "/usr/bin"})
    asyncio.run(spawner.start())
    properties = asked["properties"]
    assert properties["MemoryMax"] == 3 * 10**9
    assert properties["CPUQuota"] == "200%"
    assert properties["PrivateTmp"] == properties["NoNewPrivileges"] == "yes"
    assert asked["uid"] == os.getuid()
    assert "privlab.course.workspace" in asked["cmd"]


def test_only_this_computer_reaches_the_hub_and_its_files_are_roots(config, tmp_path):
    settings = config("process")
    addresses = (
        settings.JupyterHub.bind_url,
        settings.JupyterHub.hub_bind_url,
        settings.ConfigurableHTTPProxy.api_url,
    )
    assert all(address.startswith("http://127.0.0.1:") for address in addresses)
    assert len(set(addresses)) == 3
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_accounts_refuses_a_name_that_is_none(tmp_path):
    (tmp_path / "names.txt").write_text("anna\n-rf\n")
    command = [sys.executable, HUB / "accounts.py", tmp_path / "names.txt"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'-rf'" in done.stderr
