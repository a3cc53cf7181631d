"""The class's app in this process: settings, journal, masks, mischief, the door."""

import asyncio
import tomllib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi import HTTPException
from flwr.app import Array, ArrayRecord, Context, RecordDict
from flwr.proto.fleet_pb2 import ActivateNodeRequest
from flwr.supercore.date import now
from flwr.supercore.primitives.asymmetric import (
    generate_key_pairs,
    public_key_to_bytes,
    sign_message,
)
from flwr.superlink.routers.fleet.node_auth import authenticate_node

from privlab.experiments.class_lab import cheated, here
from privlab.experiments.handshake import clocks
from privlab.fl import deployment
from privlab.fl.certificates import make_certificates
from privlab.fl.class_app import server
from privlab.fl.class_client import client
from privlab.fl.class_rules import AGGREGATIONS, SETTINGS, agreed, masking
from privlab.fl.grid import LocalGrid
from privlab.fl.journal import Journal
from privlab.fl.mischief import MISCHIEF
from privlab.fl.secagg import Refused
from privlab.fl.superlink import FleetOnly
from privlab.fl.vectors import flat

PROJECT = Path(__file__).parents[2] / "classroom" / "federation"
TOLD = {"nodes": 3, "rounds": 2, "epochs": 1}


def test_the_project_has_the_apps_settings():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["flwr"]["app"]["config"] == SETTINGS
    assert project["project"]["dependencies"] == []


def test_masked_sums_are_plain_sums_up_to_their_rounding():
    plain, masked = (
        here(**TOLD, aggregation=name).arrays for name in ("plain", "masked")
    )
    _, code = agreed(3)
    apart = np.abs(flat(plain) - flat(masked)).max()
    assert 0 < apart <= 2 * 2 * code.error  # two rounds, the second starts apart


def test_a_guard_changes_nothing_among_the_honest():
    plain, guarded = (here(**TOLD, aggregation=name) for name in ("plain", "guarded"))
    assert guarded.run.trouble == ""
    assert guarded.apart(plain) < 1e-12


@pytest.mark.parametrize("name", [n for n in MISCHIEF if n != "backwards"])
def test_the_guard_keeps_the_class_learning(name):
    result = cheated(mischief=name, aggregation="guarded", cheats=1)
    assert result.cheated[-1] > 0.4
    assert ("shortened" if name == "thousandfold" else "rejected") in result.noted


def order(message_config, **node) -> tuple:
    context = Context(1, 1, node, RecordDict(), message_config)
    metadata = SimpleNamespace(message_type="train")
    return SimpleNamespace(metadata=metadata, content=RecordDict()), context


def trained(message, context):
    return "trained"


def test_a_node_that_insists_on_masks_refuses_to_train_in_the_open():
    place = {"partition-id": 0, "num-partitions": 3}
    run = {"aggregation": "plain", "nodes": 3}
    assert masking(*order(run, **place), trained) == "trained"
    with pytest.raises(Refused, match="secure aggregation only"):
        masking(*order(run, **place, **{"only-masked": True}), trained)


def test_masks_need_the_whole_class():
    place = {"partition-id": 0, "num-partitions": 30}
    with pytest.raises(Refused, match="nodes=2 of the run must be 30"):
        masking(*order({"aggregation": "masked"}, **place), trained)


@pytest.mark.parametrize("aggregation", list(AGGREGATIONS))
def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path, aggregation):
    def part(**settings):
        told = TOLD | {"aggregation": aggregation} | settings
        grid = LocalGrid(client(), clients=3, run_config=told)
        return flat(grid.serve(server(Journal(tmp_path))).state["arrays"])

    part(rounds=1)
    resumed = part(resume=True)
    np.testing.assert_allclose(
        resumed, part(), atol=1e-12 if aggregation != "masked" else 1e-7
    )


def test_nothing_is_left_to_resume(tmp_path):
    Journal(tmp_path).keep(2, ArrayRecord({"w": Array(np.zeros(2))}))
    grid = LocalGrid(client(), clients=3, run_config=TOLD | {"resume": True})
    with pytest.raises(ValueError, match="rounds=2 must be > 2"):
        grid.serve(server(Journal(tmp_path)))


def test_a_journal_is_read_up_to_its_last_whole_line(tmp_path):
    journal = Journal(tmp_path / "new")
    assert journal.events() == ()
    assert not journal.ended()
    journal.note("start", done=0)
    with journal.path.open("ab") as file:
        file.write(b'{"event": "en')
    assert [event["event"] for event in journal.events()] == ["start"]


def test_a_journal_keeps_the_last_model_and_clears_all(tmp_path):
    journal = Journal(tmp_path)
    assert journal.kept() is None
    for number in (9, 10):
        arrays = {
            "0.weight": Array(np.full((2, 3), number)),
            "0.bias": Array(np.ones(2)),
        }
        journal.keep(number, ArrayRecord(arrays))
    number, arrays = journal.kept()
    assert (number, list(arrays)) == (10, ["0.weight", "0.bias"])
    assert (arrays["0.weight"].numpy() == 10).all()
    journal.clear()
    assert list(tmp_path.iterdir()) == []


def answered(caller: str, path: str, kind: str = "http") -> int:
    """The status that the door gives, 200 if it opens."""
    sent = []

    async def inside(scope, receive, send):
        await send({"status": 200})

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "client": (caller, 50_000), "path": path}
    door = FleetOnly(inside, frozenset({"127.0.0.1"}))
    asyncio.run(door(scope, None, send))
    return sent[0]["status"]


@pytest.mark.parametrize(
    ("caller", "path", "status"),
    [
        ("127.0.0.1", "/v1/control/start-run", 200),
        ("192.168.1.9", "/v1/control/start-run", 403),
        ("192.168.1.9", "/v1/runtime/acquire-task", 403),
        ("192.168.1.9", "/docs", 403),
        ("192.168.1.9", "//v1/control/start-run", 403),
        ("192.168.1.9", "/v1/fleet", 403),
        ("192.168.1.9", "/v1/fleet/pull-messages", 200),
    ],
)
def test_other_machines_may_only_be_nodes(caller, path, status):
    assert answered(caller, path) == status


@pytest.mark.parametrize("late", [-5.5, -3, 0, 200, 303, 306])
def test_the_widgets_clocks_are_flowers(late):
    """Against Flower's own check of a signature that is so many seconds old."""
    private, public = generate_key_pairs()
    stamp = now().timestamp() - late
    text = type(now()).fromtimestamp(stamp, tz=now().tzinfo).isoformat()
    request = _signed(text, private, public_key_to_bytes(public))
    if clocks(ahead=-late / 60, age=0).signature_accepted:
        authenticate_node(request)
    else:
        with pytest.raises(HTTPException, match="401"):
            authenticate_node(request)


def _signed(stamp: str, private, key: bytes):
    signature = sign_message(private, stamp.encode("ascii"))
    headers = {
        "flwr-public-key": b64encode(key).decode(),
        "flwr-timestamp": stamp,
        "flwr-signature": b64encode(signature).decode(),
    }
    message = ActivateNodeRequest(public_key=key, heartbeat_interval=30)
    return SimpleNamespace(
        headers=headers, state=SimpleNamespace(protobuf_request=message)
    )


def test_flowers_configuration_is_read_back(tmp_path):
    folder = tmp_path / 'a "b" 班'
    folder.mkdir()
    deployment.connect(folder, host="192.168.1.5", port=8123)
    told = deployment.connection(folder)
    assert told["address"] == "192.168.1.5:8123"
    assert told["root-certificates"] == str(folder / "authority.crt")


def test_no_command_installs_packages_or_listens_elsewhere(tmp_path):
    link = deployment.superlink(tmp_path, host="192.168.1.5")
    node = deployment.supernode(
        "192.168.1.5:8000",
        authority=tmp_path / "authority.crt",
        key=tmp_path / "li.key",
        partition=0,
        partitions=2,
        port=9000,
    )
    assert "--disable-runtime-dependency-installation" in link
    assert "--enable-supernode-auth" in link
    assert link[link.index("--host") + 1] == "192.168.1.5"
    assert "--allow-runtime-dependency-installation" not in node
    assert node[node.index("--host") + 1] == "127.0.0.1"
    assert not {"--insecure"} & {*link, *node}


@pytest.fixture
def project(monkeypatch):
    """The folder of the class's commands, to import from."""
    monkeypatch.syspath_prepend(PROJECT)


def test_the_page_shows_the_run_in_words_and_escapes_names(tmp_path, project):
    from watch_page import page

    journal = Journal(tmp_path)
    assert "No run has begun" in page(journal)
    journal.note("start", done=0, rounds=2, aggregation="guarded")
    journal.note("answered", nodes=["li"], missing=["<mei>"], seconds=1.0)
    journal.note("round", round=1, accuracy=0.5, loss=1.0)
    shown = page(journal)
    assert "50% of the test digits are right" in shown
    assert "missing: &lt;mei&gt;" in shown
    assert "<mei>" not in shown


def command(folder: Path, *words: str) -> None:
    """One command of the class, in this process."""
    import federate

    args = federate.parser().parse_args(["--folder", str(folder), *words])
    args.function(args)


def test_the_commands_make_what_a_class_needs(tmp_path, project, capsys):
    command(tmp_path, "certificates", "--host", "192.168.1.5")
    assert "for 192.168.1.5, localhost, 127.0.0.1" in capsys.readouterr().out
    command(tmp_path, "key", "li")
    assert (tmp_path / "li.pub").read_text().startswith("ecdsa-sha2-nistp384 ")
    command(tmp_path, "mischief", "li", "nan")
    assert (tmp_path / "li" / "mischief").read_text() == "nan"
    command(tmp_path, "mischief", "li", "none")
    assert (tmp_path / "li" / "mischief").read_text() == ""


@pytest.mark.parametrize(
    ("host", "days", "said"),
    [
        (None, 1, "no certificate yet"),
        ("192.168.1.6", 1, "not for 192.168.1.5"),
        ("192.168.1.5", -1, "has expired"),
    ],
)
def test_the_teacher_is_told_what_is_wrong(tmp_path, project, host, days, said):
    if host:
        then = datetime.now(UTC) + timedelta(days=days - 1)
        make_certificates(tmp_path, [host], days=1, now=then)
    with pytest.raises(SystemExit, match=said):
        command(tmp_path, "teacher", "--host", "192.168.1.5")
