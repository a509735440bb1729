"""The shared library of *The Mathematics of Machine Learning*.

One package per part of the book, named after its folder of chapters, and these modules
that every chapter uses:

- `mlmath_lib.display`: `show` a figure, `explore` a function of sliders
- `mlmath_lib.verify`: `verify` that an equation of the text holds
- `mlmath_lib.exercises`: `check` an answer
- `mlmath_lib.datasets`: small real data sets with their sources

Functions take arrays and return arrays; several results come back as a
`NamedTuple`. Nothing here keeps state, and everything random takes a keyword
`rng`.
"""

from mlmath_lib._tracebacks import shorten_tracebacks

shorten_tracebacks()
