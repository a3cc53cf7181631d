"""A SuperLink and four SuperNodes, real processes on loopback, over TLS.

One federation lives through the fixture ``story``; each test looks at one thing that
happened in it. Every wait is bounded and fails with what the processes said.
"""

import http.client
import os
import shutil
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import pytest
from flwr.app import ArrayRecord

from privlab.experiments.class_encryption import (
    make_class_keys,
    opened,
    secret_keys,
)
from privlab.experiments.encrypted_updates import decrypting
from privlab.fl import deployment
from privlab.fl.certificates import make_node_key
from privlab.fl.class_app import class_partition, server
from privlab.fl.class_client import client
from privlab.fl.class_rules import MOST_EXAMPLES, agreed
from privlab.fl.failures import Failures
from privlab.fl.grid import LocalGrid
from privlab.fl.he_aggregation import CIPHERTEXT, opened_model
from privlab.fl.journal import Journal
from privlab.fl.loopback import Room
from privlab.fl.processes import LOOPBACK, Processes, wait_for
from privlab.he import wire
from privlab.he.context import SCORE

NODES = 4
APP = Path(__file__).parents[2] / "classroom" / "federation"
NAMES = [f"student-{k}" for k in range(NODES)]
MISCHIEF = {1: "nan", 2: "shape", 3: "thousandfold"}
KILLED = 3
FOR_THE_TEACHER = ("/v1/control/list-nodes", "/v1/runtime/acquire-task", "/health")
LONG = 240.0  # seconds for a round on a busy machine
SAME = 1e-12  # float64, sums in another order


def event_of(room: Room, name: str, what: str, **given) -> dict:
    """The first such event since the run began; waits for it."""

    def found():
        return next(iter(spoken(room.journal.events(), name, **given)), None)

    return room.wait(what, found, seconds=LONG)


def train(room: Room, **settings) -> None:
    deployment.start_run(room.teacher, APP, {"nodes": NODES} | settings)


@dataclass
class Story:
    """What happened."""

    refused: dict[str, str] = field(default_factory=dict)
    masked: ArrayRecord | None = None
    masked_events: tuple = ()
    keys_of_class: Path | None = None
    sealed: ArrayRecord | None = None
    sealed_events: tuple = ()
    opened: tuple = ()
    on_the_teachers: tuple[bytes, ...] = ()
    door: dict[str, int] = field(default_factory=dict)
    first: tuple = ()
    final: ArrayRecord | None = None
    events: tuple = ()
    left: list[str] = field(default_factory=list)
    keys: tuple[Path, ...] = ()


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    """Everything that the tests below look at, in the order of a bad day in class."""
    folder, told = tmp_path_factory.mktemp("class"), Story()
    with Processes(folder / "logs") as processes:
        secret, public = make_class_keys(folder / "by-hand")
        room = Room(folder, processes, NODES, class_key=secret)
        room.teacher.mkdir()
        shutil.copy(public, room.teacher)
        open_class(room, told)
        masked_round(room, told)
        encrypted_round(room, told, secret)
        three_against_one(room, told)
        superlink_lost_and_found(room)
        node_lost(room, told)
    told.left = mentioning(str(folder))
    told.keys = tuple(folder.rglob("*.key"))
    return told


def mentioning(folder: str) -> list[str]:
    """Command lines of running processes that name this federation's folder."""
    lines = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            lines.append(" ".join(process.cmdline()))
    return [line for line in lines if folder in line]


def open_class(room: Room, told: Story) -> None:
    """Four nodes with registered keys are let in; two others try, and are not."""
    room.open()
    stranger = room.folder / "stranger"
    make_node_key(stranger / "stranger.key")
    strangers = [
        room.start_node(stranger, stranger / "stranger.key", 0),
        room.start_node(room.folder / "keyless", None, 0),
    ]
    if os.name != "nt":
        told.door = {path: status_from(room, path) for path in FOR_THE_TEACHER}
    for one in strangers:
        wait_for(f"{one.name} ends", lambda own=one: own.process.poll() is not None)
        told.refused[one.name] = one.said


def status_from(room: Room, path: str) -> int:
    """What another address of this machine gets to hear from the SuperLink."""
    trust = ssl.create_default_context(cafile=str(room.teacher / "authority.crt"))
    link = http.client.HTTPSConnection(
        LOOPBACK, room.port, timeout=10, context=trust, source_address=("127.0.0.2", 0)
    )
    try:
        link.request("POST", path, b"", {"content-type": "application/x-protobuf"})
        return link.getresponse().status
    finally:
        link.close()


def masked_round(room: Room, told: Story) -> None:
    """One round of secure aggregation: four messages to every node."""
    train(room, rounds=1, aggregation="masked", timeout=LONG)
    event_of(room, "end", "the masked round ends")
    told.masked, told.masked_events = room.journal.kept()[1], room.journal.events()
    room.journal.clear()


def encrypted_round(room: Room, told: Story, secret: Path) -> None:
    """One round under CKKS; the teacher's machine adds and keeps a ciphertext."""
    train(room, rounds=1, aggregation="encrypted", timeout=LONG)
    event_of(room, "end", "the encrypted round ends")
    told.keys_of_class, told.sealed = secret, room.journal.kept()[1]
    told.sealed_events = room.journal.events()
    told.opened = opened(room.journal, secret_keys(secret))
    files = [path for path in room.teacher.rglob("*") if path.is_file()]
    told.on_the_teachers = tuple(path.read_bytes() for path in files)
    room.journal.clear()


def three_against_one(room: Room, told: Story) -> None:
    """NaN, a wrong shape and a thousandfold update in one round."""
    for k, name in MISCHIEF.items():
        (room.home(k) / "mischief").write_text(name)
    train(room, rounds=2, timeout=LONG)
    event_of(room, "round", "the first round ends", round=1)
    told.first = room.journal.events()
    for k in MISCHIEF:
        (room.home(k) / "mischief").unlink()


def superlink_lost_and_found(room: Room) -> None:
    """The SuperLink's machine loses power in round 2 and comes back."""
    room.processes.kill(room.link)
    room.start_link()


def node_lost(room: Room, told: Story) -> None:
    """The teacher resumes; a node dies while it trains."""
    (answered,) = [e for e in told.first if e["event"] == "answered"]
    heard = room.nodes[KILLED].said.count("Receiving: train")
    train(room, rounds=2, resume=True, timeout=2 * answered["seconds"] + 4)
    victim = room.nodes[KILLED]
    room.wait(
        "the node has its message",
        lambda: victim.said.count("Receiving: train") > heard and resumed(room),
        seconds=LONG,
    )
    room.processes.kill(room.nodes.pop(KILLED))
    event_of(room, "end", "the resumed run ends")
    told.final, told.events = room.journal.kept()[1], room.journal.events()


def resumed(room: Room) -> bool:
    starts = [e for e in room.journal.events() if e["event"] == "start"]
    return bool(starts[-1]["done"])


def twin(folder: Path, *, dropped=lambda number, k: False, mischief=(), **settings):
    """The same app in this process; its journal is in ``folder``."""
    told = {"nodes": NODES} | settings
    grid = LocalGrid(
        client(
            lambda context: dict(mischief).get(context.node_config["partition-id"], "")
        ),
        clients=NODES,
        run_config=told,
        failures=Failures(dropped=dropped),
    )
    return grid.serve(server(Journal(folder))).state["arrays"]


def apart(one: ArrayRecord, other: ArrayRecord) -> float:
    assert list(one) == list(other)
    return max(np.abs(one[n].numpy() - other[n].numpy()).max() for n in one)


def spoken(events: tuple, name: str, **given) -> list[dict]:
    return [e for e in events if e["event"] == name and given.items() <= e.items()]


@pytest.mark.parametrize("name", ["stranger", "keyless"])
def test_a_node_without_a_registered_key_is_refused(story, name):
    assert "Failed to initialize the connection" in story.refused[name]
    assert "SuperNode ID" not in story.refused[name]


@pytest.mark.skipif(os.name == "nt", reason="one loopback address only")
def test_other_machines_reach_the_nodes_part_only(story):
    """Else whoever is in the network could start programs on all nodes."""
    assert set(story.door.values()) == {403}


def test_masked_sums_give_the_model_of_the_notebook(story, tmp_path):
    """Four exchanges a round through real nodes; the tolerance is the code's own."""
    _, code = agreed(NODES)
    rounding = 2 * code.error
    assert 0 < apart(story.masked, twin(tmp_path, rounds=1)) <= rounding
    assert [e["missing"] for e in spoken(story.masked_events, "answered")] == [[]] * 4


def test_encrypted_sums_give_the_model_of_the_notebook(story, tmp_path):
    """Each key holder opens it; the tolerance is that of the scheme's noise."""
    keys = secret_keys(story.keys_of_class)
    here = twin(tmp_path, rounds=1)
    model = opened_model(story.sealed, decrypting(keys), like=here)
    sizes = np.array(class_partition(NODES, seed=0, alpha=1.0).sizes)
    noise = 18 * NODES * SCORE.noise(0) / (sizes.sum() / MOST_EXAMPLES)
    assert 0 < apart(model, here) <= 3 * noise < 0.01
    (finished,) = spoken(story.sealed_events, "round", round=1)
    assert "accuracy" not in finished
    number, right = story.opened
    assert (number, right > 0.5) == (1, True)


def test_the_teachers_machine_never_has_the_class_secret(story):
    """Neither in a file nor in a database, and what it holds opens nothing."""
    context = secret_keys(story.keys_of_class).context
    without = dict.fromkeys(("save_galois_keys", "save_relin_keys"), False)
    secret = context.serialize(save_public_key=False, save_secret_key=True, **without)
    part = secret[len(secret) // 2 :][:1024]
    assert part in story.keys_of_class.read_bytes()
    assert not any(part in data for data in story.on_the_teachers)
    (public,) = [d for d in story.on_the_teachers if d.startswith(b'{"parameters"')]
    letter = story.sealed[CIPHERTEXT].numpy().tobytes()
    with pytest.raises(ValueError, match="doesn't hold a secret_key"):
        wire.unpacked(wire.public_from(public), letter)[0].data.decrypt()


def test_nonsense_is_rejected_and_a_thousandfold_update_shortened(story):
    rejected = {e["node"] for e in spoken(story.first, "rejected")}
    assert rejected == {NAMES[1], NAMES[2]}
    (shortened,) = spoken(story.first, "shortened")
    assert shortened["node"] == NAMES[3]
    (after,) = spoken(story.first, "round", round=1)
    assert np.isfinite(after["loss"])


def test_a_finished_round_survives_the_superlink(story):
    """The run is lost, and the next goes on from its last finished round."""
    first, second = spoken(story.events, "start")
    assert (first["done"], second["done"]) == (0, 1)
    assert [e["round"] for e in spoken(story.events, "round")] == [0, 1, 2]


def test_a_node_killed_in_mid_round_is_survived(story):
    (*_, last) = spoken(story.events, "answered")
    assert last["missing"] == [NAMES[KILLED]]
    assert last["nodes"] == [NAMES[k] for k in range(NODES) if k != KILLED]


def test_the_weights_are_those_of_the_notebook(story, tmp_path):
    """Same attacks, same interruption, same loss: the same model within 1e-12."""
    twin(tmp_path, rounds=1, mischief=MISCHIEF)
    here = twin(
        tmp_path,
        rounds=2,
        resume=True,
        dropped=lambda number, k: (number, k) == (2, KILLED),
    )
    honest = twin(tmp_path / "honest", rounds=2)
    assert apart(story.final, here) < SAME < apart(story.final, honest)


def test_no_process_is_left(story):
    assert story.left == []


def test_no_key_can_be_read_by_others(story):
    """On Windows the folder's rights protect them."""
    modes = {path.name: path.stat().st_mode & 0o077 for path in story.keys}
    assert len(modes) == NODES + 2
    if os.name != "nt":
        assert set(modes.values()) == {0}
