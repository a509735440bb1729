# Two commands matter: `make book` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TEACH := $(VENV)/.teach
SITE := _build/html
CLASS := _build/class
TAKE_ALONG := _build/take_along

.PHONY: book epub zip test check versions lab serve notebooks assignment grade handout plan questions \
	benchmark requirements clean help

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# SOLUTIONS=no leaves results and solutions out, for a class, and builds into a folder of its own.
WITHOUT := $(filter no,$(SOLUTIONS))
book: $(READY)  ## build the site, warnings are errors
	MLMATH_SOLUTIONS=$(SOLUTIONS) $(BIN)/jupyter-book build . -W -n --keep-going \
		$(if $(WITHOUT),--path-output $(CLASS))
	@echo "The book is at $(CURDIR)/$(if $(WITHOUT),$(CLASS)/)$(SITE)/index.html"

epub: $(READY)  ## build the book as an e-book
	$(BIN)/jupyter-book build . -W -n --keep-going --builder custom --custom-builder epub
	mkdir -p $(TAKE_ALONG) && cp _build/epub/*.epub $(TAKE_ALONG)
	@echo "The e-book is in $(CURDIR)/$(TAKE_ALONG)"

zip: book  ## pack the site into one archive that opens from disk
	$(BIN)/python -m mlmath_lib.workshop.site.take_along $(SITE) \
		$(TAKE_ALONG)/mathematics-of-machine-learning.zip
	@echo "The archive is in $(CURDIR)/$(TAKE_ALONG)"

# PART=calculus tests one part, PART=rest all that is in no part.
PARTS := $(notdir $(patsubst %/,%,$(sort $(dir $(wildcard chapters/*/*.ipynb)))))
IN_PARTS = $(subst $() $(), or ,$(PARTS))
test: $(READY) $(TEACH)  ## check every cell, function and page
	$(BIN)/pytest $(if $(PART),-k "$(if $(filter rest,$(PART)),not ($(IN_PARTS)),$(PART))")

# What pyproject.toml allows, in an environment of its own; RESOLUTION=highest takes the newest.
# Cells must run and verify; their outputs are those of the pinned versions.
versions:  ## run library and chapters with the lowest versions
	$(PYTHON) -m venv _build/versions
	_build/versions/bin/pip install --quiet uv
	_build/versions/bin/uv pip install --python _build/versions/bin/python \
		--resolution $(or $(RESOLUTION),lowest-direct) -e ".[lab,book,test,teach]"
	_build/versions/bin/pytest tests/library mlmath_lib chapters --nbval-lax

check: $(READY) $(TEACH)  ## check one chapter, CHAPTER=part/topic, while you write it
	$(BIN)/python -m mlmath_lib.workshop.check \
		$(or $(CHAPTER),$(error Which chapter? make check CHAPTER=models/k_means_clustering))

# OPTIONS="--no-browser --port=9000" goes to JupyterLab; root, as in a container, has to ask.
lab: $(READY)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=chapters \
		$(if $(filter 0,$(shell id -u)),--allow-root) $(OPTIONS)

serve: book  ## serve the built site at http://localhost:8000
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory $(if $(WITHOUT),$(CLASS)/)$(SITE)

# CHAPTER=models/k_means_clustering runs one chapter, otherwise all.
notebooks: $(READY)  ## re-execute chapters in place
	$(BIN)/python -m mlmath_lib.workshop.notebooks $(if $(CHAPTER),chapters/$(CHAPTER).ipynb)

# CHAPTER=models/k_means_clustering, or CHAPTER=all; SEED=7 draws the same fresh cases again.
assignment: $(READY) $(TEACH)  ## make a chapter an assignment with an autograder
	$(BIN)/python -m mlmath_lib.workshop.assignments.folder \
		$(or $(CHAPTER),$(error Which chapter? make assignment CHAPTER=models/k_means_clustering)) \
		$(if $(SEED),--seed $(SEED))

# CHAPTER as above; SUBMISSIONS is a folder of notebooks; ROSTER is a list of the students, as
# Canvas or Moodle export it; ANONYMOUS=yes hides names while marking by hand.
grade: $(READY) $(TEACH)  ## grade a folder of submissions into one table
	$(BIN)/python -m mlmath_lib.workshop.assignments.marking \
		"$(or $(SUBMISSIONS),$(error Which folder? make grade CHAPTER=... SUBMISSIONS=folder))" \
		_build/assignments/$(or $(CHAPTER),$(error Which chapter? make grade CHAPTER=...))/autograder.zip \
		$(if $(ROSTER),--roster "$(ROSTER)") $(if $(filter yes,$(ANONYMOUS)),--anonymous)

# CHAPTER as above; EXERCISES=only leaves the rest of the chapter out.
handout: $(READY) $(TEACH)  ## print a chapter as a PDF, without solutions
	$(MAKE) --no-print-directory book SOLUTIONS=no
	$(BIN)/python -m mlmath_lib.workshop.handout \
		$(or $(CHAPTER),$(error Which chapter? make handout CHAPTER=models/k_means_clustering)) \
		$(if $(filter only,$(EXERCISES)),--exercises)

# PLAN is a word of a plan's title on the page Teaching, START the first day.
plan: $(READY) $(TEACH)  ## put dates to a course plan, as text and for calendars
	$(BIN)/python -m mlmath_lib.workshop.course_plan \
		"$(or $(PLAN),$(error Which plan? make plan PLAN=semester START=2027-02-15))" \
		$(or $(START),$(error From when? make plan PLAN=semester START=2027-02-15))

questions: $(READY) $(TEACH)  ## write all questions for learning platforms
	$(BIN)/python -m mlmath_lib.workshop.questions

# What depends on the machine's speed is no test: it stands in files of this name.
benchmark: $(READY)  ## time the library beside scikit-learn, SciPy and pandas, explorers' steps, with bounds
	$(BIN)/pytest $(wildcard tests/benchmark_*.py tests/*/benchmark_*.py) -n 0 -q -s

# The newest versions that pyproject.toml allows, the same for every platform. The graders'
# packages come on top of the book's.
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --quiet \
	--no-annotate --custom-compile-command "make requirements"
requirements: $(READY)  ## pin the versions anew
	$(BIN)/pip install --quiet uv
	$(COMPILE) --upgrade --extra lab --extra book --extra test --output-file requirements.txt
	$(COMPILE) --upgrade --extra teach --constraints requirements.txt \
		--output-file requirements-teach.txt
	echo "-e ." | tee -a requirements.txt >> requirements-teach.txt

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

$(TEACH): requirements-teach.txt $(READY)
	$(BIN)/pip install --disable-pip-version-check --quiet -r requirements-teach.txt
	@touch $@
