"""Private scoring by two processes: the server computes and never holds a secret key.

``python -m privlab.he.service`` reads a linear model from standard input, prints the
port it listens on (127.0.0.1 only) and answers until it is ended. It keeps everything
it receives in the folder given to it, for whoever wants to search it.
"""

import argparse
import http.client
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from privlab.core import checks
from privlab.he.keyholder import PublicKeys, SecretKeys
from privlab.he.regression import score
from privlab.he.vectors import Encrypted, columns, decrypt
from privlab.he.wire import packed, public_bytes, public_from, unpacked

LOCAL = "127.0.0.1"
MOST_BYTES = 64 * 2**20  # of one message; a longer one is refused unread
PATIENCE = 60  # seconds


class _Handler(BaseHTTPRequestHandler):
    """POST /keys, then POST /score; POST /decrypt shows what the server can read."""

    timeout = PATIENCE

    def do_POST(self):
        try:
            length = int(self.headers["Content-Length"])
        except (TypeError, ValueError):
            self._answer(411, b"Content-Length must say how many bytes follow")
            return
        if not 0 <= length <= MOST_BYTES:
            self.close_connection = True
            self._answer(413, f"{length} bytes: at most {MOST_BYTES}".encode())
            return
        if self.path not in self.server.answers:
            self.close_connection = True
            self._answer(404, b"POST to /keys, /score or /decrypt")
            return
        received = self.rfile.read(length)
        self.server.keep(self.path, received)
        try:
            answer = self.server.answers[self.path](received)
        except ValueError as error:
            self._answer(400, str(error).encode())
        else:
            self._answer(200, answer)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Nothing: the transcript is the log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, weights: Sequence[float], intercept: float, folder: Path):
        super().__init__((LOCAL, 0), _Handler)
        self.weights, self.intercept, self.folder = weights, intercept, folder
        self.keys: PublicKeys | None = None
        self.numbers = itertools.count()
        self.answers = {
            "/keys": self._take_keys,
            "/score": self._score,
            "/decrypt": self._decrypt,
        }

    def keep(self, path: str, received: bytes) -> None:
        name = f"{next(self.numbers):04d}-{path.strip('/')}"
        (self.folder / name).write_bytes(received)

    def _take_keys(self, message: bytes) -> bytes:
        self.keys = public_from(message)
        return self.keys.fingerprint.encode()

    def _inputs(self, message: bytes) -> list[Encrypted]:
        if self.keys is None:
            raise ValueError("no keys yet: POST the public keys to /keys first")
        return unpacked(self.keys, message)

    def _score(self, message: bytes) -> bytes:
        features = self._inputs(message)
        if len(features) != len(self.weights):
            raise ValueError(
                f"{len(features)} columns came, the model has {len(self.weights)}"
            )
        return packed([score(features, self.weights, self.intercept)])

    def _decrypt(self, message: bytes) -> bytes:
        """What a curious server tries; the engine's answer goes back as it is."""
        values = [each.data.decrypt() for each in self._inputs(message)]
        return json.dumps(values).encode()


@dataclass(frozen=True, kw_only=True)
class Client:
    """The key holder's end of the line to the server on ``port``."""

    keys: SecretKeys
    port: int

    def send_keys(self) -> str:
        """Send the public keys; the server names their fingerprint."""
        return self.post("/keys", public_bytes(self.keys.public)).decode()

    def score(self, features: np.ndarray) -> np.ndarray:
        """Scores of the rows of features (n, d): encrypted here, decrypted here."""
        message = packed(columns(self.keys.public, features))
        (scores,) = unpacked(self.keys.public, self.post("/score", message))
        return decrypt(self.keys, scores)

    def post(self, path: str, message: bytes) -> bytes:
        """The server's answer; ``ValueError`` with its words where it refuses."""
        if len(message) > MOST_BYTES:
            raise ValueError(
                f"{len(message)} bytes, at most {MOST_BYTES}: send fewer rows, or keys "
                "without rotations"
            )
        line = http.client.HTTPConnection(LOCAL, self.port, timeout=PATIENCE)
        try:
            line.request("POST", path, message)
            answer = line.getresponse()
            body = answer.read(MOST_BYTES)
        finally:
            line.close()
        if answer.status != 200:
            raise ValueError(f"{answer.status}: {body.decode('utf-8', 'replace')}")
        return body


@contextmanager
def server(
    weights: Sequence[float], intercept: float, transcript: Path
) -> Iterator[int]:
    """The port of a server process that holds the model; it ends with the block.

    Everything that it receives is kept in the empty folder ``transcript``.
    """
    weights = checks.finite("weights", weights).tolist()
    model = json.dumps({"weights": weights, "intercept": float(intercept)})
    transcript.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "privlab.he.service", str(transcript)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, **pipes)
    try:
        process.stdin.write(model + "\n")
        process.stdin.flush()
        first = process.stdout.readline()
        if not first.strip().isdigit():
            raise RuntimeError(f"the server did not start, it said {first!r}")
        yield int(first)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="score encrypted rows")
    parser.add_argument("transcript", type=Path, help="folder for what is received")
    transcript = parser.parse_args(arguments).transcript
    model = json.loads(sys.stdin.readline())
    with _Server(model["weights"], model["intercept"], transcript) as serving:
        print(serving.server_address[1], flush=True)
        serving.serve_forever()


if __name__ == "__main__":
    main()
