"""What a person does in a browser on a class server: log in, start, run code."""

import json
import re
import time
import uuid

import requests
import websocket

LONGEST = 60  # seconds for a server to start, or for a cell to end


class Person:
    """Somebody with an account, by the same requests that a browser would make."""

    def __init__(self, url: str, name: str):
        self.url, self.name = url, name
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy of this computer's
        self.kernel = ""

    def log_in(self, password: str) -> bool:
        """Fill in the form of the login page; whether the hub let the person in."""
        page = self.session.get(f"{self.url}/hub/login", timeout=20)
        xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.text).group(1)
        form = {"username": self.name, "password": password, "_xsrf": xsrf}
        reply = self.session.post(f"{self.url}/hub/login", data=form, timeout=60)
        return reply.ok and "/login" not in reply.url

    def call(self, method: str, path: str, **more) -> requests.Response:
        """An API call with the cookie of its part of the site, as its pages make it."""
        of_user = path.startswith("/user/")
        where = f"/user/{path.split('/')[2]}/" if of_user else "/hub/"
        tokens = [c.value for c in self.session.cookies if c.name == "_xsrf"
                  and c.path == where]  # fmt: skip
        headers = {"X-XSRFToken": tokens[0] if tokens else "", "Referer": self.url}
        headers |= {"Sec-Fetch-Mode": "cors", "Content-Type": "application/json"}
        return self.session.request(
            method, self.url + path, headers=headers, timeout=LONGEST, **more
        )

    def start_server(self) -> None:
        """Press 'Start my server' and wait until JupyterLab answers."""
        self.session.get(f"{self.url}/hub/home", timeout=20)
        reply = self.call("POST", f"/hub/api/users/{self.name}/server")
        assert reply.status_code in (201, 202), reply.text
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            page = self.session.get(f"{self.url}/user/{self.name}/lab", timeout=60)
            if page.ok and f"/user/{self.name}/lab" in page.url:
                return
            time.sleep(0.3)
        raise TimeoutError(f"{self.name}'s server: {page.status_code} {page.url}")

    def start_kernel(self, folder: str = "exercises") -> None:
        """Open a notebook's kernel in a folder of the person's copy."""
        body = json.dumps({"name": "python3", "path": f"{folder}/x.ipynb"})
        reply = self.call("POST", f"/user/{self.name}/api/kernels", data=body)
        assert reply.status_code == 201, reply.text
        self.kernel = reply.json()["id"]

    def run(self, code: str, seconds: float = LONGEST) -> str:
        """Run a cell through the proxy's websocket; what it says, errors included."""
        jar = "; ".join(f"{c.name}={c.value}" for c in self.session.cookies)
        place = f"/user/{self.name}/api/kernels/{self.kernel}/channels"
        address = self.url.replace("http", "ws", 1) + place
        wire = websocket.create_connection(
            address, cookie=jar, timeout=seconds, http_no_proxy=["*"]
        )
        try:
            wire.send(json.dumps(_request(code)))
            return _outputs(wire, time.monotonic() + seconds)
        finally:
            wire.close()


def _request(code: str) -> dict:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request"}
    header |= {"username": "", "session": uuid.uuid4().hex, "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False}
    content |= {"user_expressions": {}, "allow_stdin": False}
    parts = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    return {**parts, "channel": "shell", "buffers": []}


def _outputs(wire, until: float) -> str:
    """The text that comes back until the kernel has answered and is idle."""
    said, answered, idle = [], False, False
    while not (answered and idle):
        assert time.monotonic() < until, "".join(said)
        message = json.loads(wire.recv())
        kind, content = message["header"]["msg_type"], message["content"]
        ours = message["parent_header"].get("msg_type") == "execute_request"
        if kind == "stream":
            said.append(content["text"])
        elif kind == "error":
            said.append(f"{content['ename']}: {content['evalue']}\n")
        elif kind == "execute_result":
            said.append(content["data"].get("text/plain", "") + "\n")
        answered |= kind == "execute_reply"
        idle |= ours and kind == "status" and content["execution_state"] == "idle"
    return "".join(said)
