# Thin on purpose: what a target does stands in packaging/ or in the program itself.
.PHONY: demo run test lint bench fuzz kills docs package self-test audit screenshots tutorial clean setup

demo: setup       ## the whole path on the sample project, then the window on its result
	packaging/demo.sh

run: setup        ## open the window
	.venv/bin/siteloupe

test: lint        ## style, types and all tests, without a screen
	packaging/test.sh

lint: setup       ## style, types and the links of the documentation
	packaging/lint.sh

bench: setup      ## measure speed and memory
	.venv/bin/python -m pytest tests/benchmarks --capture=no
	.venv/bin/python -m tests.benchmarks.bench_site_net
	.venv/bin/python -m tests.benchmarks.bench_multihead
	.venv/bin/python -m tests.benchmarks.bench_cgcnn
	.venv/bin/python -m tests.benchmarks.bench_growth
	.venv/bin/python -m tests.benchmarks.bench_pretraining
	.venv/bin/python -m tests.benchmarks.bench_finetuning
	.venv/bin/python -m tests.benchmarks.bench_geometric_algebra
	.venv/bin/python -m tests.benchmarks.bench_window

fuzz: setup       ## read a hundred thousand damaged files
	.venv/bin/python -m tests.fuzz.reading --cases 100000 --seed 1

kills: setup      ## kill workers and windows two hundred times, and see every run to its end
	.venv/bin/python -m tests.e2e.kill --count 200 --seed 1

package: setup    ## make installers in dist/
	packaging/package.sh

self-test:        ## try what `make package` made: the bundle, and the .deb in a bare Debian (as root)
	packaging/self_test.sh

audit: setup      ## ask whether a library has a known weakness (needs the network)
	packaging/audit.sh

screenshots: setup ## take the pictures of every panel in docs/images
	QT_QPA_PLATFORM=offscreen .venv/bin/python packaging/screenshots.py

tutorial: setup   ## walk through the tutorial with the conductivity data and take its pictures
	QT_QPA_PLATFORM=offscreen .venv/bin/python packaging/tutorial.py

docs: setup       ## write the documentation to build/docs
	packaging/docs.sh

clean:            ## remove the environment, the caches and the demonstration project
	rm -rf .venv build dist demo_project .mypy_cache .ruff_cache .pytest_cache .hypothesis

setup:
	@PYTHON="$(PYTHON)" packaging/bootstrap.sh
