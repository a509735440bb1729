"""Small real data sets, stored with the library: no network is needed.

Each loader's docstring gives the source, the licence and the units. Loaders return
a `NamedTuple` with one row per observation; numbers come as float arrays in ``X`` and
categories as arrays of text.
"""

import csv
from importlib.resources import files
from typing import NamedTuple

import numpy as np


class Penguins(NamedTuple):
    """What `load_penguins` returns; all arrays have one entry per penguin."""

    X: np.ndarray
    feature_names: tuple
    species: np.ndarray
    island: np.ndarray
    sex: np.ndarray
    year: np.ndarray


def load_penguins(*, complete=True):
    """Load body measurements of penguins of three species.

    344 adult penguins, measured near Palmer Station, Antarctica, from 2007 to 2009.
    Two of them have no measurements.

    Parameters
    ----------
    complete : bool, default True
        Leave out the two penguins without measurements. If False they stay, with
        NaN in ``X``.

    Returns
    -------
    Penguins
        ``X`` (342, 4), or (344, 4) if not `complete`: bill length, bill depth and
        flipper length in millimetres, body mass in grams; ``feature_names`` says so.
        ``species`` (Adelie, Chinstrap or Gentoo), ``island`` (Biscoe, Dream or
        Torgersen), ``sex`` (female, male, or an empty text where unknown) and
        ``year`` have one entry per row of ``X``.

    References
    ----------
    Gorman, Williams and Fraser, "Ecological Sexual Dimorphism and Environmental
    Variability within a Community of Antarctic Penguins (Genus Pygoscelis)", *PLoS
    ONE* 9 (2014), e90081. https://doi.org/10.1371/journal.pone.0090081
    The table is the one of Horst, Hill and Gorman's palmerpenguins, in the public
    domain (CC0 1.0). https://allisonhorst.github.io/palmerpenguins/

    Examples
    --------
    >>> penguins = load_penguins()
    >>> penguins.X.shape, penguins.feature_names[3]
    ((342, 4), 'body mass (g)')
    >>> print(penguins.species[0], penguins.X[0])
    Adelie [  39.1   18.7  181.  3750. ]
    """
    table = _read_table("penguins.csv")
    columns = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    X = np.column_stack([_numbers(table[column]) for column in columns])
    rows = np.isfinite(X).all(axis=1) if complete else np.full(len(X), True)
    return Penguins(
        X=X[rows],
        feature_names=(
            "bill length (mm)",
            "bill depth (mm)",
            "flipper length (mm)",
            "body mass (g)",
        ),
        species=np.array(table["species"])[rows],
        island=np.array(table["island"])[rows],
        sex=np.array(table["sex"])[rows],
        year=_numbers(table["year"])[rows].astype(int),
    )


class Population(NamedTuple):
    """What `load_us_population` returns; both arrays have one entry per census."""

    years: np.ndarray
    residents: np.ndarray


def load_us_population():
    """Load the population of the United States at 22 censuses.

    One census every ten years from 1790 to 2000. Each counts the states and
    territories of its time: part of the growth is new land.

    Returns
    -------
    Population
        ``years`` (22,), the years of the censuses; ``residents`` (22,), the people
        counted in each.

    References
    ----------
    U.S. Census Bureau, decennial censuses of 1790 to 2000. Works of the United States
    government are in the public domain. The table is the one of ``USPop`` in the R
    package carData, given there in millions; it agrees with the list of the State of
    Wyoming's Economic Analysis Division, "U.S. Decennial Census Population: 1790 to
    2020". https://vincentarelbundock.github.io/Rdatasets/doc/carData/USPop.html

    Examples
    --------
    >>> population = load_us_population()
    >>> print(population.years[[0, -1]], population.residents[[0, -1]])
    [1790 2000] [  3929214 281421906]
    """
    table = _read_table("us_population.csv")
    return Population(
        years=_numbers(table["year"]).astype(int),
        residents=_numbers(table["residents"]).astype(int),
    )


def _read_table(name):
    """Return a stored CSV file's columns as lists of text; NA becomes an empty text."""
    text = files("mlmath_lib").joinpath("data", name).read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    columns = zip(*rows, strict=True)
    return {
        column: ["" if value == "NA" else value for value in values]
        for column, values in zip(header, columns, strict=True)
    }


def _numbers(values):
    return np.array([float(value) if value else np.nan for value in values])
