"""The book to take along: an e-book and an archive of the site, offered on the home page.

``make epub`` and ``make zip`` put them into one folder. A build with
``MLMATH_TAKE_ALONG=<folder>`` copies what is there into the site, and the home page links it
with its size.
"""

import os
import shutil
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from sphinx.application import Sphinx

__all__ = ["offers", "pack"]

FOLDER = "take_along"
KINDS = {".epub": "E-book (EPUB)", ".zip": "This site as an archive (ZIP)"}


def pack(site: Path, archive: Path) -> None:
    """Pack a built site into an archive that opens from disk.

    Parameters
    ----------
    site : Path
        The folder of the site.
    archive : Path
        The ZIP file to write; its name becomes the folder's in the archive.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for file in sorted(site.rglob("*")):
            inside = file.relative_to(site)
            # Neither an archive within the archive, nor what only a build reads.
            if file.is_file() and inside.parts[0] not in {FOLDER, ".buildinfo", "objects.inv"}:
                packed.write(file, archive.stem / inside)


def offers(folder: Path) -> list[dict[str, str]]:
    """Return what a folder has to take along.

    Parameters
    ----------
    folder : Path
        Where the files are.

    Returns
    -------
    list of dict
        Each with ``text``, ``size`` and ``file``.
    """
    return [
        {
            "text": KINDS[file.suffix],
            "size": f"{file.stat().st_size / 1e6:.1f} MB",
            "file": f"{FOLDER}/{file.name}",
        }
        for file in sorted(folder.glob("*"))
        if file.suffix in KINDS
    ]


def take_folder(_app: Sphinx, config) -> None:
    """Read the folder from the environment."""
    config.mlmath_take_along = os.environ.get("MLMATH_TAKE_ALONG", "")


def fill_home(app: Sphinx, pagename, _templatename, context, _doctree) -> None:
    """Give the home page its links."""
    if app.config.mlmath_take_along and pagename == app.config.root_doc:
        context["take_along"] = offers(Path(app.config.mlmath_take_along))


def copy_files(app: Sphinx, exception: Exception | None) -> None:
    """Copy the files into the site."""
    if exception is None and app.builder.name == "html":
        target = Path(app.outdir, FOLDER)
        shutil.rmtree(target, ignore_errors=True)
        if app.config.mlmath_take_along:
            target.mkdir()
            for offer in offers(Path(app.config.mlmath_take_along)):
                name = Path(offer["file"]).name
                shutil.copy(Path(app.config.mlmath_take_along, name), target)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.add_config_value("mlmath_take_along", "", "html", str)
    app.connect("config-inited", take_folder)
    app.connect("html-page-context", fill_home)
    app.connect("build-finished", copy_files)


if __name__ == "__main__":
    pack(*map(Path, sys.argv[1:]))
