#!/usr/bin/env bash
# Builds dist/holdfast: the desk, the embedded server and the command line in one folder that needs no Python.
#
# Builds in an environment of its own, with the pinned versions and without the developer's tools: PyInstaller takes
# along what it finds, so a bundle from .venv would be half as large again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly WORK=build/bundle
readonly EXTRAS=client,server,brokers,bundle
readonly INSTALL=("$WORK/venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint build_spec/constraints.txt)

say() { printf 'bundle: %s\n' "$*"; }

rm -rf "$WORK" dist/holdfast
mkdir -p "$WORK/source"

say "copying what git has, so that nothing left over from another build gets in"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' path; do
    if [[ -f $path ]]; then printf '%s\0' "$path"; fi
done | tar --create --null --files-from=- | tar --extract --directory="$WORK/source"

say "making a clean environment"
"${PYTHON:-python3}" -m venv "$WORK/venv"
"${INSTALL[@]}" setuptools
"${INSTALL[@]}" --no-build-isolation "$WORK/source[$EXTRAS]"

say "building"
"$WORK/venv/bin/pyinstaller" --noconfirm --log-level WARN --distpath dist --workpath "$WORK/pyinstaller" build_spec/holdfast.spec

say "trying it"
"$WORK/venv/bin/python" build_spec/checks/bundle_works.py "$PWD/dist/holdfast/holdfast"
say "done: dist/holdfast, $(du -sh dist/holdfast | cut -f1)"
