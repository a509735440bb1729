"""Check one chapter while it is written: rules, outputs, answers and page, with remedies.

``python -m mlmath_lib.workshop.check calculus/chain_rule`` (``make check CHAPTER=…``) runs
what ``make test`` runs for this chapter, in a fraction of the time. Of the page's views it
takes one; the others, and what chapters share, are ``make test``'s.
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from mlmath_lib.workshop.checkout import root
from mlmath_lib.workshop.rules import RULES, Book, contents_problems, needs_problems

NO_TESTS = 5  # pytest's exit code

# What is run by pytest: name, what it takes, and what to do about a failure.
STEPS = (
    (
        "page",
        ["tests/workshop/test_pages.py", "-k", "{chapter}.html and not test_a_sample"],
        "correct the chapter, or look at the page: make serve. A chapter without a page is "
        "missing in _toc.yml",
    ),
    (
        "outputs",
        ["chapters/{chapter}.ipynb"],
        "if the new output is right, store it: make notebooks CHAPTER={chapter}",
    ),
    (
        "answers",
        ["tests/workshop/test_assignments.py", "-k", "{chapter}]"],
        "correct the exercise, its check, or tests/wrong_answers/{chapter}.md",
    ),
)


def broken_rules(name):
    """Return what a chapter breaks of the rules of the book.

    Parameters
    ----------
    name : str
        Part and topic.

    Returns
    -------
    list of str
        One sentence for each problem, with its remedy.
    """
    book = Book(root())
    chapter = next(chapter for chapter in book.chapters if chapter.name == name)
    problems = [problem for rule in RULES.values() for problem in rule(chapter)]
    shared = [*contents_problems(book), *needs_problems(book)]
    return problems + [problem for problem in shared if name in problem]


def run_tests(name, arguments):
    """Run some of the tests of a chapter.

    Parameters
    ----------
    name : str
        Part and topic.
    arguments : list of str
        What pytest is to run, with ``{chapter}`` in the place of the name.

    Returns
    -------
    list of str
        The lines of pytest's report, without those of passed tests; empty if all passed.
    """
    arguments = [argument.format(chapter=name) for argument in arguments]
    command = [sys.executable, "-m", "pytest", *arguments, "-n", "0", "-q", "--tb=short"]
    library = os.pathsep.join(filter(None, [str(root()), os.environ.get("PYTHONPATH")]))
    result = subprocess.run(
        [*command, "--no-header", "--show-capture=no"],
        cwd=root(),
        env=os.environ | {"PYTHONPATH": library},
        capture_output=True,
        text=True,
    )
    if result.returncode == 0:
        return []
    if result.returncode == NO_TESTS:
        return ["there is nothing to run"]
    lines = (result.stdout + result.stderr).splitlines()
    return [line for line in lines if line.strip() and not line.endswith("%]")]


def main(arguments=None):
    """Run the command line; return how many steps failed."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.check", description=__doc__
    )
    parser.add_argument("chapter", metavar="part/topic")
    name = parser.parse_args(arguments).chapter.removeprefix("chapters/").removesuffix(".ipynb")
    if not (root() / "chapters" / f"{name}.ipynb").is_file():
        parser.error(f"no such chapter: {name}. Try models/k_means_clustering")
    started, failures = time.perf_counter(), 0
    with ThreadPoolExecutor(2) as pool:
        steps = [
            (what, pool.submit(run_tests, name, tests), remedy) for what, tests, remedy in STEPS
        ]
        rules = ("rules", pool.submit(broken_rules, name), "")
        for what, future, remedy in (rules, *steps):
            problems = future.result()
            failures += bool(problems)
            print(f"{what:8} {'FAILED' if problems else 'ok'}", flush=True)
            for problem in problems:
                print(f"    {problem}")
            if problems and remedy:
                print(f"  → {remedy.format(chapter=name)}")
    print(f"{name}: {time.perf_counter() - started:.0f} s")
    return failures


if __name__ == "__main__":
    sys.exit(min(main(), 1))
