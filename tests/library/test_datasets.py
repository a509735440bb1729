"""The data sets: complete, in the stated units, and as their sources give them."""

import numpy as np
import pytest

from mlmath_lib.datasets import load_penguins, load_us_population


class TestPenguins:
    """The penguins of Palmer Station."""

    def test_counts_agree_with_the_published_table(self):
        penguins = load_penguins(complete=False)
        names, counts = np.unique(penguins.species, return_counts=True)
        assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {
            "Adelie": 152,
            "Chinstrap": 68,
            "Gentoo": 124,
        }
        assert set(penguins.island) == {"Biscoe", "Dream", "Torgersen"}
        assert set(penguins.year) == {2007, 2008, 2009}
        assert np.sum(penguins.sex == "") == 11
        assert np.sum(np.isnan(penguins.X).all(axis=1)) == 2

    def test_complete_rows_are_finite_and_aligned(self):
        penguins = load_penguins()
        assert penguins.X.shape == (342, len(penguins.feature_names))
        assert np.isfinite(penguins.X).all()
        assert all(len(field) == 342 for field in penguins if field is not penguins.feature_names)

    def test_units_are_millimetres_and_grams(self):
        X = load_penguins().X
        np.testing.assert_allclose(X.mean(axis=0), [43.92, 17.15, 200.92, 4201.75], atol=0.005)

    def test_gentoo_are_the_heaviest(self):
        penguins = load_penguins()
        means = {
            name: penguins.X[penguins.species == name, 3].mean() for name in set(penguins.species)
        }
        assert means["Gentoo"] == pytest.approx(5076, abs=0.5)
        assert means["Adelie"] == pytest.approx(3701, abs=0.5)
        assert means["Chinstrap"] == pytest.approx(3733, abs=0.5)


class TestPopulation:
    """The censuses of the United States."""

    def test_there_is_a_census_every_ten_years(self):
        population = load_us_population()
        assert population.years.tolist() == list(range(1790, 2001, 10))
        assert population.residents.shape == population.years.shape

    def test_counts_agree_with_the_published_list(self):
        population = load_us_population()
        counts = dict(zip(population.years.tolist(), population.residents.tolist(), strict=True))
        published = {1790: 3929214, 1860: 31443321, 1870: 38558371, 1990: 248709873}
        assert {year: counts[year] for year in published} == published

    def test_the_population_grows_from_census_to_census(self):
        assert (np.diff(load_us_population().residents) > 0).all()
