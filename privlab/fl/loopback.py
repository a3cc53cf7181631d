"""A whole class on one machine: its SuperLink and SuperNodes on 127.0.0.1."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from privlab.fl import deployment
from privlab.fl.certificates import make_certificates, make_node_key
from privlab.fl.journal import Journal
from privlab.fl.processes import (
    LOOPBACK,
    Processes,
    Started,
    free_ports,
    listening,
    wait_for,
)


@dataclass
class Room:
    """``processes`` of a class of ``size``, its files in ``folder``.

    Leave ``processes`` and all have ended: use it inside ``with Processes(...)``.
    """

    folder: Path
    processes: Processes
    size: int
    link: Started | None = None
    nodes: dict[int, Started] = field(default_factory=dict)
    class_key: Path | None = None  # that every node gets by hand

    def __post_init__(self):
        (self.port,) = free_ports(1)

    @property
    def teacher(self) -> Path:
        return self.folder / "teacher"

    @property
    def journal(self) -> Journal:
        return deployment.journal_of(self.teacher)

    def home(self, k: int) -> Path:
        return self.folder / f"student-{k}"

    def open(self) -> None:
        """Certificates, the SuperLink, and a registered node for each student."""
        make_certificates(self.teacher, [LOOPBACK])
        deployment.connect(self.teacher, port=self.port)
        self.start_link()
        keys = {k: self.home(k) / f"student-{k}.key" for k in range(self.size)}
        deployment.register(self.teacher, [make_node_key(key) for key in keys.values()])
        self.nodes = {
            k: self.start_node(self.home(k), key, k) for k, key in keys.items()
        }

    def start_link(self) -> None:
        """The SuperLink, again or for the first time: same port, same database."""
        command = deployment.superlink(self.teacher, port=self.port)
        self.link = self.processes.start("superlink", command, home=self.teacher)
        wait_for(
            "the SuperLink listens",
            lambda: listening(LOOPBACK, self.port),
            by=[self.link],
        )

    def start_node(self, home: Path, key: Path | None, partition: int) -> Started:
        """A SuperNode that signs with ``key``; None: with one that nobody knows."""
        (port,) = free_ports(1)
        command = deployment.supernode(
            f"{LOOPBACK}:{self.port}",
            authority=self.teacher / "authority.crt",
            key=key,
            partition=partition,
            partitions=self.size,
            port=port,
            class_key=self.class_key,
        )
        return self.processes.start(home.name, command, home=home)

    def wait(self, what: str, condition: Callable, *, seconds: float):
        """``wait_for`` with all of the class's processes to blame."""
        by = [self.link, *self.nodes.values()]
        return wait_for(what, condition, by=by, seconds=seconds)
