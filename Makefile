# Everything that one does with this project. `make` alone lists it.
# Needs Python 3.11 or later, make, and a package index; uv is used when it is there, because it is faster.
.POSIX:
.SUFFIXES:

PYTHON = python3
VENV = .venv
PART =
NAME =
RELEASE = trixie
REVISION = 1
WORKERS = 3

RUN = $(VENV)/anaquel-run.stamp
DEV = $(VENV)/anaquel-dev.stamp
LOCAL = var/config.toml

help:
	@echo 'make demo               a whole shop on this machine: labels, prices, shoppers; Ctrl-C closes it'
	@echo 'make run                the gateway alone, on the system'"'"'s mosquitto, with var/config.toml'
	@echo 'make test               every check, at most 10 minutes; installs what it needs'
	@echo 'make prove [PART=feed]  the same with full counts, for one part or all; at most 80 minutes'
	@echo 'make bench [NAME=feed]  how fast, beside a peer where there is one'
	@echo 'make deb               the Debian package, with RELEASE=bookworm or trixie; as root, with mmdebstrap'
	@echo 'make sbom               the list of components, as CycloneDX JSON in dist/'
	@echo 'make audit              whether a vulnerability is known in what is pinned; asks over the internet'
	@echo 'make lock               resolve the lock files anew (needs uv)'
	@echo 'make format             let ruff format and mend'
	@echo 'make clean              remove what was installed and built; var/ stays'

demo: $(RUN)
	@$(VENV)/bin/anaquel demo

run: $(RUN) $(LOCAL)
	@$(VENV)/bin/anaquel run --config $(LOCAL) --own-broker

test: packages check
	ANAQUEL_TIER=test $(VENV)/bin/pytest -q -n $(WORKERS)

prove: part brokers check
	ANAQUEL_TIER=prove $(VENV)/bin/pytest -q -n $(WORKERS) $$($(PYTHON) -m tests.tiers $(PART))

part:
	@$(PYTHON) -m tests.tiers $(PART) > /dev/null

bench: $(DEV)
	$(VENV)/bin/python -m benchmarks $(NAME)

check: $(DEV)
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

packages:
	@sh .ci/packages

brokers:
	@sh .ci/packages prove

# The lock is the list: what is installed, each with its hashes. The graph of who needs whom is not in it.
sbom: $(DEV)
	@mkdir -p dist
	$(VENV)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
		--output-reproducible --of JSON -o dist/anaquel.cdx.json

# Whether a vulnerability is known in what is pinned. It asks the package index's advisories, and fails where it gets no word.
audit: $(DEV)
	$(VENV)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

# In a clean root of that release, with its own Python, from the lock.
deb:
	@PYTHON='$(PYTHON)' sh systemd/deb/build $(RELEASE) $(REVISION)

lock:
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --upgrade \
		--extra demo pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --upgrade \
		--extra demo --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

format: $(DEV)
	$(VENV)/bin/ruff format
	$(VENV)/bin/ruff check --fix

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): requirements.lock pyproject.toml
	@PYTHON='$(PYTHON)' VENV='$(VENV)' sh .ci/install requirements.lock
	@touch $@

# The locked versions of the run are among those of development.
$(DEV): requirements-dev.lock pyproject.toml
	@PYTHON='$(PYTHON)' VENV='$(VENV)' sh .ci/install requirements-dev.lock
	@touch $(RUN) $@

# For trying things on this machine: own data, a port that no other mosquitto has, and a staff site for this machine alone:
# over loopback nobody listens, so it goes without TLS and without a browser that warns.
$(LOCAL):
	@mkdir -p var
	@sed -e 's|^public_base = .*|public_base = "http://127.0.0.1:8080"|' \
		-e 's|^folder = .*|folder = "data"|' \
		-e 's|^# snapshot_hosts = .*|snapshot_hosts = ["127.0.0.1"]|' \
		-e '/^\[shop_broker\]/,/^# port/ s|^# port = .*|port = 18830|' \
		-e '/^\[sites.staff\]/,/^port/ s|^host = .*|host = "127.0.0.1"|' \
		-e 's|^# https = .*|https = false|' \
		-e 's|^# secure_cookies = .*|secure_cookies = false|' \
		config.example.toml > $@.new
	@mv $@.new $@
	@echo 'made $(LOCAL) from config.example.toml; change it as you like'

.PHONY: help demo run test prove bench part check packages brokers sbom audit deb lock format clean
