# make        set up .venv once, then run the default campaign to results/report/index.html
# make test   the same set-up, then every test, in two processes; not reordered, so that whole campaigns start first
# make bench  timings and errors beside peer libraries
# make rulegraph  draw the README's picture anew (needs graphviz)
# make reference   write config/README.md anew from the schemas

PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/installed-$(shell cksum < requirements.lock | cut -d' ' -f1)

.PHONY: run test bench reference rulegraph

run: $(INSTALLED)
	$(VENV)/bin/snakemake --cores all

test: $(INSTALLED)
	$(VENV)/bin/python -m pytest -n 2 --no-loadscope-reorder

bench: $(INSTALLED)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r benchmarks/requirements.lock
	for name in geodesic describe voi widths scatter conductivity restore segment selection stack generate trials rays simulate; do \
		PYTHONPATH=workflow_scripts $(VENV)/bin/python benchmarks/$$name.py || exit 1; \
	done

reference: $(INSTALLED)
	PYTHONPATH=workflow_scripts $(VENV)/bin/python -m porescope.campaign.reference config

rulegraph: $(INSTALLED)
	$(VENV)/bin/snakemake --rulegraph | tred | dot -Tsvg -Nfontsize=13 > resources/rulegraph.svg

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "porescope needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	rm -f $(VENV)/installed-*
	touch $@
