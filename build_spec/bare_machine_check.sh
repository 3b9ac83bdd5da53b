#!/usr/bin/env bash
# Tries the project on a bare Debian 12: an empty root file system with python3, make and git, and a clone of HEAD.
#
#   bare_machine_check.sh [--user] [--keep] [--copy PATH]... [--bind FOLDER]... MIRROR [COMMAND...]
#
# MIRROR is the Debian mirror to use. COMMAND (default: make setup, again, make check, the tests of the environment)
# is run by bash in the clone. --user works as an ordinary user with sudo instead of root. --copy and --bind bring
# files and folders of this machine in, for pip and apt to reach their packages as they do here (pip's usual
# configuration, certificates and PIP_*, *_proxy and SSL_* variables are brought in anyway). --keep leaves the root
# file system in place and says where. Needs root, debootstrap and unshare; nothing outside the new folder changes.
set -euo pipefail

readonly DEFAULT_COMMAND='time make setup
time make setup
time make check
time .venv/bin/pytest tests/environment'
readonly BROUGHT_ALONG=(/etc/resolv.conf /etc/hosts /etc/pip.conf)
readonly TRUSTED=/etc/ssl/certs/ca-certificates.crt

usage() {
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

given=("$@")
as_user=
keep=
copies=("${BROUGHT_ALONG[@]}")
binds=()
while [[ ${1:-} == --* ]]; do
    case $1 in
        --user) as_user=yes ;;
        --keep) keep=yes ;;
        --copy) copies+=("${2:?}"); shift ;;
        --bind) binds+=("${2:?}"); shift ;;
        *) usage ;;
    esac
    shift
done
(($# > 0)) || usage
readonly mirror=$1
shift
readonly command="${*:-$DEFAULT_COMMAND}"
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly project

# In namespaces of its own every mount and every process is gone when this script is, whatever happens.
if [[ -z ${HOLDFAST_IN_NAMESPACE:-} ]]; then
    root=$(mktemp -d /var/tmp/holdfast-bare-XXXXXX)
    chmod 755 "$root"
    if [[ $keep ]]; then trap 'echo "bare: left in $root"' EXIT; else trap 'rm -rf --one-file-system "$root"' EXIT; fi
    status=0
    HOLDFAST_IN_NAMESPACE=$root unshare --mount --pid --fork --kill-child --propagation private \
        "$0" "${given[@]}" || status=$?
    exit "$status"
fi
readonly root=$HOLDFAST_IN_NAMESPACE

make_root() {
    local path
    debootstrap --variant=minbase --include=python3,make,git bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
        { tail -n 20 "$root.log" >&2; exit 1; }
    rm -f "$root.log"
    echo "bare: $(. "$root/etc/os-release" && echo "$PRETTY_NAME"), $(du -sh "$root" | cut -f1)"
    for path in "${copies[@]}"; do
        [[ -e $path ]] || continue
        mkdir -p "$root$(dirname "$path")"
        cp -rL "$path" "$root$(dirname "$path")/"
    done
    # Now, and again when Debian's own package of certificates writes that file anew.
    if [[ -e $TRUSTED ]]; then
        install -D --mode=644 "$TRUSTED" "$root$TRUSTED"
        install -D --mode=644 "$TRUSTED" "$root/usr/local/share/ca-certificates/brought-along.crt"
    fi
    for path in "${binds[@]}"; do
        mkdir -p "$root$path"
        mount --bind "$path" "$root$path"
        mount -o remount,bind,ro "$root$path"
    done
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/dev/shm"
}

make_user() {
    chroot "$root" sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends sudo' >/dev/null
    chroot "$root" useradd --create-home --shell /bin/bash dev
    echo 'dev ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/dev"
    echo 'Defaults env_keep += "http_proxy https_proxy no_proxy"' >>"$root/etc/sudoers.d/dev"
}

main() {
    local home=/root user=root variable
    local -a environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CI=true)
    make_root
    if [[ $as_user ]]; then
        make_user
        home=/home/dev user=dev
    fi
    if [[ -f $HOME/.config/pip/pip.conf ]]; then
        install -D --mode=644 "$HOME/.config/pip/pip.conf" "$root$home/.config/pip/pip.conf"
    fi
    git clone --quiet --no-local "$project" "$root$home/holdfast"
    chroot "$root" chown -R "$user:" "$home"
    while IFS= read -r variable; do
        environment+=("$variable=${!variable}")
    done < <(compgen -e | grep -E '^(PIP_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|.*_proxy|.*_PROXY)$' || true)
    echo "bare: as $user: $command"
    chroot "$root" setpriv --reuid="$user" --regid="$user" --init-groups \
        env -i HOME="$home" USER="$user" "${environment[@]}" \
        bash -euo pipefail -c "cd ~/holdfast && $command"
    echo "bare: everything passed"
}

main
