"""The fifth promise: after installation nothing is fetched, the models' export included."""

import json
import os
import subprocess
import sys
from pathlib import Path


def can_unshare():
    return (
        subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0
    )


def test_index_ask_and_serve_work_without_a_network_and_with_an_empty_cache(tmp_path, report):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / report.name).write_bytes(report.read_bytes())
    script = [sys.executable, str(Path(__file__).with_name("offline_run.py")), str(tmp_path)]
    run = ["unshare", "-n", *script, "namespace"] if can_unshare() else [*script, "guard"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    done = subprocess.run(run, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["Mr. Takuya Tasso", "Mr. Takuya Tasso"]


def test_the_guard_for_machines_without_namespaces_works_too(tmp_path, report, home):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / report.name).write_bytes(report.read_bytes())
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "models").symlink_to(home / "index" / "models")
    script = [
        sys.executable,
        str(Path(__file__).with_name("offline_run.py")),
        str(tmp_path),
        "guard",
    ]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
