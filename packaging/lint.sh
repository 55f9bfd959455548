#!/usr/bin/env bash
# Checks style, layout, types and the links of the documentation; the first finding ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

echo "== Style"
.venv/bin/python -m ruff check .
.venv/bin/python -m ruff format --check .
echo "== Types"
.venv/bin/python -m mypy
echo "== Links of the documentation"
packaging/docs.sh
