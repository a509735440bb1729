"""Where the book's files are: the workshop works on a checkout, not on an installed wheel."""

from pathlib import Path


def root():
    """Return the folder of the checkout.

    Returns
    -------
    Path
        The folder that holds ``_toc.yml`` and ``chapters/``.

    Raises
    ------
    RuntimeError
        If the library is installed without the book around it.

    Examples
    --------
    >>> (root() / "_toc.yml").is_file()
    True
    """
    folder = Path(__file__).resolve().parents[2]
    if not (folder / "_toc.yml").is_file():
        raise RuntimeError(
            "mlmath_lib.workshop makes the book from its files, and this library is installed "
            "without them. Clone the book's repository and run `make book` there"
        )
    return folder
