"""Real data for the walks."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes


@pytest.fixture(scope="module")
def patients():
    """Ten standardised features, a column of ones, and the target, for 442 patients."""
    X, y = load_diabetes(return_X_y=True, scaled=False)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    return np.column_stack([np.ones(len(X)), X]), y
