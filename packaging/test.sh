#!/usr/bin/env bash
# Runs all tests without a screen; the first failing part ends it with a code other than 0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export QT_QPA_PLATFORM=offscreen

echo "== Tests of the engine (no Qt)"
.venv/bin/python -m pytest tests --ignore=tests/desktop_app --ignore=tests/benchmarks -p no:pytest-qt

# A process of their own: if Qt aborts at exit, after the last green test, the exit code says whose fault it was.
echo "== Tests of the window"
# The web engine draws in processes of its own, which a busy machine can starve of time: what timed out is tried
# once more, and said to have been. Any other failure stands.
.venv/bin/python -m pytest tests/desktop_app --reruns 1 --only-rerun TimeoutError
