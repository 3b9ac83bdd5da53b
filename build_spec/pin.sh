#!/usr/bin/env bash
# Brings build_spec/constraints.txt up to date with pyproject.toml: versions that are pinned stay, what is new is added.
#
# With --upgrade every version is chosen anew. Names and versions only, never an address: where packages come from is
# up to each machine's pip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly EXTRAS=client,server,brokers,dev,bundle
readonly CONSTRAINTS=build_spec/constraints.txt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"${PYTHON:-python3}" -m venv "$folder/venv"
install=("$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check)
if [[ ${1:-} != --upgrade ]]; then install+=(--constraint "$CONSTRAINTS"); fi
"${install[@]}" --upgrade setuptools
"${install[@]}" --no-build-isolation --editable ".[$EXTRAS]"
{
    echo "# The versions that the project is developed and tested with. Written by build_spec/pin.sh (make pins)."
    "$folder/venv/bin/python" -m pip freeze --all --exclude-editable | grep -v '^pip=='
} >"$folder/constraints.txt"
if grep -n '@\|://' "$folder/constraints.txt"; then
    echo "pin: an address instead of a version, see above" >&2
    exit 1
fi
mv "$folder/constraints.txt" "$CONSTRAINTS"
echo "pin: $(grep -c == "$CONSTRAINTS") versions in $CONSTRAINTS"
