# Two commands matter: `make book` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SITE := _build/html

.PHONY: book test lab serve notebooks benchmark requirements clean help

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

book: $(READY)  ## build the site, warnings are errors
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "The book is at $(CURDIR)/$(SITE)/index.html"

test: $(READY)  ## check every cell, function and page
	$(BIN)/pytest

lab: $(READY)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=chapters

serve: book  ## serve the built site at http://localhost:8000
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory $(SITE)

# CHAPTER=models/k_means_clustering runs one chapter, otherwise all.
notebooks: $(READY)  ## re-execute chapters in place
	$(BIN)/python -m mlmath_lib.notebooks $(if $(CHAPTER),chapters/$(CHAPTER).ipynb)

benchmark: $(READY)  ## time the library beside scikit-learn, SciPy and pandas
	$(BIN)/pytest tests/benchmark_library.py --numprocesses=0 --benchmark-enable \
		--benchmark-columns=min,median --benchmark-sort=name --benchmark-disable-gc -q

# The newest versions that pyproject.toml allows, the same for every platform.
requirements: $(READY)  ## pin the versions anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--upgrade --quiet --no-annotate --custom-compile-command "make requirements" \
		--output-file requirements.txt
	echo "-e ." >> requirements.txt

clean:  ## remove what was built; .venv stays
	rm -rf _build .pytest_cache .hypothesis .ruff_cache

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "The book needs Python 3.11 or later; $(PYTHON) is older. Try make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python cannot make a virtual environment. On Debian: apt install python3-venv"; exit 1; }
	@echo "Installing the book's packages into $(VENV) (once; a minute or two)"
	$(BIN)/pip install --disable-pip-version-check --progress-bar on -r requirements.txt
	@touch $@
