"""Warm processes: each is fresh, bounded, and reports what goes wrong in it."""

import os
import signal

import pytest
from jupyter_client.manager import start_new_kernel

from mlmath_lib.workshop import warm

needs_fork = pytest.mark.skipif(not warm.CAN_FORK, reason="this system cannot fork")


def test_a_call_returns_what_the_function_returns():
    assert warm.call(divmod, 17, 5, seconds=60) == (3, 2)


def test_a_call_raises_what_the_function_raises():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        warm.call(int, "seven", seconds=60)
    assert "Traceback" in caught.value.__notes__[0]


def test_a_call_that_does_not_end_is_ended():
    with pytest.raises(RuntimeError, match=r"exec must end within 1 s .* Does a loop end\?"):
        warm.call(exec, "while True: pass", seconds=1)


def test_code_cannot_end_its_caller():
    with pytest.raises(RuntimeError, match="got exit code 3"):
        warm.call(os._exit, 3, seconds=60)


def test_nothing_is_left_for_the_next_call():
    warm.call(exec, "import math, os; math.left = 1; os.environ['LEFT'] = '1'", seconds=60)
    assert not warm.call(eval, "hasattr(__import__('math'), 'left')", seconds=60)
    assert warm.call(os.getenv, "LEFT", seconds=60) is None


@needs_fork
def test_packages_are_there_before_the_call():
    imported = warm.call(eval, "set(__import__('sys').modules)", seconds=60)
    assert set(warm.PACKAGES) <= imported
    assert "pytest" not in imported


@pytest.fixture
def kernel(tmp_path):
    """A kernel as nbval asks for one."""
    manager, client = start_new_kernel(cwd=tmp_path, env=os.environ | {"COLOUR": "green"})
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def printed(client, code):
    texts = []
    client.execute_interactive(
        code,
        output_hook=lambda message: texts.append(
            message["content"].get("text") or message["content"].get("ename", "")
        ),
    )
    return "".join(texts)


@needs_fork
def test_a_kernel_starts_warm_and_clean(kernel, tmp_path):
    _, client = kernel
    assert printed(client, "import sys; print('sympy' in sys.modules)") == "True\n"
    assert printed(client, "numpy") == "NameError"
    assert printed(client, "import os; print(os.getcwd(), os.environ['COLOUR'])") == (
        f"{tmp_path} green\n"
    )
    assert (
        printed(client, "import matplotlib; print('inline' in matplotlib.get_backend())")
        == "True\n"
    )
    assert printed(client, "print(__name__, sys.path[0] == '')") == "__main__ True\n"


@needs_fork
def test_a_kernel_can_be_interrupted(kernel):
    manager, client = kernel
    message = client.execute("print('on', flush=True)\nwhile True: pass")
    while client.get_iopub_msg()["content"].get("text") != "on\n":
        pass
    manager.signal_kernel(signal.SIGINT)
    while (reply := client.get_shell_msg())["parent_header"]["msg_id"] != message:
        pass
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert manager.is_alive()
