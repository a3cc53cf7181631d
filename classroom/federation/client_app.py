"""The students' half: Flower looks for ``app`` here."""

from privlab.experiments.class_encryption import with_class_key
from privlab.fl.class_client import client
from privlab.fl.mischief import told

app = client(told, with_class_key)
