#!/usr/bin/env bash
# Writes the documentation to build/docs; a link that leads nowhere ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --quiet --strict --config-file packaging/mkdocs.yml
echo "Open build/docs/index.html."
