"""A JupyterLab that runs on a copy of the course, with settings of its own and nothing of this user's."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
JUPYTER = str(Path(sys.executable).parent / "jupyter")


class Lab:
    """The server, started in `root`, the copy of the course, with `more` options; answers are read over HTTP. It ends with its `with` block."""

    def __init__(self, root: Path, home: Path, *more: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.root = root
        self.address, self.token = f"http://127.0.0.1:{port}", secrets.token_hex(8)
        options = [f"--ServerApp.port={port}", f"--IdentityProvider.token={self.token}", *more]
        self.log = home / "lab.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [JUPYTER, "lab", "--no-browser", "--allow-root", *options],
                cwd=root, env=environment(home), stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def __enter__(self) -> "Lab":
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error) -> None:
        self.process.terminate()
        self.process.wait(20)

    def get(self, path: str, data: bytes | None = None) -> str:
        """The text that the server answers with; with data it is a POST."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.address + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def wait(self) -> str:
        """Come back when the server answers."""
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                return self.get("/api/status")
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())


def environment(home: Path) -> dict:
    """Nothing of this user's Jupyter, and a PATH without the environment: it is not activated."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON"))}
    bin_folder = str(Path(sys.executable).parent)
    path = [p for p in os.environ["PATH"].split(os.pathsep) if p != bin_folder]
    return kept | {"HOME": str(home), "PATH": os.pathsep.join(path)}


def copy_course(root: Path) -> None:
    """Everything of the course that JupyterLab shows or reads."""
    for name in ("course.toml", "nbgrader_config.py", "jupytext.toml"):
        shutil.copy(ROOT / name, root)
    for name in ("solutions", "exercises", "lectures"):
        shutil.copytree(ROOT / name, root / name)


def silence_news(home: Path) -> None:
    """JupyterLab asks its first-time user about news, in a window over the notebook; here the answer is no."""
    folder = home / ".jupyter/lab/user-settings/@jupyterlab/apputils-extension"
    folder.mkdir(parents=True)
    answer = {"fetchNews": "false", "checkForUpdates": False}
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(answer))
