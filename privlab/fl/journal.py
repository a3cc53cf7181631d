"""What a run leaves on the server's disk: a line for each event, a model per round."""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
from flwr.app import Array, ArrayRecord, Message
from flwr.proto.node_pb2 import NodeInfo
from flwr.serverapp import Grid
from flwr.supercore.run import Run

LOOK = 0.5  # seconds between looking for replies


@dataclass(frozen=True)
class Journal:
    """Events as JSON lines in ``rounds.jsonl``, round r's model in ``model-r.npz``.

    Each line is added by one write, and a reader leaves out a last line without its
    end, so it may be read while it grows. A model appears whole or not at all.
    """

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "rounds.jsonl"

    def clear(self) -> None:
        """Forget the run before."""
        for old in [self.path, *self.folder.glob("model-*.npz")]:
            old.unlink(missing_ok=True)

    def note(self, event: str, **what) -> None:
        """Add one event and the time, in seconds since 1970."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"event": event, "time": round(time.time(), 3), **what})
        with self.path.open("ab") as file:
            file.write(line.encode() + b"\n")

    def events(self) -> tuple[dict, ...]:
        """All events up to now; none if no run has begun."""
        if not self.path.exists():
            return ()
        *lines, _ = self.path.read_bytes().split(b"\n")
        return tuple(json.loads(line) for line in lines)

    def ended(self) -> bool:
        """Whether the run is over."""
        events = self.events()
        return bool(events) and events[-1]["event"] == "end"

    def keep(self, number: int, arrays: ArrayRecord) -> None:
        """Save the model after round ``number``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"model-{number:04}.npz"
        beside = path.with_suffix(".tmp")
        with beside.open("wb") as file:
            np.savez(file, **{name: own.numpy() for name, own in arrays.items()})
        os.replace(beside, path)

    def kept(self) -> tuple[int, ArrayRecord] | None:
        """The last finished round and its model; None if there is none."""
        paths = sorted(self.folder.glob("model-*.npz"))
        if not paths:
            return None
        with np.load(paths[-1]) as saved:
            arrays = ArrayRecord({name: Array(saved[name]) for name in saved.files})
        return int(paths[-1].stem.removeprefix("model-")), arrays


class Watched(Grid):
    """``grid``, with each exchange noted in ``journal``: who was asked, who answered.

    Nodes are called by the name under which they were registered, or by their number.
    Timeouts are real seconds, on a ``LocalGrid`` too.
    """

    def __init__(self, grid: Grid, journal: Journal):
        self.grid, self.journal = grid, journal
        self._known: dict[int, str] = {}

    def names(self, nodes: Iterable[int]) -> list[str]:
        """What the nodes are called, in order."""
        return sorted(self._known.get(node, str(node)) for node in nodes)

    def set_run(self, run: Run) -> None:
        self.grid.set_run(run)

    @property
    def run(self) -> Run:
        return self.grid.run

    def create_message(self, *arguments, **named) -> Message:
        return self.grid.create_message(*arguments, **named)

    def get_node_ids(self) -> Iterable[int]:
        return self.grid.get_node_ids()

    def get_nodes(self) -> Iterable[NodeInfo]:
        return self.grid.get_nodes()

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        return self.grid.push_messages(messages)

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        return self.grid.pull_messages(message_ids)

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        messages = list(messages)
        if not messages:
            return []
        self._known |= {own.node_id: own.name for own in self.get_nodes() if own.name}
        asked = [message.metadata.dst_node_id for message in messages]
        kind, start = messages[0].metadata.message_type, time.monotonic()
        self.journal.note("asked", kind=kind, nodes=self.names(asked))
        replies = self._exchange(
            messages, start + (inf if timeout is None else timeout)
        )
        answered = [r.metadata.src_node_id for r in replies if r.has_content()]
        self.journal.note(
            "answered",
            kind=kind,
            nodes=self.names(answered),
            missing=self.names(set(asked) - set(answered)),
            seconds=round(time.monotonic() - start, 1),
        )
        return replies

    def _exchange(self, messages: list[Message], end: float) -> list[Message]:
        """The replies that are there by the time ``end``; Flower looks every 3 s."""
        waiting, replies = set(self.grid.push_messages(messages)), []
        while True:
            new = list(self.grid.pull_messages(waiting))
            replies += new
            waiting -= {reply.metadata.reply_to_message_id for reply in new}
            if not waiting or time.monotonic() > end:
                return replies
            time.sleep(LOOK)
