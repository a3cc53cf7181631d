"""A federation of real processes: a SuperLink, SuperNodes, and Flower's own commands.

Everything a machine keeps is in one folder, which is its ``$FLWR_HOME``.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from flwr.cli.supernode.register import try_load_public_key
from flwr.proto.control_pb2 import ListNodesRequest, RegisterNodeRequest
from flwr.proto.node_pb2 import NodeInfo
from flwr.supercore.control import ControlHttpClient
from flwr.supercore.interceptors import RuntimeVersionHttpInterceptor

from privlab.fl.certificates import Certificates
from privlab.fl.journal import Journal
from privlab.fl.processes import LOOPBACK, PATIENCE, environment

PORT = 8000
CONNECTION = "class"  # the name in Flower's config.toml
ONE_CORE = {"client-resources-num-cpus": 1}  # for each simulated node; Flower's is 2
# By Python, for Windows looks for a bare "flower-supernode" on our PATH, not on theirs.
SUPERNODE = "from flwr.supernode.cli import flower_supernode; flower_supernode()"


def superlink(folder: Path, *, host: str = LOOPBACK, port: int = PORT) -> list[str]:
    """The command of the teacher's SuperLink: TLS, known nodes only, on disk.

    It listens at ``host`` and no other address. ``folder`` holds the certificates and
    the database.
    """
    files = Certificates.within(folder)
    return [
        *(sys.executable, "-m", "privlab.fl.superlink"),
        *("--host", host, "--port", str(port)),
        *("--ssl-ca-certfile", str(files.authority)),
        *("--ssl-certfile", str(files.server), "--ssl-keyfile", str(files.server_key)),
        "--enable-supernode-auth",
        *("--database", str(folder / "superlink.db")),
        *("--isolation", "subprocess"),
        "--disable-runtime-dependency-installation",
    ]


def supernode(
    address: str,
    *,
    authority: Path,
    key: Path | None,
    partition: int,
    partitions: int,
    port: int,
    only_masked: bool = False,
    class_key: Path | None = None,
) -> list[str]:
    """The command of a student's SuperNode: it trusts ``authority`` and signs with
    ``key`` (None: with a key made up on the spot, which no SuperLink here knows).

    ``only_masked``: it refuses to train in the open (``class_rules.masking``).
    ``class_key``: the file with the key for runs under encryption; the path stays here.
    ``port`` is where its own app talks to it, on this machine only. Packages are
    installed at run time only where a SuperNode is told so, and it is not.
    """
    own = {
        "partition-id": partition,
        "num-partitions": partitions,
        "only-masked": only_masked,
    }
    if class_key:
        own["class-key"] = str(class_key.absolute())
    signing = ("--auth-supernode-private-key", str(key)) if key else ()
    return [
        *(sys.executable, "-c", SUPERNODE),
        *("--superlink", address, "--root-certificates", str(authority), *signing),
        *("--host", LOOPBACK, "--port", str(port)),
        *("--node-config", _toml_line(own)),
        *("--isolation", "subprocess"),
    ]


def connect(folder: Path, *, host: str = LOOPBACK, port: int = PORT) -> None:
    """Tell Flower's commands in ``folder`` where the SuperLink is."""
    authority = str(Certificates.within(folder).authority.absolute())
    _connect(folder, address=f"{host}:{port}", **{"root-certificates": authority})


def _connect(folder: Path, **connection) -> None:
    lines = [f"{name} = {_toml(value)}" for name, value in connection.items()]
    text = f'[superlink]\ndefault = "{CONNECTION}"\n\n[superlink.{CONNECTION}]\n'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text("\n".join([text, *lines, ""]), "utf-8")


def connection(folder: Path) -> dict[str, str]:
    """What ``connect`` wrote: the SuperLink's address and the authority's file."""
    told = tomllib.loads((folder / "config.toml").read_text("utf-8"))
    return told["superlink"][CONNECTION]


def flwr(folder: Path, *arguments: str, seconds: float = PATIENCE) -> str:
    """What Flower's command line says; ``RuntimeError`` with it where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "flwr.cli.app", *arguments],
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise RuntimeError(f"flwr {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def register(folder: Path, public_keys: Iterable[Path]) -> list[str]:
    """Let the nodes with these keys in, each under the name of its file.

    What ``flwr supernode register`` does, for a whole class at once. A key that is in
    already stays; the names of the new ones are returned.
    """
    told = connection(folder)
    client = ControlHttpClient.from_server_address(
        told["address"],
        insecure=False,
        root_certificates=Path(told["root-certificates"]).read_bytes(),
        interceptors=[RuntimeVersionHttpInterceptor(component_name="flwr CLI")],
    )
    try:
        known = {bytes(n.public_key) for n in _nodes(client)}
        new = {path.stem: try_load_public_key(path) for path in public_keys}
        new = {name: key for name, key in new.items() if key not in known}
        for name, key in new.items():
            client.RegisterNode(RegisterNodeRequest(public_key=key, name=name))
    finally:
        client.close()
    return list(new)


def _nodes(client: ControlHttpClient) -> list[NodeInfo]:
    return list(client.ListNodes(ListNodesRequest()).nodes_info)


def simulation(*, port: int) -> list[str]:
    """A SuperLink that makes up its nodes in this machine's memory: for one person."""
    return [
        *(sys.executable, "-m", "privlab.fl.superlink", "--simulation", "--insecure"),
        *("--host", LOOPBACK, "--port", str(port)),
        "--disable-runtime-dependency-installation",
    ]


def connect_to_simulation(folder: Path, *, port: int) -> None:
    """Tell Flower's commands in ``folder`` of a ``simulation`` on this machine."""
    _connect(folder, address=f"{LOOPBACK}:{port}", insecure=True)


def start_run(
    folder: Path, app: Path, settings: Mapping, *, simulated_nodes: int | None = None
) -> int:
    """Submit the Flower project ``app`` and return the number of the run."""
    told = []
    if settings:
        told += ["--run-config", _toml_line(settings)]
    if simulated_nodes:
        federation = {"num-supernodes": simulated_nodes, **ONE_CORE}
        told += ["--federation-config", _toml_line(federation)]
    said = flwr(folder, "run", str(app), *told)
    found = re.search(r"started run (\d+)", said)
    if not found:
        raise RuntimeError(f"flwr run gave no number:\n{said}")
    return int(found[1])


def _toml_line(values: Mapping) -> str:
    return " ".join(f"{name}={_toml(value)}" for name, value in values.items())


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def journal_of(folder: Path) -> Journal:
    """The journal of the SuperLink whose home is ``folder``."""
    return Journal(folder / "rounds")
