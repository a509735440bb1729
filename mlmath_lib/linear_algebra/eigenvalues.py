"""Eigenvectors by repeated multiplication.

Derived in the chapter "Eigenvalues and eigenvectors".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count, require_positive

# Components this close to the largest count as equally large, so that rounding
# does not choose the sign of vectors such as (1, -1).
_TIE = 1e-6


class PowerIterationResult(NamedTuple):
    """What `power_iteration` returns."""

    eigenvalue: float
    eigenvector: np.ndarray
    eigenvalue_path: np.ndarray
    n_steps: int
    converged: bool


def power_iteration(A, *, start=None, rng=None, tolerance=1e-10, max_steps=1000):
    """Find the eigenvalue of largest magnitude by repeated multiplication.

    Each step replaces the unit vector ``x`` by ``A x / |A x|`` and estimates the
    eigenvalue by the Rayleigh quotient ``x.A x``. If A is diagonalisable,
    ``|lambda_1| > |lambda_2|`` and the start has a part along the first eigenvector,
    the error of the direction shrinks by ``|lambda_2 / lambda_1|`` a step; for a
    symmetric A the error of the eigenvalue shrinks by the square of that.

    The run stops when the residual ``|A x - lambda x|`` is at most `tolerance` times
    the Frobenius norm of A. Then x is an exact eigenvector of a matrix that differs
    from A by no more than that, and for a symmetric A the eigenvalue is within that
    distance of a true one. A start that is orthogonal to the first eigenvector can
    lead to another eigenpair.

    Parameters
    ----------
    A : array_like of shape (n, n)
        A real matrix, symmetric or not.
    start : array_like of shape (n,), optional
        The first vector, of any length above zero; drawn from a standard normal
        distribution if left out.
    rng : int, numpy.random.Generator or None, optional
        Source of randomness of the start; unused if `start` is given.
    tolerance : float, default 1e-10
        The residual, as a share of the Frobenius norm of A, that counts as zero.
    max_steps : int, default 1000
        Upper limit on the number of steps; each costs one product ``A x``.

    Returns
    -------
    PowerIterationResult
        ``eigenvalue``; ``eigenvector`` (n,), of length 1, with a positive largest
        component (the first of them, if several are equally large);
        ``eigenvalue_path`` (n_steps + 1,), the estimate at the start and after each
        step; ``n_steps``; ``converged``, False if `max_steps` ran out first: the
        leading eigenvalue may be complex, share its magnitude with another, nearly
        do so, or belong to a matrix that is not diagonalisable.

    Raises
    ------
    TypeError
        If `A` or `start` is not an array of real numbers, or `max_steps` is no whole
        number.
    ValueError
        If `A` is not square or not finite, `start` does not fit or is zero, or
        `tolerance` or `max_steps` is not above zero.

    References
    ----------
    Golub and Van Loan, *Matrix Computations*, 4th ed. (2013), sections 7.3.1 and
    8.2.1.

    Examples
    --------
    >>> result = power_iteration([[2, 1], [1, 2]], start=[1, 0])
    >>> print(f"{result.eigenvalue:.6f}", result.eigenvector.round(6), result.converged)
    3.000000 [0.707107 0.707107] True
    """
    A = require_array("A", A, ("n", "n"), remedy="For data use the covariance matrix")
    start = _require_start(start, len(A), rng)
    require_positive("tolerance", tolerance)
    max_steps = require_count("max_steps", max_steps)

    # Entries of at most 1: then no square overflows, whatever the unit of A.
    scale = np.abs(A).max() or 1.0
    A = A / scale
    limit = tolerance * np.linalg.norm(A)
    x = start / np.linalg.norm(start)
    path = []
    for step in range(max_steps + 1):
        image = A @ x
        eigenvalue = x @ image
        path.append(eigenvalue)
        converged = bool(np.linalg.norm(image - eigenvalue * x) <= limit)
        if converged or step == max_steps:
            break
        x = image / np.linalg.norm(image)
    return PowerIterationResult(
        float(scale * eigenvalue), _oriented(x), scale * np.array(path), step, converged
    )


def _oriented(x):
    """Return x or -x: the first of the largest components is positive."""
    sizes = np.abs(x)
    first = np.argmax(sizes >= (1 - _TIE) * sizes.max())
    return x if x[first] > 0 else -x


def _require_start(start, n, rng):
    if start is None:
        return np.random.default_rng(rng).standard_normal(n)
    start = require_array("start", start, (n,))
    largest = np.abs(start).max()
    if largest == 0:
        raise ValueError(
            "start must have an entry that is not zero; got the zero vector. "
            "Leave it out for a random start"
        )
    return start / largest
