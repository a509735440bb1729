"""What "the same picture" means to nbval: everything but the last digit.

Structure, text and colours must be equal. Coordinates may differ by a fifth of a
point, so that another processor's rounding passes and a changed curve does not. An id,
which follows from such coordinates, counts by the place of the element that bears it.
Embedded rasters are compared by their pixels, explorers frame by frame.
"""

import base64
import io
import re
from itertools import product, zip_longest
from xml.etree import ElementTree

import matplotlib.image
import numpy as np

from mlmath_lib.display import read_explorer

POINTS = 0.2  # of a coordinate
FACTOR = 1e-3  # of a style's number, or in matrix() and scale(), which multiply coordinates
LEVELS = 8  # of 255, of one pixel
ROUNDING = 1e-9  # 0.3 - 0.1 is not 0.2

_GEOMETRY = {"d", "points", "transform", "viewBox", "width", "height", "r"}
_GEOMETRY |= {f"{axis}{suffix}" for axis in ("x", "y") for suffix in ("", "1", "2")}
_GEOMETRY |= {"cx", "cy"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# In a style the digits of a colour (#0072b2) or a name (url(#i2)) are no numbers.
_STYLE_NUMBER = re.compile(rf"(?<![#\w.-]){_NUMBER.pattern}(?!\w)")
_REFERENCE = re.compile(r"(?<=url\(#)[^)]+|(?<=^#).+")
_RASTER = "data:image/png;base64,"


def svg_difference(stored, fresh):
    """Say in one line where two SVGs differ, or return None if they show the same."""
    if stored == fresh:
        return None
    old, new = read_explorer(stored), read_explorer(fresh)
    if (old is None) != (new is None):
        kinds = ["a figure" if explorer is None else "an explorer" for explorer in (old, new)]
        return f"stored {kinds[0]}, now {kinds[1]}"
    root, fresh_root = ElementTree.fromstring(stored), ElementTree.fromstring(fresh)
    name = f'"{root.get("aria-label")}"'
    difference = None if old is None else _explorer_difference(old, new)
    if difference is None:
        difference = _tree_difference(root, fresh_root)
    return difference and f"{name}: {difference}"


def _explorer_difference(old, new):
    if old["parameters"] != new["parameters"]:
        return f"parameters: stored {old['parameters']}, now {new['parameters']}"
    names = [parameter["name"] for parameter in old["parameters"]]
    choices = product(*(parameter["values"] for parameter in old["parameters"]))
    for number, choice in enumerate(choices):
        frame = ", ".join(f"{name} = {value}" for name, value in zip(names, choice, strict=True))
        sentences = old["sentences"][number], new["sentences"][number]
        if sentences[0] != sentences[1]:
            return f"sentence of {frame}: stored {sentences[0]!r}, now {sentences[1]!r}"
        drawings = old["frames"][number], new["frames"][number]
        if drawings[0] != drawings[1]:
            trees = [ElementTree.fromstring(f"<svg>{drawing}</svg>") for drawing in drawings]
            if difference := _tree_difference(*trees):
                return f"frame {frame}: {difference}"
    return None


def _tree_difference(stored, fresh):
    for root in (stored, fresh):
        _number_ids(root)
    pairs = zip_longest(_elements(stored), _elements(fresh))
    for number, (old, new) in enumerate(pairs):
        if old is None or new is None or old.tag != new.tag:
            tags = ["nothing" if one is None else f"<{_tag(one)}>" for one in (old, new)]
            return f"element {number}: stored {tags[0]}, now {tags[1]}"
        if difference := _element_difference(old, new):
            return f"element {number}, <{_tag(old)}>, {difference}"
    return None


def _number_ids(root):
    names = [name for element in root.iter() if (name := element.get("id"))]
    numbers = {name: f"i{number}" for number, name in enumerate(names)}
    for element in root.iter():
        for name, value in element.items():
            if name == "id":
                element.set(name, numbers[value])
            elif name in {"href", "style", "clip-path"}:
                element.set(
                    name, _REFERENCE.sub(lambda found: numbers.get(found[0], found[0]), value)
                )


def _elements(root):
    """Yield the elements in document order; an explorer's frames are compared apart."""
    return (element for element in root.iter() if _tag(element) != "metadata")


def _tag(element):
    return element.tag.rpartition("}")[2]


def _element_difference(old, new):
    for what in ("text", "tail"):
        texts = [(getattr(one, what) or "").strip() for one in (old, new)]
        if texts[0] != texts[1]:
            return f"text: stored {_short(texts[0])}, now {_short(texts[1])}"
    if old.keys() != new.keys():
        return f"attributes: stored {sorted(old.keys())}, now {sorted(new.keys())}"
    if len(old) != len(new):
        return f"children: stored {len(old)}, now {len(new)}"
    for name, value in old.items():
        if value != new.get(name) and (difference := _value_difference(name, value, new.get(name))):
            return f"attribute {name}: {difference}"
    return None


def _value_difference(name, old, new):
    if name == "href" and old.startswith(_RASTER) and new.startswith(_RASTER):
        return _raster_difference(old, new)
    if name == "style":
        return _number_difference(_STYLE_NUMBER, FACTOR, old, new)
    if name in _GEOMETRY:
        factors = "matrix" in old or "scale" in old
        return _number_difference(_NUMBER, FACTOR if factors else POINTS, old, new)
    return f"stored {_short(old)}, now {_short(new)}"


def _number_difference(pattern, tolerance, old, new):
    if pattern.sub("#", old) != pattern.sub("#", new):
        return f"stored {_short(old)}, now {_short(new)}"
    numbers = zip(pattern.findall(old), pattern.findall(new), strict=True)
    for index, (first, second) in enumerate(numbers, start=1):
        if not abs(float(first) - float(second)) <= tolerance + ROUNDING:
            return f"number {index} is {first} in the stored output and {second} now"
    return None


def _raster_difference(old, new):
    pictures = [_pixels(value) for value in (old, new)]
    if pictures[0].shape != pictures[1].shape:
        sizes = ["{1} x {0}".format(*picture.shape) for picture in pictures]
        return f"raster: stored {sizes[0]} pixels, now {sizes[1]}"
    changed = np.abs(pictures[0] - pictures[1]).max(axis=-1)
    if changed.max() <= LEVELS:
        return None
    row, column = np.unravel_index(changed.argmax(), changed.shape)
    values = [picture[row, column].tolist() for picture in pictures]
    return f"raster: pixel ({column}, {row}) is {values[0]} in the stored output, {values[1]} now"


def _pixels(value):
    data = base64.b64decode(value.removeprefix(_RASTER))
    pixels = np.atleast_3d(matplotlib.image.imread(io.BytesIO(data), format="png"))
    return np.rint(pixels * 255).astype(int)


def _short(text):
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
