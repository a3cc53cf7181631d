"""The teacher's half: Flower looks for ``app`` here."""

from pathlib import Path

from flwr.supercore.utils import get_flwr_home

from privlab.experiments.class_encryption import PUBLIC, encrypted
from privlab.fl.class_app import home_journal, server
from privlab.fl.class_rules import AGGREGATIONS, ENCRYPTED

given = {ENCRYPTED: encrypted(Path(get_flwr_home()) / PUBLIC)}
app = server(home_journal(), {**AGGREGATIONS, **given})
