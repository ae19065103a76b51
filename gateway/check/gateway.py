"""Starts a gateway for a check, and ends it."""

import contextlib
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "debug" / "im-session-gateway"


def build():
    """Builds the program and returns its path."""
    subprocess.run(["cargo", "build", "--quiet", "-p", "im-session-gateway"], cwd=ROOT, check=True)
    return PROGRAM


@contextlib.contextmanager
def started(command, directory):
    """Runs `command` until the block ends. Yields the address that its first line contains."""
    environment = os.environ | {"XDG_STATE_HOME": str(directory), "RUST_LOG": os.environ.get("RUST_LOG", "warn")}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        first = process.stdout.readline()
        if " listens on " not in first:
            raise SystemExit(f"expected the first line to name the address, got {first!r}")
        yield first.split()[-1]
        if process.poll() is not None:
            raise SystemExit(f"the gateway ended by itself, with status {process.returncode}")
    finally:
        process.terminate()
        try:
            status = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise SystemExit("the gateway did not end within 20 s of SIGTERM")
    if status != 0:
        raise SystemExit(f"expected the gateway to end with status 0 after SIGTERM, got {status}")
