"""Processes that start warm: forked from one that has imported what chapters import.

Importing the usual packages takes longer than running many a chapter. So one process
imports them once, and each kernel, and each run of a chapter's code, is a fork of it.
Where the system cannot fork (Windows), a process starts afresh and only takes longer.
"""

import multiprocessing
import os
import sys
import threading
import traceback
import types
from contextlib import suppress
from importlib.metadata import EntryPoint
from unittest import mock

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

PACKAGES = [
    "IPython.core.interactiveshell", "ipykernel.kernelapp", "ipywidgets", "matplotlib.pyplot",
    "networkx", "pandas", "scipy.optimize", "scipy.stats", "sklearn.cluster",
    "sklearn.linear_model", "sympy",
    "mlmath_lib.datasets", "mlmath_lib.display", "mlmath_lib.exercises", "mlmath_lib.verify",
]  # fmt: skip
# Decided when Matplotlib is imported: figures are drawn as in any kernel.
ENVIRONMENT = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()


def start(function, *arguments):
    """Start a process from the warm one, which is itself started at the first call.

    Parameters
    ----------
    function : callable
        What it runs; it must be importable by its name.
    *arguments
        What `function` takes.

    Returns
    -------
    multiprocessing.Process
        The process; it ends when the one that started it ends.

    References
    ----------
    Python, "Contexts and start methods".
    https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
    """
    context = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")
    if CAN_FORK:
        context.set_forkserver_preload(PACKAGES)
    process = context.Process(target=_run, args=(function, arguments))
    # Without a main module to import anew: that would be pytest, or whatever runs here.
    nothing = types.ModuleType("__main__")
    with mock.patch.dict(os.environ, ENVIRONMENT), mock.patch.dict(sys.modules, __main__=nothing):
        process.start()
    return process


def _run(function, arguments):
    def end_with_parent():
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    function(*arguments)


def call(function, *arguments, seconds):
    """Call a function in a warm process of its own.

    Parameters
    ----------
    function : callable
        What is called; it must be importable by its name.
    *arguments
        What `function` takes.
    seconds : int
        Processor time after which the process is ended: a busy machine changes nothing.

    Returns
    -------
    object
        What `function` returns.

    Raises
    ------
    RuntimeError
        If the process ends without an answer, because its time is up or its code ended it.
    Exception
        Whatever `function` raises.

    References
    ----------
    Python, "Contexts and start methods".
    https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods

    Examples
    --------
    >>> call(sum, [1, 2], seconds=10)
    3
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = start(_answer, sender, function, arguments, seconds)
    sender.close()
    try:
        answer, error = receiver.recv()
    except EOFError:
        process.join()
        raise RuntimeError(
            f"{function.__name__} must end within {seconds} s of processor time and not end its "
            f"process; got exit code {process.exitcode}. Does a loop end?"
        ) from None
    finally:
        process.kill()
        process.join()
    if error is not None:
        raise error
    return answer


def _answer(sender, function, arguments, seconds):
    with suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        result = function(*arguments), None
    except Exception as error:
        error.add_note(traceback.format_exc())
        result = None, error
    sender.send(result)


class WarmProvisioner(LocalProvisioner):
    """Start IPython's kernel warm, for whoever asks Jupyter for a kernel.

    References
    ----------
    Jupyter, "Kernel Provisioning".
    https://jupyter-client.readthedocs.io/en/stable/provisioning.html
    """

    async def launch_kernel(self, cmd, *, env, cwd=".", **_):
        """Fork the kernel in place of running `cmd`, whose options it takes."""
        self.process = start(_serve_kernel, cmd[cmd.index("-f") :], str(cwd), dict(env))
        self.pid = self.process.pid
        return self.connection_info

    async def poll(self):
        """Return the exit code, or None while it runs."""
        return self.process.exitcode if self.process else 0

    async def wait(self):
        """Wait for the end."""
        self.process.join()
        code, self.process = self.process.exitcode, None
        return code

    async def send_signal(self, signum):
        """Send a signal: an interrupt, or the end."""
        if self.process.is_alive():
            os.kill(self.process.pid, signum)


def _serve_kernel(options, folder, environment):
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(folder)
    sys.path[0] = ""  # as python -m ipykernel_launcher has it
    os.environ.clear()
    os.environ.update(environment)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    IPKernelApp.launch_instance(argv=options)


def start_kernels_warm():
    """Let every kernel that this process starts be a warm one."""
    factory = KernelProvisionerFactory.instance()
    entry = EntryPoint("warm", f"{__name__}:WarmProvisioner", KernelProvisionerFactory.GROUP_NAME)
    factory.provisioners[entry.name] = entry
    factory.default_provisioner_name = entry.name
