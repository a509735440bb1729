"""Figures and explorers that live in the kernel, on the page and in print.

One call shows a figure everywhere, and one call makes a figure move:

- `show` stores a figure as an SVG that takes the page's colours.
- `explore` puts sliders under a figure. With a kernel they are ipywidgets; when
  the environment variable ``MLMATH_FRAMES`` is 1 (``make notebooks`` and the
  tests set it) every frame is drawn and stored inside the SVG, and the site
  turns that into an explorer that needs no kernel.

What is stored is what is tested and what is published: `canonical_svg` makes the
bytes reproducible, `read_explorer` gives back every frame of a stored explorer.
"""

from mlmath_lib.display.explorers import explore, read_explorer
from mlmath_lib.display.figures import show
from mlmath_lib.display.svg import canonical_svg

__all__ = ["canonical_svg", "explore", "read_explorer", "show"]
