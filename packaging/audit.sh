#!/usr/bin/env bash
# Asks the public advisories whether what is installed has known holes: 1 when it has, 0 when it has not, and 0
# with a sentence when nobody can be asked, for a machine without a network must still pass its checks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

could_not() {
    echo "The packages were NOT checked against the public advisories: $1."
    exit 0
}

# A tool of its own environment, so that what it needs is not taken for what Siteloupe needs.
TOOL=build/audit/bin/python
if ! "$TOOL" -m pip_audit --version >/dev/null 2>&1; then
    .venv/bin/python -m venv build/audit >/dev/null 2>&1 || could_not "no environment can be made for pip-audit"
    "$TOOL" -m pip install --quiet --disable-pip-version-check pip-audit >/dev/null 2>&1 \
        || could_not "pip-audit is not on the package index of this machine"
fi

INSTALLED=build/audit/installed.txt
FOUND=build/audit/found.json
rm -f "$FOUND"
# The part after a plus tells how a package was built, which no advisory knows.
.venv/bin/python -m pip list --format freeze --exclude siteloupe | sed 's/+.*//' >"$INSTALLED"

# It exits with 1 for a hole as well as for no answer, and with 0 where a mirror of the index knows no advisories:
# then every package is in its findings as skipped, without a list of holes.
status=0
"$TOOL" -m pip_audit --no-deps --disable-pip --requirement "$INSTALLED" --progress-spinner off \
    --timeout 20 --format json --output "$FOUND" --desc off 2>/dev/null || status=$?
[ -s "$FOUND" ] || could_not "their service cannot be reached"
checked=$(grep -o '"vulns"' "$FOUND" | grep -c '' || true)
[ "$checked" -gt 0 ] || could_not "the package index of this machine has none"
if [ "$status" -ne 0 ]; then
    cat "$FOUND"
    echo "There are known holes in what is installed; see above." >&2
    exit 1
fi
echo "No known holes in the $checked packages that are known to the advisories."
