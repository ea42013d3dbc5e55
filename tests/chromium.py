"""How the tests start a server and a browser, as a person would; shared by the journeys."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


@contextmanager
def serving(home, **settings: str) -> Iterator[str]:
    """Run `seminar-qa serve` on a free port with `settings` (SEMINAR_QA_*); give its address."""
    given = {f"SEMINAR_QA_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "SEMINAR_QA_HOME": str(home), **given}
    command = [sys.executable, "-m", "seminar_qa.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            line = server.stdout.readline()
            yield re.search(r"http://127\.0\.0\.1:\d+", line)[0]
        finally:
            server.terminate()


@contextmanager
def browsing() -> Iterator[object]:
    """Give a real Chromium. Without one a person's run skips; where CI is set it fails."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; .ci/run installs it")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
