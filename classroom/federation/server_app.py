"""The teacher's half: Flower looks for ``app`` here."""

from privlab.fl.class_app import home_journal, server

app = server(home_journal())
