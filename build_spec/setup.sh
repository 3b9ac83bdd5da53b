#!/usr/bin/env bash
# Makes .venv with everything the project needs, and installs the Debian packages that are missing.
#
# Takes no argument. PYTHON names another interpreter than python3 (3.11 or later). Needs root or sudo only if
# a package is missing; without them, and on other systems than Debian's family, it says what to install and
# goes on with .venv. Packages come from wherever this machine's apt and pip are told to look.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly VENV=.venv
readonly EXTRAS=client,server,brokers,dev
readonly CONSTRAINTS=build_spec/constraints.txt
readonly PACKAGE_LIST=build_spec/debian-packages.txt
readonly POLICY=/usr/sbin/policy-rc.d
readonly PYTHON=${PYTHON:-python3}
# What would run in the background of the machine if Debian had its way
readonly SERVERS=(erlang-base mosquitto postgresql-common rabbitmq-server redis-server)

say() { printf 'setup: %s\n' "$*"; }
fail() {
    say "$*" >&2
    exit 1
}

check_python() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$PYTHON is missing or older than 3.11; set PYTHON to a newer one"
}

wanted_packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$PACKAGE_LIST"; }

is_debian_like() {
    # In a subshell, for os-release sets variables of its own.
    (. /etc/os-release 2>/dev/null && [[ " ${ID:-} ${ID_LIKE:-} " == *" debian "* ]]) && command -v apt-get >/dev/null
}

is_installed() {
    # A Python from elsewhere brings its own venv.
    if [[ $1 == python3-venv ]] && "$PYTHON" -c 'import ensurepip' 2>/dev/null; then return 0; fi
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing_packages() {
    local package
    for package in $(wanted_packages); do
        is_installed "$package" || echo "$package"
    done
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# While packages are installed, a policy forbids their scripts to start services. A policy that is already
# there is the administrator's and stays as it is.
forbid_starting_services() {
    [[ -e $POLICY ]] && return
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
    trap 'as_root rm -f "$POLICY"' EXIT
}

missing_servers() {
    local package
    for package in "${SERVERS[@]}"; do
        is_installed "$package" || echo "$package"
    done
}

# A server that was not on this machine before should not start with its next boot either.
leave_disabled() {
    local package unit
    command -v systemctl >/dev/null || return 0
    for package in "$@"; do
        for unit in $(dpkg-query --listfiles "$package" | sed -nE 's#.*/systemd/system/([^@/]+\.(service|socket))$#\1#p'); do
            if systemctl is-enabled --quiet "$unit" 2>/dev/null; then as_root systemctl disable --quiet "$unit"; fi
        done
    done
}

install_packages() {
    local -a missing new_servers
    missing=($(missing_packages)) # package names have no spaces
    if ((${#missing[@]} == 0)); then
        say "system packages: all there"
        return
    fi
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        say "these system packages are missing, and only root can install them: apt-get install ${missing[*]}"
        return
    fi
    say "installing system packages: ${missing[*]}"
    new_servers=($(missing_servers))
    forbid_starting_services
    as_root apt-get update --quiet --quiet
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --quiet --no-install-recommends "${missing[@]}"
    if ((${#new_servers[@]} > 0)); then
        leave_disabled "${new_servers[@]}"
        say "installed for the tests to start, neither running nor enabled as services: ${new_servers[*]}"
    fi
}

install_system_parts() {
    if is_debian_like; then
        install_packages
    else
        say "this is not a Debian or Ubuntu. Install what these Debian packages hold, then run make setup again:"
        wanted_packages | sed 's/^/setup:   /'
        say "going on with $VENV"
    fi
}

make_venv() {
    if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
        say "making $VENV"
        "$PYTHON" -m venv --clear "$VENV"
    fi
    say "installing Python packages into $VENV"
    local -a install=("$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$CONSTRAINTS")
    # The build tool is pinned like the rest, so it is not fetched anew in isolation.
    "${install[@]}" setuptools
    "${install[@]}" --no-build-isolation --editable ".[$EXTRAS]"
}

check_python
install_system_parts
make_venv
say "done: try make demo, make test"
