"""What a submission can see and do in the jail. Each test fails when the mechanism that it names is taken out."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from jupyter_client.connect import write_connection_file

from grading.execute import SandboxExecute
from grading.sandbox import bubblewrap
from grading.sandbox.imports import KERNEL
from grading.sandbox.inner import Limits
from grading.sandbox.jail import Jail, Kernel, SandboxError, jail
from grading.sandbox.manager import SandboxKernelManager
from grading.sandbox.provisioner import SandboxProvisioner
from tests.grading.jails import TRY, inside, needs_jail, run, said
from tests.grading.tiny import graded, notebook

pytestmark = [pytest.mark.slow, needs_jail]
ROOT = Path(__file__).parents[3]


def test_only_the_system_and_the_course_packages_are_visible(tmp_path):
    """bubblewrap's mounts: neither solutions, nor other submissions, nor anybody's home."""
    (tmp_path / "secret.txt").write_text("secret")
    wanted = [ROOT / "solutions", ROOT / "pyproject.toml", tmp_path / "secret.txt", Path.home() / ".bashrc", "/etc/passwd", "/etc/hostname"]  # fmt: skip
    code = f"import os\nprint([p for p in {list(map(str, wanted))} if os.path.exists(p)], os.listdir('/home'))"
    assert inside(code) == "[] ['student']"
    assert inside("import helpers, torch; print('both')") == "both"


def test_nothing_outside_can_be_written():
    code = (
        "for path in ['/usr/x', '/x', helpers.__path__[0] + '/x']:\n"
        "    try: open(path, 'w')\n"
        "    except OSError as problem: print(problem.strerror)"
    )
    assert inside("import helpers\n" + code) == "\n".join(["Read-only file system"] * 3)


def test_the_instructors_environment_is_not_visible(monkeypatch):
    """bubblewrap's --clearenv."""
    monkeypatch.setenv("PASSWORD_OF_THE_GRADEBOOK", "secret")
    jail().close()  # the next one is made in this environment
    assert inside("import os; print([name for name in os.environ if 'GRADEBOOK' in name])") == "[]"


def test_the_machines_settings_cannot_be_changed():
    """Read-only mounts in /proc: Linux lets the root user write there, and a grader may be root."""
    places = ["sys/kernel/core_pattern", "sys/vm/drop_caches", "irq/default_smp_affinity"]
    code = f"print([attempt(lambda: os.open('/proc/' + p, os.O_WRONLY)) for p in {places}])"
    assert inside(TRY + code) == str(["EROFS"] * 3)


def test_nothing_is_left_in_dev_for_the_next_kernel():
    """Read-only /dev; the shared memory in it is each kernel's own."""
    code = "print(attempt(lambda: open('/dev/x', 'w')), attempt(lambda: os.unlink('/dev/ptmx')))"
    assert inside(TRY + code) == "EROFS EROFS"
    assert inside("open('/dev/shm/x', 'w').write('x'); print('written')") == "written"
    assert inside("import os; print(os.listdir('/dev/shm'))") == "[]"


def test_two_kernels_cannot_meet():
    """Network and terminals of each kernel's own; within one, 127.0.0.1 works."""
    first = jail()
    meet = (
        "import os, socket\nserver = socket.create_server(('127.0.0.1', 29500))\n"
        "one = socket.create_connection(('127.0.0.1', 29500))\nterminal = os.openpty()\n"
        "print(one.getpeername()[1], os.listdir('/dev/pts'))"
    )
    listening = threading.Event()

    class Host(SandboxExecute):
        def process_message(self, msg, *args):
            if msg["msg_type"] == "stream":
                listening.set()
            return super().process_message(msg, *args)

    whole, host = notebook(meet + "\nimport time; time.sleep(300)"), Host(restarts=0, timeout=600)
    thread = threading.Thread(target=host.preprocess, args=(whole, {}))
    thread.start()
    assert listening.wait(60)
    guest = TRY + "import socket\nprint(attempt(lambda: socket.create_connection(('127.0.0.1', 29500))), os.listdir('/dev/pts'))"  # fmt: skip
    assert inside(guest) == "ECONNREFUSED ['ptmx']"
    psutil.Process(host.km.provisioner.pid).kill()
    thread.join()
    assert whole.cells[0].outputs[0].text == "29500 ['0', 'ptmx']\n"
    assert jail() is first


def test_nothing_of_the_outside_is_open_in_a_kernels_init():
    code = "import os; print({os.path.realpath(f'/proc/1/fd/{n}') for n in (0, 1, 2)})"
    assert inside(code) == "{'/dev/null'}"


def test_there_is_no_network():
    """bubblewrap's network namespace: not even this machine's own servers, nor its abstract sockets."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as other:
        other.bind("\0course-test-socket")
        other.listen()
        port = server.getsockname()[1]
        code = (
            "import socket\n"
            f"for kind, where in [(socket.AF_INET, ('127.0.0.1', {port})), (socket.AF_UNIX, '\\0course-test-socket')]:\n"
            "    try: socket.socket(kind).connect(where); print('connected')\n"
            "    except OSError as problem: print('refused')"
        )
        assert inside(code) == "refused\nrefused"


def test_no_other_process_is_visible():
    """The inner jail's namespace of processes and its /proc."""
    code = (
        "import os\nprint(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()), os.getpid())"
    )
    assert inside(code) == "[1, 2] 2"
    killed = inside(f"import os\ntry: os.kill({os.getpid()}, 0)\nexcept OSError as e: print(e)")
    assert killed == "[Errno 3] No such process"


def test_the_rooms_of_other_kernels_are_not_visible():
    """The inner jail's own /tmp."""
    other = jail().new_room()
    (other / "files").mkdir()
    code = (
        f"import os; print(len(os.listdir({str(other.parent)!r})), os.path.exists({str(other)!r}))"
    )
    assert inside(code) == "1 False"


def test_the_kernels_room_is_sealed():
    """Its folder of the outside has no limit of size: nothing can be written there."""
    code = "import glob\ntry: open(glob.glob('/tmp/grade-*/k*')[0] + '/x', 'w')\nexcept OSError as e: print(e.strerror)"
    assert inside(code) == "Read-only file system"


@pytest.mark.parametrize("place", ["/tmp/x", "x", "/dev/shm/x", "/home/student/x"])
def test_the_disk_has_a_limit(monkeypatch, place):
    """The inner jail's tmpfs: its size bounds all places together."""
    monkeypatch.setattr(SandboxKernelManager, "limits", Limits(disk=20 * 2**20))
    code = (
        f"file = open({place!r}, 'wb')\n"
        "try:\n    for _ in range(30): file.write(bytes(2**20)); file.flush()\n"
        "except OSError as problem: print(problem.strerror)"
    )
    assert inside(code) == "No space left on device"


def test_files_and_their_number_have_limits(monkeypatch):
    """The system's own limits for each process."""
    monkeypatch.setattr(SandboxKernelManager, "limits", Limits(file=2**20, open_files=200))
    big = "try: open('big', 'wb').write(bytes(2**21))\nexcept OSError as problem: print(problem.strerror)"
    many = (
        "files = []\ntry:\n    for i in range(300): files.append(open(f'f{i}', 'w'))\n"
        "except OSError as problem: print(problem.strerror)\nfor file in files: file.close()"
    )
    assert [said(cell) for cell in run(big, many)] == ["File too large", "Too many open files"]


def test_a_fork_bomb_is_stopped_and_the_rest_keeps_its_points():
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    _, boom, after = run("x = 1", graded("a", bomb, 1), graded("b", "assert x", 1))
    assert "it was stopped because it took more than 100 processes" in said(boom)
    assert after.outputs == []


def test_no_capability_is_left():
    """Mounts cannot be changed, nor new namespaces made: the inner jail gives its powers up."""
    code = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.umount2(b'/tmp', 2), libc.umount2(b'/proc', 2), libc.unshare(0x10000000), libc.unshare(0x20000))\n"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapPrm', 'NoNewPrivs'))])"
    )
    assert inside(code) == "-1 -1 -1 -1\n['0000000000000000', '0000000000000000', '1']"


def test_threads_have_no_capability_either():
    """Those that the kernel started itself: a student's code can have them do its work."""
    code = "print({line for t in __import__('os').listdir('/proc/self/task') for line in open(f'/proc/self/task/{t}/status') if line.startswith('CapEff')})"
    assert inside(code) == "{'CapEff:\\t0000000000000000\\n'}"


def test_no_descriptor_is_inherited():
    code = "import os\nprint(sorted({os.readlink(f'/proc/self/fd/{f}').split(':')[0] for f in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{f}')}))"
    assert {name.strip("[]'") for name in inside(code).split(", ")} <= {
        "/dev/null",
        "/dev/urandom",
        "anon_inode",
        "socket",
        "pipe",
        "/proc/2/fd",
    }


def test_all_processes_end_with_the_kernel():
    """One that left its parent and its session ends with the namespace's first process."""
    start = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600) # left behind'], start_new_session=True)"
    )
    run(start)
    assert [p for p in psutil.process_iter() if "left behind" in " ".join(_arguments(p))] == []


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_module_of_ours_cannot_be_shadowed_and_one_of_theirs_can_be_imported(tmp_path):
    for name in ("random", "helpers", "torch", "mine"):
        (tmp_path / f"{name}.py").write_text("who = 'student'")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit")
    code = "import random, helpers, torch, mine; print([hasattr(m, 'who') for m in (random, helpers, torch, mine)])"
    assert inside(code, folder=tmp_path) == "[False, False, False, True]"


def test_links_and_devices_of_the_folder_stay_outside(tmp_path):
    (tmp_path / "data.txt").write_text("data")
    (tmp_path / "link").symlink_to(ROOT / "pyproject.toml")
    os.mkfifo(tmp_path / "pipe")
    assert inside("import os; print(os.listdir())", folder=tmp_path) == "['data.txt']"


def test_every_run_has_the_same_random_numbers():
    """Whether the warm process had imported torch, or not."""
    code = "import random, numpy, torch; print(random.random(), numpy.random.rand(), torch.rand(1).item(), hash('text'))"
    drawn = set()
    for imports in (KERNEL, [*KERNEL, "torch"]):
        jail().close()
        jail(imports)
        drawn |= {inside(code), inside(code)}
    assert len(drawn) == 1


def test_honest_machinery_works():
    """Subprocesses, threads, a process pool, DataLoader's workers, async, magics, plots."""
    cells = run(
        "import subprocess; print(subprocess.run(['echo', 'child'], capture_output=True, text=True).stdout)",
        "import threading; t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()",
        "def square(x): return x * x\nimport multiprocessing\nwith multiprocessing.Pool(2) as pool: print(pool.map(square, [1, 2]))",
        "import torch\nprint(len(list(torch.utils.data.DataLoader(torch.arange(4), num_workers=2))))",
        "import asyncio\nawait asyncio.sleep(0)\nprint('async')",
        "%matplotlib inline\n%timeit -n1 -r1 1\nimport matplotlib.pyplot as plt\nplt.plot([0, 1]);",
        "!echo shell",
        "w = torch.nn.Linear(3, 1); torch.optim.Adam(w.parameters()).step(); print(torch.compiler.is_compiling())",
        "import tempfile; print(tempfile.NamedTemporaryFile('w').write('text'))",
    )
    expected = ["child", "thread", "[1, 4]", "4", "async", None, "shell", "False", "4"]
    for cell, text in zip(cells, expected, strict=True):
        assert not [o for o in cell.outputs if o.output_type == "error"], cell.outputs
        assert text is None or said(cell) == text
    assert any("image/png" in output.get("data", {}) for output in cells[5].outputs)


def test_a_jail_whose_warm_process_was_killed_is_made_anew():
    first = jail()
    first.wait()
    warm = psutil.Process(first.pid).children(recursive=True)[-1]
    warm.kill()
    psutil.Process(first.pid).wait(10)
    assert inside("print('again')") == "again"
    assert jail() is not first and not first.room.exists()


def test_the_jail_ends_with_its_process():
    """bubblewrap's --die-with-parent: a grader that is killed leaves nothing running."""
    program = "import time\nfrom grading.sandbox.jail import jail\njail([]).wait()\nprint(jail().pid, flush=True)\ntime.sleep(600)"
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)  # fmt: skip
    pid = int(owner.stdout.readline())
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    assert len(family) >= 2
    owner.kill()
    owner.communicate()
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_several_threads_share_a_jail():
    results = []
    threads = [
        threading.Thread(target=lambda i=i: results.append(inside(f"print({i})"))) for i in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["0", "1", "2"]


def test_a_kernel_ends_with_the_process_that_asked_for_it():
    """Workers share the grader's jail: one that is killed leaves nothing running in it."""
    ours = jail()
    ours.wait()
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        kernel = fork_kernel(ours)
        os.write(writing, str(kernel.init).encode())
        signal.pause()
    init = psutil.Process(int(os.read(reading, 20)))
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0), os.close(reading), os.close(writing)
    assert init.wait(10) is None or not init.is_running()
    assert ours.alive and jail() is ours


def test_a_kernel_that_was_killed_has_ended_when_the_manager_looks(monkeypatch):
    """It looks again only after a tenth of a second: one wait, however long the end takes, and no second look."""
    provisioner = SandboxProvisioner()
    provisioner.kernel = fork_kernel(jail())
    waits = []
    wait = provisioner.kernel.wait
    monkeypatch.setattr(provisioner.kernel, "wait", lambda seconds: waits.append(seconds) or wait(seconds))  # fmt: skip
    asyncio.run(provisioner.kill())
    assert waits and max(waits) > 0
    assert asyncio.run(provisioner.poll()) == 0
    asyncio.run(provisioner.cleanup())


def fork_kernel(ours: Jail) -> Kernel:
    room = ours.new_room()
    write_connection_file(str(room / "kernel.json"), transport="ipc", ip=str(room / "socket"))
    return ours.fork(room, Limits())


def test_a_warm_process_can_be_asked_for_more():
    """A grader starts it before it has read what the notebooks import."""
    jail().close()
    jail(KERNEL).wait()
    code = "import sys; print('tabnanny' in sys.modules)"
    assert inside(code) == "False"
    jail().warm_up(["tabnanny"])
    assert inside(code) == "True"
    jail().close()


def test_a_module_that_is_missing_does_no_harm_to_the_warm_process():
    ours = Jail(["no_such_module", "json"])
    ours.wait()
    ours.close()


def test_what_does_not_start_says_why(monkeypatch):
    monkeypatch.setattr("grading.sandbox.bubblewrap.why_not", lambda: "no namespaces here")
    with pytest.raises(SandboxError, match="no namespaces here"):
        Jail()


@pytest.mark.parametrize(("first", "verdict"), [("kill -9 $$", ""), ("exit 1", "namespaces")])
def test_a_probe_that_was_killed_says_nothing_of_the_machine(monkeypatch, tmp_path, first, verdict):
    probe, tried = tmp_path / "bwrap", tmp_path / "tried"
    probe.write_text(f"#!/bin/sh\ntest -e {tried} && exit 0\ntouch {tried}\n{first}\n")
    probe.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "executable", lambda: str(probe))
    said = bubblewrap.why_not()
    assert (verdict in said) and bool(verdict) == bool(said)


def test_a_jail_that_has_ended_meanwhile_stops_nobody():
    """A grader that asks its warm process for more: the first kernel finds out, and another jail is made."""
    ours = Jail([])
    psutil.Process(ours.pid).kill()
    psutil.Process(ours.pid).wait(10)
    ours.warm_up(["tabnanny"])
    assert not ours.alive
    ours.close()


def test_the_folder_of_a_jail_that_was_killed_is_removed_by_the_next(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = tmp_path / f"grade-{dead.pid}-x"
    left.mkdir()
    Jail().close()
    assert not left.exists()
