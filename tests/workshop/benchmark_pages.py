"""How long an explorer takes from a key press to the new frame; ``make benchmark`` runs it.

The first chapter of each part, and of all their sliders the slowest.
"""

import pytest
from workshop.browsing import NOTEBOOKS

STEP_BUDGET = 50  # milliseconds, on a machine with nothing else to do
FIRST = {name.split("/")[1]: f"{name}.html" for name in reversed(NOTEBOOKS)}

SLOWEST_STEP = """() => {
    const sliders = [...document.querySelectorAll("figure.explorer input[type=range]")];
    return Math.max(...sliders.map(slider => {
        const times = [];
        for (let value = slider.max; value >= 0; value--) {
            const start = performance.now();
            slider.value = value;
            slider.dispatchEvent(new Event("input", {bubbles: true}));
            slider.closest("figure").getBoundingClientRect(); // lays the new frame out
            times.push(performance.now() - start);
        }
        return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    }));
}"""


@pytest.mark.parametrize("visit", FIRST.values(), ids=FIRST.keys(), indirect=True)
def test_explorers_are_quick(visit):
    milliseconds = visit.page.evaluate(SLOWEST_STEP)
    print(f"{milliseconds:.1f} ms of {STEP_BUDGET}")
    assert milliseconds < STEP_BUDGET
