"""Make the course's environment: `python install.py` creates .venv with exactly the versions of requirements.txt.

Needs nothing but Python itself. Run again, it changes nothing; after a change of requirements.txt it brings .venv up to date.
`python install.py --into DIR` makes the environment elsewhere, and `--upgrade` takes the newest versions that pyproject.toml allows.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST, NEWEST = (3, 11), (3, 13)
UV = "uv==0.13.8"  # installs in half a minute what takes pip several


def main() -> None:
    """Create or update the environment; stop with one sentence where that cannot work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--into",
        type=Path,
        default=ROOT / ".venv",
        metavar="DIR",
        help="where the environment goes (default: .venv)",
    )
    parser.add_argument(
        "--upgrade",
        action="store_true",
        help="the newest versions within pyproject.toml's ranges, not the pinned ones",
    )
    options = parser.parse_args()
    reason = why_not(sys.version_info[:2], sys.platform, platform.machine(), platform.mac_ver()[0])
    if reason:
        sys.exit(reason)
    python = options.into / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        run(
            [sys.executable, "-m", "venv", "--clear", str(options.into)],
            "Python could not create an environment. On Debian and Ubuntu: sudo apt install python3-venv. Then run this again.",
        )
    run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV],
        "pip could not fetch uv: is there a network? Then run this again.",
    )
    uv = [str(python), "-m", "uv", "pip", "install", "--python", str(python)]
    wanted = (
        ["--upgrade", "-r", "pyproject.toml", "--all-extras"]
        if options.upgrade
        else ["--require-hashes", "-r", "requirements.txt"]
    )
    run(
        # The sandbox can write no bytecode: it would compile torch at each start.
        [*uv, *wanted, "--compile-bytecode"],
        "The packages could not be installed; the lines above say which. Is there a network, and 8 GB of free disk? Then run this again.",
    )
    run(
        [*uv, "--quiet", "--no-deps", "--no-build-isolation", "-e", "."],
        "The course itself could not be installed; the lines above say why.",
    )
    tell_jupyterlab(options.into)
    (options.into / "installed").touch()


def tell_jupyterlab(environment: Path) -> None:
    """Write into the environment that its JupyterLab leaves a notebook unchanged that was only opened."""
    settings = environment / "etc" / "jupyter" / "jupyter_server_config.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    said = {"ServerApp": {"contents_manager_class": "helpers.laboratory.Contents"}}
    settings.write_text(json.dumps(said, indent=2) + "\n")


def why_not(version: tuple, system: str, machine: str, macos: str = "") -> str:
    """One sentence that says why the course cannot be installed here and what to do, or nothing."""
    if not OLDEST <= tuple(version) <= NEWEST:
        return (
            "The course needs Python 3.{} to 3.{}, and this is {}.{}: install one of those and name it, for example `make lab PYTHON=python3.12` "
            "or `py -3.12 install.py`."
        ).format(OLDEST[1], NEWEST[1], *version)
    if system == "darwin" and machine == "x86_64":
        return "PyTorch no longer has packages for Macs with an Intel processor: use Colab, or a Linux machine."
    if system == "darwin" and macos and int(macos.split(".")[0]) < 14:
        return "PyTorch needs macOS 14 or newer, and this is macOS {}: update the system, or use Colab.".format(
            macos
        )
    if machine.lower() not in ("x86_64", "amd64", "arm64", "aarch64"):
        return "PyTorch has no packages for this processor ({}): use Colab.".format(machine)
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "The course needs the ordinary build of Python, and this is the free-threaded one (3.13t): choose the other."
    return ""


def run(command: list, sentence: str) -> None:
    """Run a command in the repository's root; where it fails, stop with a sentence."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never")
    environment.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # without bytecode every start of nbgrader takes twice as long
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        sys.exit(sentence)


if __name__ == "__main__":
    main()
