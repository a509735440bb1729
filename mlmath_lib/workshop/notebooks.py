"""Re-execute chapters in place and store them in one normal form.

``python -m mlmath_lib.workshop.notebooks [PATH ...]`` runs the named notebooks, or all of
``chapters/``, with every explorer's frames. Running it twice changes nothing: no
widget state, no machine's traces, execution counts 1..n. Saving a chapter in
JupyterLab changes nothing either, but for Python's version.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from hashlib import blake2b
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from mlmath_lib.display.figures import as_image
from mlmath_lib.workshop import citations, cross_references
from mlmath_lib.workshop.chapter import SOLUTION_END, Chapter
from mlmath_lib.workshop.checkout import root

TIMEOUT = 120  # seconds for one cell; a whole chapter should take less than 20
# What JupyterLab stores; Python's version comes on top.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
ENVIRONMENT = {"MLMATH_FRAMES": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def execute(path):
    """Run one notebook from a fresh kernel and store it in normal form.

    Parameters
    ----------
    path : Path
        The notebook; it is rewritten only if something in it changes.

    Returns
    -------
    bool
        Whether the file changed.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails that is not tagged ``raises-exception``.

    References
    ----------
    The Jupyter notebook format. https://nbformat.readthedocs.io
    """
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    timings, language = _timings(notebook), notebook.metadata.get("language_info")
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only, for a readable progress
    )
    client.execute(env=os.environ | ENVIRONMENT)
    for cell in notebook.cells:
        cell.get("outputs", [])[:] = timings.get(cell.source, cell.get("outputs", []))
    notebook.metadata.language_info = language or notebook.metadata.language_info
    after = nbformat.writes(normalise(notebook, path)) + "\n"
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def _timings(notebook):
    """Return the stored outputs that differ at each run, by the source of their cells."""
    return {
        cell.source: list(cell.outputs)
        for cell in notebook.cells
        if "nbval-ignore-output" in cell.metadata.get("tags", ()) and cell.outputs
    }


def normalise(notebook, path=None):
    """Remove from a notebook what differs between machines and runs.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        An executed notebook; it is changed in place.
    path : pathlib.Path, optional
        Where it is stored, for links to other chapters.

    Returns
    -------
    nbformat.NotebookNode
        The same notebook, with counts 1..n, metadata reduced to tags and to what
        JupyterLab folds, streams joined, tracebacks reduced to their last line, no widget
        state or view, and each figure as an image for those who do not trust it. A
        ``{solution-end}``, which JupyterLab shows as an empty box, goes. Cells keep their
        ids, so that a new one changes no other.

    References
    ----------
    The Jupyter notebook format. https://nbformat.readthedocs.io
    """
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    version = notebook.metadata.get("language_info", {}).get("version")
    notebook.metadata = nbformat.from_dict(METADATA)
    if version:  # each JupyterLab stores its own
        notebook.metadata.language_info.version = version
    notebook.cells = [cell for cell in notebook.cells if not SOLUTION_END.fullmatch(cell.source)]
    count, folded, ids = 0, Chapter(notebook).in_solutions, set()
    for number, cell in enumerate(notebook.cells, start=1):
        tags = cell.metadata.get("tags", [])
        cell.source = cell.source.rstrip()
        cell.id = _own_id(cell, ids)
        count += cell.cell_type == "code"
        in_solution = number in folded and (cell.cell_type == "markdown" or "solution" in tags)
        # The first code cell is the set-up, which whoever runs the chapter may want to see.
        drawing = "hide-input" in tags and count > 1
        cell.metadata = _folded(in_solution or drawing, in_solution and cell.cell_type == "code")
        if tags:
            cell.metadata["tags"] = tags
        if cell.cell_type != "code":
            cell.source = citations.as_links(cell.source)
            if path:
                cell.source = cross_references.as_links(cell.source, path)
            cell.pop("attachments", None)
            continue
        cell.execution_count = count
        cell.outputs = _normal_outputs(cell.outputs, count)
    return notebook


def _own_id(cell, taken):
    """Return a cell's id, or a new one that follows from its source."""
    name, copies = cell.get("id"), 0
    while not name or name in taken:
        name = blake2b(f"{copies}{cell.source}".encode(), digest_size=4).hexdigest()
        copies += 1
    taken.add(name)
    return name


def _folded(source, outputs):
    """Return what JupyterLab stores for a cell whose source, or outputs too, it folds."""
    metadata = {"collapsed": True} if outputs else {}
    hidden = {"outputs_hidden": outputs, "source_hidden": source}
    if source or outputs:
        metadata["jupyter"] = {name: True for name, wanted in hidden.items() if wanted}
    return nbformat.from_dict(metadata)


def _normal_outputs(outputs, count):
    kept = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].get("name") == output.name:
                kept[-1].text += output.text
                continue
        elif output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        else:
            output.metadata = nbformat.from_dict({})
            for kind in [
                kind for kind in output.data if kind.startswith("application/vnd.jupyter")
            ]:
                del output.data[kind]
            if "image/svg+xml" in output.data:
                output.data["text/html"] = as_image(output.data["image/svg+xml"])
            if output.output_type == "execute_result":
                output.execution_count = count
        kept.append(output)
    return kept


def main(arguments=None):
    """Run the command line; return how many notebooks failed."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.notebooks", description=__doc__
    )
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: all chapters)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    options = parser.parse_args(arguments)
    paths = options.paths or sorted((root() / "chapters").rglob("*.ipynb"))
    paths = [path for path in paths if ".ipynb_checkpoints" not in path.parts]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        parser.error(f"no such notebook: {', '.join(missing)}")

    failures = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        started = time.perf_counter()
        running = {pool.submit(execute, path.resolve()): path for path in paths}
        for done, future in enumerate(as_completed(running), start=1):
            try:
                outcome = "stored" if future.result() else "unchanged"
            except Exception as error:  # one broken notebook must not stop the others
                failures += 1
                outcome = f"FAILED\n{type(error).__name__}: {error}"
            seconds = time.perf_counter() - started
            print(
                f"[{done}/{len(paths)}] {seconds:5.1f} s  {running[future]}  {outcome}", flush=True
            )
    return failures


if __name__ == "__main__":
    sys.exit(min(main(), 1))
