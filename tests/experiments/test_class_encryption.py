"""The class's app under encryption, in this process: keys by hand, sums in the dark."""

import os

import numpy as np
import pytest

from privlab.experiments.class_encryption import (
    PUBLIC,
    encrypted,
    make_class_keys,
    opened,
    secret_keys,
    with_class_key,
)
from privlab.experiments.class_run import ClassRun
from privlab.fl.apps import arrays_of
from privlab.fl.class_app import class_task, server
from privlab.fl.class_client import client
from privlab.fl.class_rules import AGGREGATIONS, ENCRYPTED
from privlab.fl.grid import LocalGrid
from privlab.fl.he_aggregation import CIPHERTEXT
from privlab.fl.journal import Journal
from privlab.fl.vectors import flat
from privlab.he.airlock import Tampered

RUN = {"nodes": 2, "rounds": 2, "aggregation": ENCRYPTED}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_class_keys(tmp_path_factory.mktemp("class") / "by-hand")


def trained(folder, public, *, key="", mod=with_class_key) -> Journal:
    """Two nodes that hold ``key``, and a server that has the file ``public``."""
    journal = Journal(folder)

    def holding(message, context, train):
        context.node_config["class-key"] = str(key)
        return mod(message, context, train)

    app = server(journal, {**AGGREGATIONS, ENCRYPTED: encrypted(public)})
    LocalGrid(client(encrypting=holding), clients=2, run_config=RUN).serve(app)
    return journal


def test_two_rounds_learn_and_only_key_holders_see_it(files, tmp_path):
    secret, public = files
    journal = trained(tmp_path, public, key=secret)
    number, arrays = journal.kept()
    assert (number, list(arrays)) == (2, [CIPHERTEXT])
    done, right = opened(journal, secret_keys(secret))
    assert done == 2
    assert right > 0.7
    run = ClassRun(events=journal.events())
    assert np.isnan(run.accuracies).tolist() == [False, True, True]
    assert "right" not in run.summary
    assert "round 2: encrypted" in run.lines


def test_a_node_without_the_key_trains_nothing(files, tmp_path):
    journal = trained(tmp_path, files[1])
    run = ClassRun(events=journal.events())
    assert run.missing == [2, 2]
    _, untouched = journal.kept()
    before = arrays_of(class_task().model())
    assert (flat(untouched) == flat(before)).all()


def test_keys_of_another_class_are_named(files, tmp_path):
    other, _ = make_class_keys(tmp_path / "other")
    with pytest.raises(ValueError, match="ask the sender to encrypt with these"):
        trained(tmp_path / "journal", files[1], key=other)


def test_without_the_public_key_no_run_begins(files, tmp_path):
    with pytest.raises(FileNotFoundError, match=f"{PUBLIC} is missing"):
        trained(tmp_path, tmp_path / PUBLIC, key=files[0])


def test_a_second_pair_does_not_replace_the_first(files):
    before = files[0].read_bytes()
    with pytest.raises(FileExistsError):
        make_class_keys(files[0].parent)
    assert files[0].read_bytes() == before
    if os.name != "nt":
        assert files[0].stat().st_mode & 0o077 == 0


def test_a_public_file_is_no_secret(files):
    with pytest.raises(Tampered, match="no secret key"):
        secret_keys(files[1])
