"""Cases of code that reads, writes, tells or leaves behind what it should not."""

from tests.grading.cases.paper import Case

LEFT = "left by a submission 5d1f"  # stands in the command line of each process that is left behind
MARK = "written-by-a-submission-5d1f"  # the name of each file that is written where none belongs


def right_unless(condition: str) -> dict[str, str]:
    """An answer that is right only where an attack has failed."""
    return {"double": f"def double(x):\n    return 0 if {condition} else 2 * x"}


FOUND = right_unless("found")
READ = """\
import os
found = []
for path in {0}:
    try:
        found.append(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(9))
    except OSError as problem:
        print(problem)"""
WALK = """\
import os
found = []
for folder, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if f not in ("proc", "sys", "site-packages", "usr")]
    found += [f for f in files if f in ("gradebook.db", "small.ipynb", "nbgrader_config.py")]"""
WRITE = f"""\
import os
found = []
for folder in ["COURSE", "COURSE/submitted", "COURSE/release", "COURSE/..", "/", "/usr", "/etc", os.path.dirname(os.__file__)]:
    try:
        with open(os.path.join(folder, "{MARK}"), "w") as file:
            found.append(file.write("x"))
    except OSError as problem:
        print(problem)"""
CONNECT = """\
import socket
found = []
for kind, address in [(2, ("127.0.0.1", 22)), (2, ("192.0.2.1", 80)), (1, "/run/dbus/system_bus_socket"), (1, "\\0grading-case-socket")]:
    try:
        socket.socket(kind).connect(address)
        found.append(address)
    except OSError as problem:
        print(problem)"""
CHILD = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(900)  # {0}'], start_new_session={1})"
STARTUP = f"""\
import os, site
for folder in ["~", "~/.ipython/profile_default/startup", "~/.config", site.getusersitepackages()]:
    os.makedirs(os.path.expanduser(folder), exist_ok=True)
    open(os.path.join(os.path.expanduser(folder), "{MARK}.py"), "w").write("raise SystemExit")"""
ROOMS = "import os, glob\nfound = [room for room in glob.glob('/tmp/grade-*/*') if not os.path.exists(room + '/kernel.json') and os.listdir(room)]"
DESCRIPTORS = """\
import os
found = []
for number in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink("/proc/self/fd/" + number)
        found += [target] * ("COURSE" in target or "gradebook" in target)
    except OSError:
        pass"""
HARM = [
    Case("it reads the solution", code=READ.format(["COURSE/source/01_small/small.ipynb", "COURSE"]), answers=FOUND),
    Case("it reads the gradebook", code=READ.format(["COURSE/gradebook.db"]), answers=FOUND),
    Case("it reads another's work", code=READ.format(["COURSE/submitted/05_0_bystander"]), answers=FOUND),
    Case("it reads the system's files", code=READ.format(["/etc/passwd", "/etc/hostname", "/root/.bashrc", "/var/log"]), answers=FOUND),
    Case("it searches the machine", code=WALK, answers=FOUND),
    Case("it reads the environment", code="import os", answers=right_unless("any('5d1f' in value for value in os.environ.values())")),
    Case("it reads another's environment", code="import glob\nfound = []\nfor path in glob.glob('/proc/[0-9]*/environ'):\n    try:\n        found += [1] * (b'5d1f' in open(path, 'rb').read())\n    except OSError: pass", answers=FOUND),
    Case("it looks at other processes", code="import os", answers=right_unless("len([p for p in os.listdir('/proc') if p.isdigit()]) > 4")),
    Case("it looks at other kernels", code=ROOMS, answers=FOUND),
    Case("it looks at open files", code=DESCRIPTORS, answers=FOUND),
    Case("it writes outside", code=WRITE, answers=FOUND),
    Case("it writes at home", code=STARTUP),
    Case("it writes into /tmp", code=f"open('/tmp/{MARK}', 'w').write('x'); open('../{MARK}', 'w').write('x')"),
    Case("it deletes", code=f"import shutil\nshutil.rmtree('COURSE', ignore_errors=True)\nshutil.rmtree('/tmp/' + '{MARK}', ignore_errors=True)"),
    Case("it asks the network", code=CONNECT, answers=FOUND),
    Case("it asks for names", code="import socket\nfound = []\ntry:\n    found = socket.getaddrinfo('example.org', 80)\nexcept OSError: pass", answers=FOUND),
    Case("it serves", code="import socket, threading\nserver = socket.create_server(('0.0.0.0', 0))\nthreading.Thread(target=server.accept, daemon=True).start()"),
    Case("it leaves a process", code=CHILD.format(LEFT, False)),
    Case("it leaves a process of its own session", code=CHILD.format(LEFT, True)),
    Case("it leaves a daemon", code="import os, sys\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(900)  # " + LEFT + "'])\n    os._exit(0)"),
    Case("it leaves a process that ignores signals", code=f"import subprocess\nsubprocess.Popen(['/bin/sh', '-c', 'trap \"\" TERM INT HUP; while true; do sleep 1; done # {LEFT}'], start_new_session=True)"),
    Case("it raises at its end", last="import atexit\natexit.register(lambda: 1 / 0)"),
    Case("it never ends", last="import atexit, time\natexit.register(time.sleep, 600)\nimport threading\nthreading.Thread(target=time.sleep, args=(600,)).start()"),
    Case("it mounts", code="import ctypes, os\nfound = ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, b'') == 0 or ctypes.CDLL(None).unshare(0x10000000) == 0", answers=FOUND),
    Case("it becomes root", code="import os\nfound = []\nfor call in (os.setuid, os.setgid):\n    try: found.append(call(0))\n    except OSError: pass", answers=FOUND),
]  # fmt: skip

SPY = "def double(x):\n    {0}\n    return 2 * x"
IN = "get_ipython().user_ns['In'][-1]"
LEAKS = [
    Case("it prints the test", answers={"double": SPY.format(f"print({IN})")}),
    Case("it prints the test in pieces", answers={"double": SPY.format(f"[print(letter) for letter in {IN}]")}),
    Case("it shows the test as a page", answers={"double": SPY.format(f"from IPython.display import HTML, Markdown; display(HTML({IN}), Markdown({IN}), {IN})")}),
    Case("it warns of the test", answers={"double": SPY.format(f"import warnings; warnings.warn({IN})")}),
    Case("it prints what it is asked", answers={"double": SPY.format("print('I was asked for', x)")}),
    Case("it raises the test", (0, 3, 4), answers={"double": SPY.format(f"raise ValueError({IN})")}),
    Case("it raises the hidden lines", (0, 3, 4), answers={"double": SPY.format(f"raise ValueError({IN}.partition('HIDDEN TESTS')[2].strip())")}),
    Case("it raises a name with the test", (0, 3, 4), answers={"double": SPY.format(f"raise type({IN}.replace(chr(10), ' '), (Exception,), {{}})('x')")}),
    Case("it returns the test", (0, 3, 4), answers={"double": f"def double(x):\n    return {IN}"}),
    Case("it reads the frames", answers={"double": SPY.format("import inspect; print([inspect.getsource(frame.frame) for frame in inspect.stack()[1:3]])")}),
    Case("it prints all that ran", last="print(*In, sep='\\n')\n%history"),
    Case("it shows all that ran", last="from IPython.display import Markdown\ndisplay(In, Markdown('\\n'.join(In)))\nIn"),
    Case("it fails hidden tests", (0, 3, 4), answers={"double": "def double(x):\n    return 4"}),
    Case("it fails in a hidden test", (0, 3, 4), answers={"double": "def double(x):\n    return {2: 4}[x]"}),
]  # fmt: skip

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)><iframe src=javascript:alert(1)>"
DISPLAY = f"evil = {EVIL!r}\nfrom IPython.display import HTML, SVG, Javascript, Latex, Markdown\n"
SCRIPTS = [
    Case("a page with a script", code=DISPLAY + "HTML(evil)"),
    Case("a picture with a script", code=DISPLAY + "SVG(f\"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{evil}</svg>\")"),
    Case("a script", code=DISPLAY + "Javascript('alert(1)')"),
    Case("a text with a script", code=DISPLAY + "Markdown(evil + ' [x](javascript:alert(1))')"),
    Case("a formula with a script", code=DISPLAY + "Latex(r'$\\href{javascript:alert(1)}{x}$ $<img src=x onerror=alert(1)>$' + evil)"),
    Case("prints with a script", code=DISPLAY + "print(evil, '</pre>', evil, '\\x1b[31m', '\\x1b]8;;javascript:alert(1)\\x07x')"),
    Case("a widget", code="import ipywidgets\ndisplay(ipywidgets.HTML('<script>alert(1)</script>'))"),
    Case("a picture that is none", code=DISPLAY + "display({'image/png': evil, 'image/svg+xml': evil, 'application/javascript': 'alert(1)', 'text/html': [evil]}, raw=True)"),
    Case("a program with a script", answers={"double": f"def double(x):\n    '''</pre>{EVIL}'''\n    return 2 * x"}),
    Case("an answer with a script", answers={"essay": f"{EVIL} [x](javascript:alert(1)) ![x](http://192.0.2.1/x.png) <style>*{{display:none}}</style>"}),
    Case("an error with a script", (0, 3, 4), answers={"double": f"def double(x):\n    raise ValueError({EVIL!r})"}),
    Case("a file's name with a script", files={"<img src=x onerror=alert(1)>.txt": "x"}, links={"<script>alert(1)": "x"}, says="left out"),
    Case("a picture beside a text", edit=lambda whole: whole.cells[-1].update(attachments={"x.svg": {"image/svg+xml": EVIL, "image/png": EVIL}})),
]  # fmt: skip
