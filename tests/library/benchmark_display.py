"""How long a live explorer takes to draw a step; ``make benchmark`` runs it.

Beside Matplotlib's own ``savefig`` of the same figure, so that a busy machine changes little.
"""

import io
import time

import matplotlib.pyplot as plt
import numpy as np

from mlmath_lib.display import canonical_svg
from mlmath_lib.display.explorers import _layout

ROUNDS = 15
STEP_BUDGET = 100  # milliseconds of processor time


def test_a_step_is_quick():
    plt.style.use("mlmath_lib.book")
    fig, axes = plt.subplots(1, 2)
    for ax in axes:
        ax.plot(np.sin(np.arange(200)), "o-", label="$x^2$")
        ax.legend()
    _layout(fig, {})
    steps, peers = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        canonical_svg(fig, "Two waves")
        middle = time.process_time()
        fig.savefig(io.StringIO(), format="svg")
        steps.append(middle - start)
        peers.append(time.process_time() - middle)
    print(f"{1000 * min(steps):.0f} ms, {min(steps) / min(peers):.2f} of savefig")
    assert min(steps) < min(peers)
    assert 1000 * min(steps) < STEP_BUDGET
