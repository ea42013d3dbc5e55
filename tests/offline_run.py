"""Index, ask and serve with no network but the loopback; run by test_offline in its own process.

    python offline_run.py HOME namespace|guard

In a network namespace of its own the kernel has no way out; the loopback is only switched on. With
the guard, Python's sockets refuse every other address.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path

GUARD = """
import socket
def _guarded(name):
    original = getattr(socket.socket, name)
    def connect(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"the test forbids a connection to {address}")
        return original(self, address)
    setattr(socket.socket, name, connect)
for _name in ("connect", "connect_ex"):
    _guarded(_name)
"""


def switch_on_loopback():
    import fcntl

    siocsifflags, up = 0x8914, 0x1 | 0x40
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, siocsifflags, struct.pack("16sh", b"lo", up))


def shut(environment, home):
    folder = Path(home) / "guard"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(GUARD)
    environment["PYTHONPATH"] = str(folder)


def must_fail(environment):
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=3)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=False
    )
    assert done.returncode != 0, "the network is still there"


def main():
    home, way = sys.argv[1:]
    environment = {**os.environ, "SEMINAR_QA_HOME": home, "HF_HOME": f"{home}/hf"}
    environment.pop("HF_HUB_OFFLINE", None)
    switch_on_loopback() if way == "namespace" else shut(environment, home)
    must_fail(environment)
    tool = [sys.executable, "-m", "seminar_qa.cli"]
    subprocess.run([*tool, "index"], env=environment, check=True)
    question = "Who is the Governor of Iwate Prefecture?"
    asked = subprocess.run(
        [*tool, "ask", "--json", question], env=environment, check=True, capture_output=True
    )
    with subprocess.Popen(
        [*tool, "serve", "--port", "0", "--json"], env=environment, stdout=subprocess.PIPE
    ) as server:
        lines = b""
        while not lines.rstrip().endswith(b"}"):
            lines += server.stdout.readline()
        request = urllib.request.Request(
            json.loads(lines)["url"] + "/ask",
            json.dumps({"question": question}).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            served = json.load(reply)
        server.terminate()
    print(json.dumps([json.loads(asked.stdout)["answer"], served["answer"]]))


if __name__ == "__main__":
    main()
