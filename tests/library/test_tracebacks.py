"""A notebook's traceback shows the reader's own lines."""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from mlmath_lib._tracebacks import shorten_tracebacks


@pytest.fixture
def told(capsys):
    """What a notebook prints for a cell that raises, without colours."""
    shell = InteractiveShell.instance()
    shorten_tracebacks()

    def run(cell):
        result = shell.run_cell(cell)
        assert result.error_in_exec
        return re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)

    yield run
    InteractiveShell.clear_instance()


DERIVATIVE = "from mlmath_lib.calculus import derivative\n"


@pytest.mark.parametrize("error", ["1 / 0", "exec('raise KeyboardInterrupt')", "int('a')"])
def test_an_error_in_a_reader_s_function_shows_cell_and_function(told, error):
    text = told(f"{DERIVATIVE}def f(x):\n    return {error}\nderivative(f, 2.0)")
    assert "derivative(f, 2.0)" in text
    assert f"return {error}" in text
    assert "derivatives.py" not in text
    assert "_validation.py" not in text


def test_a_refusal_shows_the_call(told):
    text = told(f"{DERIVATIVE}derivative(3, 2.0)")
    assert "----> 2 derivative(3, 2.0)" in text
    assert "function must be a function" in text
    assert ".py" not in text


def test_what_the_library_calls_in_other_packages_goes_too(told):
    text = told(
        "from mlmath_lib.display import explore\nimport matplotlib.pyplot as plt\n"
        "def draw(n):\n    return plt.figure()\n"
        "explore(draw, describe='{}'.format, n=[1, 2])"
    )
    assert "explore(draw" in text
    assert ".py" not in text


def test_a_package_that_the_reader_calls_stays(told):
    text = told(f"{DERIVATIVE}import json\nderivative(lambda x: json.loads('no'), 2.0)")
    assert "json.loads('no')" in text
    assert "decoder.py" in text
    assert "derivatives.py" not in text


def test_a_longer_traceback_can_be_asked_for(told):
    text = told(f"%xmode Verbose\n{DERIVATIVE}derivative(3, 2.0)")
    assert "_validation.py" in text
