"""The students' half: Flower looks for ``app`` here."""

from privlab.fl.class_client import client
from privlab.fl.mischief import told

app = client(told)
