"""The witness: it looks on from inside the student's kernel, and says at each probe what was replaced.

Its text is sent there, after those of `nature`, `memory` and `surroundings`, and run before all else, with built-in
functions of its own. What it calls later it keeps from the start: who wants to replace it must take it apart.
"""

import linecache
import sys
from hashlib import blake2b
from os import getcwd, getpid
from sys import _getframe, getprofile, gettrace
from time import perf_counter, process_time

from grading.judge.memory import OPERATORS, Memory
from grading.judge.nature import MISSING, agrees_with_all, facts, flat, layers, look_up, same_code
from grading.judge.surroundings import (
    all_are_equal,
    digest,
    parts,
    runners,
    shown_anew,
    tools,
    torch_modes,
)

A_FUNCTION = 1  # a flag of code: that of a class lacks it
# Calls of a test are made again where it passed and took less than so many seconds, of the processor and on a clock; and until
# all of them took so many. On the clock it is far more: that depends on what else the machine does.
QUICK, PATIENCE = (0.1, 2.0), (1.0, 4.0)


def install(shell, key, name, watch):
    """Begin to look on; the probes find the witness by this name.

    Args:
        key: what the answers are signed with.
        watch: what `grading.judge.names` read in the instructor's sources.
    """
    forget(shell, key)
    seal = blake2b(key=key.encode(), digest_size=16)
    setattr(shell, name, Witness(shell, seal, watch).ask)


def forget(shell, key):
    """Leave nothing of this cell's text: it holds the key. Found by looking through all that Python keeps."""
    history = shell.history_manager
    for texts in (history.input_hist_raw, history.input_hist_parsed):
        texts[-1] = ""
    history.db_input_cache[:] = []
    history._i00 = ""
    result, request = shell.displayhook.exec_result, shell.kernel.get_parent("shell")
    for place in (shell.user_ns, shell.user_ns_hidden, vars(result.info), request["content"]):
        held = [name for name, text in place.items() if isinstance(text, str) and key in text]
        place.update(dict.fromkeys(held, ""))
    for file, entry in list(linecache.cache.items()):
        if len(entry) > 2 and any(key in line for line in entry[2]):
            del linecache.cache[file]


def identities(shell):
    """Which objects run the cells, and of which class they are."""
    return [(id(part), type(part)) for part in parts(shell)]


def times():
    """Seconds of the processor, and on a clock."""
    return process_time(), perf_counter()


class Question:
    """One probe: a block with nothing but an assert that fails. Its end gives the answer."""

    def __init__(self, answer, facts):
        self.answer, self.facts = answer, facts

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and kind is not AssertionError:
            return False  # the cell was interrupted
        self.answer(str(error), _getframe(1), *self.facts)
        return True


class Witness:
    """What it knew before any of the student's code, and what it sees."""

    def __init__(self, shell, seal, watch):
        self.shell, self.seal, self.watch, self.memory = shell, seal, watch, Memory(watch)
        self.publisher, self.send = shell.display_pub, shell.kernel.session.send
        self.space, self.builtins = shell.user_ns, vars(sys.modules["builtins"])
        self.native = {**self.builtins}
        places = {*sys.path, sys.prefix, sys.base_prefix} - {"", "/", getcwd()}
        self.roots = ("<frozen ", *(place.rstrip("/") + "/" for place in places))
        self.process, self.tools = getpid(), tools()
        self.since, self.quick = times(), set()
        self.parts, self.runners = identities(shell), list(runners(shell))
        self.result = parts(shell)[-1]
        for _, _, value, _ in self.runners:
            for function in layers(value):
                self.memory.watch_globals(function)

    def ask(self, name, names=(), calls=(), shows=False):
        """A probe.

        Args:
            names: which of the notebook's names are looked at.
            calls: tests, by their digest, and calls of answers to make again.
            shows: whether a test beside it may show a number.
        """
        self.shell.ast_node_interactivity = "last_expr"  # of a test the last value alone is its own
        return Question(self.answer, (name, names, calls, shows))

    def answer(self, canary, frame, name, names, calls, shows):
        """Say what was replaced, and what IPython knows of the cell before; signed."""
        last = self.shell.last_execution_result
        source = digest(last.info.raw_cell) if last is not None else ""
        seen = {*self.replaced(), *self.renamed(names), *self.left_running(), *self.around(frame)}
        if shows:
            for kind in shown_anew(self.shell, self.is_own):
                seen.add(f"the student's code shows a {kind} in a way of its own")
        again, success = self.made_again(calls), self.was_success(last)
        if success and self.within(QUICK, self.since):
            self.quick.add(source)
        text = repr((name, canary, sorted(seen)[:20], again, source, success))
        seal = self.seal.copy()
        seal.update(text.encode("utf-8", "backslashreplace"))
        content = {"data": {"text/plain": seal.hexdigest() + text}, "metadata": {}, "transient": {}}
        about = {"parent": self.publisher.parent_header, "ident": self.publisher.topic}
        self.send(self.publisher.pub_socket, "display_data", content, **about)
        self.since = times()

    def was_success(self, last):
        """Whether a cell had no error: as its result holds it, for a property could say anything."""
        errors = ("error_before_exec", "error_in_exec")
        return type(last) is self.result and all(vars(last).get(name) is None for name in errors)

    def replaced(self):
        """What the tests call and read, and what runs the cells."""
        for label in self.memory.changed():
            yield f"{label} is not what it was before the student's first cell"
        if identities(self.shell) != self.parts:
            yield "what runs the cells is not IPython's"
        for label, value, known, now in self.memory.replaced():
            if now is value or not self.is_wrapped(value, known, now):
                yield f"{label} is not what it was before the student's first cell"
        for part, name, value, known in self.runners:
            now = look_up(part, name)
            if (now is not value or facts(now) != known) and (not layers(now) or self.is_own(now)):
                kind = part if isinstance(part, type) else type(part)
                yield f"{name} of {kind.__name__}, which runs the cells, is not IPython's"

    def is_wrapped(self, value, known, now):
        """Whether a library has wrapped its function, as torch does with an optimizer's steps at their first use."""
        inside = layers(value)[-1:] == layers(now)[-1:] != [] and facts(now)[-1] == known[-1]
        return inside and not self.is_own(now)

    def renamed(self, names):
        """Names of the notebook that stand for something else than the instructor's cells, or Python, bind to them."""
        for name in names:
            now = self.space.get(name, MISSING)
            ways = self.watch["bound"].get(name, ())
            known = self.memory.bound.get(name) or [self.native.get(name)]
            if now is MISSING or any(map(self.is_given, [now] * len(ways), known, ways)):
                continue
            if ways or not any(now is value for value in [*known, *self.memory.stars(name)]):
                yield f"the name {name}, which a test uses, stands for something of the student's"

    def is_given(self, now, known, way):
        """Whether a value is what an instructor's cell binds to its name."""
        if "module" in way:
            return now is known or known is MISSING
        if "value" in way:
            return repr(now) == known
        if isinstance(now, type) or not known.co_flags & A_FUNCTION:
            both = isinstance(now, type) and not known.co_flags & A_FUNCTION
            return self.is_given_class(now, known, way) if both else way["decorated"]
        inner = layers(now)
        if not inner or way["decorated"]:
            return way["decorated"] and (
                not inner or not self.is_own(inner[0]) or same_code(inner[-1].__code__, known)
            )
        shown = [repr(inner[0].__defaults__), repr(inner[0].__kwdefaults__)]
        given = same_code(inner[0].__code__, known) and inner[0].__globals__ is self.space
        return given and len(inner) == 1 and way["defaults"] in (None, shown)

    def is_given_class(self, now, known, way):
        """Whether a class has the given methods, and no operators besides that somebody wrote."""
        codes = [part for part in known.co_consts if hasattr(part, "co_name")]
        written = {code.co_name for code in codes} | OPERATORS
        makes = way["decorated"] or issubclass(now, tuple)  # a dataclass, a named tuple
        for name, value in vars(now).items():
            for function in layers(value)[-1:] if name in written else ():
                made = makes and function.__code__.co_filename.startswith("<")
                given = any(same_code(function.__code__, code) for code in codes)
                if not given and not made and self.is_own(function):
                    return False
        return all(map(self.is_given_base, now.__mro__[1:]))

    def is_given_base(self, kind):
        """Whether a class that another one inherits from is not the student's."""
        name = kind.__name__
        pairs = zip(self.memory.bound.get(name, ()), self.watch["bound"].get(name, ()), strict=True)
        given = any(self.is_given(kind, known, way) for known, way in pairs)
        return given or not any(map(self.is_own, vars(kind).values()))

    def is_own(self, thing):
        """Whether what is called comes from the notebook or from the student's files."""
        inner = layers(thing) or layers(look_up(type(thing), "__call__"))
        return any(not f.__code__.co_filename.startswith(self.roots) for f in inner)

    def left_running(self):
        """What runs besides the cells, and is the student's."""
        shell, manager = self.shell, self.shell.input_transformer_manager
        lists = [manager.cleanup_transforms, manager.line_transforms, manager.token_transformers]
        lists += [shell.input_transformers_post, shell.ast_transformers]
        lists += [*shell.events.callbacks.values(), torch_modes(), [gettrace(), getprofile()]]
        hooks = [hook for some in lists for hook in some]
        for hook in filter(None, hooks):
            kind = hook if isinstance(hook, type) else type(hook)
            if self.is_own(hook) or any(map(self.is_own, vars(kind).values())):
                name = getattr(hook, "__qualname__", kind.__qualname__)
                yield f"{name}, which the student's code left behind, runs with every cell"
        if shell.custom_exceptions or self.is_own(shell.CustomTB):
            yield "the student's code handles errors in a way of its own"
        if tools() != self.tools:
            yield "the student's code left something behind that watches each line"

    def around(self, frame):
        """Who runs the probe: IPython, in its own process and namespace; and how values compare there."""
        names = frame.f_globals is self.space is self.shell.user_ns
        own = frame.f_code.co_name == "<module>" and frame.f_builtins is self.builtins
        if not names or not own:
            yield "the cells do not run among the kernel's own names and built-in functions"
        if getpid() != self.process:
            yield "the cells run in another process than the first one did"
        while (frame := frame.f_back) is not None:
            if not frame.f_code.co_filename.startswith(self.roots):
                yield f"the cells are run by the student's function {frame.f_code.co_name}"
        if all_are_equal():
            yield "values that differ are equal"

    def made_again(self, calls):
        """Answers that are equal to everything: the test's digest and a sentence for each."""
        found, start = [], times()
        for test, text in calls:
            if test in self.quick and self.within(PATIENCE, start) and self.agrees(text):
                found.append((test, f"{text} is equal to everything, or near it"))
        return found

    def within(self, most, start):
        """Whether less time has passed than this, of the processor and on a clock."""
        return all(
            now - then < limit for now, then, limit in zip(times(), start, most, strict=True)
        )

    def agrees(self, text):
        try:
            return any(map(agrees_with_all, flat(eval(text, self.space))))
        except KeyboardInterrupt:
            raise
        except BaseException:  # whatever an answer raises
            return False
