# Two commands: `make run` serves the demonstration councils on this machine, `make test` proves that all works.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench demonstration lock assets clean

run: demonstration
	@.ci/welcome $(PORT)
	@DEBUG=0 SECRET_KEY=$$(cat var/secret-key) ALLOWED_HOSTS=127.0.0.1,localhost HTTPS=0 \
	  SITE_URL=http://127.0.0.1:$(PORT) DEMO=1 TODAY=$${TODAY-2004-12-08} .ci/serve $(BIN) $(PORT)

# Three at a time even on two cores: whoever tries the application in a browser waits half of the time.
test: check
	$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djhtml --tabwidth 2 --check templates
	DEBUG=1 $(BIN)/python manage.py check --fail-level WARNING
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -q tests/test_architecture.py

bench: $(VENV)/.test demonstration
	DEBUG=1 $(BIN)/python -m tests.bench

# The councils that `make run` shows and `make bench` measures, and the static files as they are served.
demonstration: $(VENV)/.run
	@DEBUG=1 $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=1 TODAY=2004-12-08 $(BIN)/python manage.py load_demo
	@DEBUG=0 SECRET_KEY=$$(cat var/secret-key) ALLOWED_HOSTS=127.0.0.1,localhost HTTPS=0 \
	  $(BIN)/python manage.py collectstatic --noinput --clear --ignore scss --verbosity 0

# A changed lock file makes the environment anew; what is there is reused otherwise.
$(VENV)/.run: requirements.txt .ci/system-packages
	@.ci/system-packages run
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.run tests/requirements.txt
	@.ci/system-packages test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

# For maintainers: new locks from .ci/*.in, and the style sheet from its sources.
lock:
	$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --no-header --generate-hashes --python-version 3.11 .ci/requirements.in -o requirements.txt
	$(BIN)/uv pip compile --no-header --generate-hashes --python-version 3.11 .ci/requirements-test.in -o tests/requirements.txt

assets:
	cd static/scss && npm ci && npm run build && rm -rf node_modules

clean:
	rm -rf $(VENV) var staticfiles .pytest_cache .ruff_cache
