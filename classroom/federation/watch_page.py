"""A page of this machine that shows a class run as it goes, from its journal."""

import html
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from privlab.experiments.class_run import ClassRun
from privlab.fl.journal import Journal
from privlab.fl.processes import LOOPBACK
from privlab.plots.class_run import draw_class_run
from privlab.plots.figure import picture

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="refresh" content="2"><title>Class federation</title>
<body style="font: 1.2em sans-serif; margin: 2em; background: white; color: black">
<h1>Class federation</h1>{body}</body></html>"""


def page(journal: Journal) -> str:
    """The page as it is now."""
    events = journal.events()
    if not events:
        return PAGE.format(body="<p>No run has begun.</p>")
    run = ClassRun(events=events)
    image = b64encode(picture(run, draw_class_run).png).decode()
    said = "".join(f"<li>{html.escape(line)}</li>" for line in run.lines[::-1])
    summary = html.escape(run.summary)
    figure = f'<img src="data:image/png;base64,{image}" alt="{summary}">'
    return PAGE.format(body=f"<p>{summary}</p>{figure}<ul>{said}</ul>")


def serve(journal: Journal, *, port: int) -> None:
    """Answer at http://127.0.0.1:``port`` until Ctrl-C; no other machine can ask."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = page(journal).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Nothing: the terminal is for the address alone."""

    with ThreadingHTTPServer((LOOPBACK, port), Handler) as server:
        print(f"http://{LOOPBACK}:{server.server_port} in a browser; Ctrl-C ends it")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("ended")
