# The commands that people type. What they do stands in install.py, sources/, grading/ and pyproject.toml.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONDONTWRITEBYTECODE

.PHONY: lab test test-long check notebooks student grade-demo benchmark lock

# In a container everybody is root. More options: make lab LAB="--no-browser --port=9999"
LAB ?= $(if $(filter 0,$(shell id -u)),--allow-root)

lab: .venv/installed            ## open the course in JupyterLab
	$(BIN)/jupyter lab $(LAB)

test: .venv/installed           ## prove everything
	$(BIN)/pytest -n 3 --no-loadscope-reorder

check: .venv/installed          ## two minutes, for one's own loop
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pytest -n 3 --no-loadscope-reorder -m "not slow and not long" tests

test-long: .venv/installed      ## the longer series: Colab's versions, other Pythons
	$(BIN)/pytest -n 3 --no-loadscope-reorder -m long

notebooks: .venv/installed      ## rebuild the notebooks whose sources changed
	$(BIN)/python -m sources.build

student: .venv/installed        ## write the student edition to build/student
	$(BIN)/python -m sources.student

grade-demo: .venv/installed     ## grade a class of every kind of trouble, and open the report
	$(BIN)/python -m grading demo --open

benchmark: .venv/installed      ## time the course's tools against others'; Lightning goes to build/, not into .venv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --target build/benchmark -r benchmarks/requirements.txt
	PYTHONPATH=build/benchmark $(BIN)/python -m benchmarks

lock: .venv/installed           ## pin what pyproject.toml's ranges allow today
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q -o requirements.txt

.venv/installed: requirements.txt pyproject.toml install.py
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 to 3.13, or name yours: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) install.py
