#!/bin/sh
# Installs packages of Debian, and waits while another package manager is at work. As root.
set -eu
POLICY=${POLICY:-/usr/sbin/policy-rc.d}
PAUSE_S=${PAUSE_S:-5}
TRIES=120
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# apt has an option to wait for dpkg's lock, but none for those of lists, archives and debconf.
when_not_locked() {
    tries=1
    until LC_ALL=C "$@" >"$log" 2>&1; do
        if [ "$tries" -eq "$TRIES" ] ||
            ! grep -qE 'Could not get lock|Unable to (lock|acquire)|locked by another' "$log"; then
            tail -n 5 "$log" >&2
            return 1
        fi
        [ "$tries" -gt 1 ] || echo "waiting for another package manager to end" >&2
        tries=$((tries + 1))
        sleep "$PAUSE_S"
    done
}

export DEBIAN_FRONTEND=noninteractive
# No service may start now or at the next boot: the tests start their own, on loopback.
if [ ! -e "$POLICY" ]; then
    trap 'rm -f "$log" "$POLICY"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod +x "$POLICY"
fi
when_not_locked sh -c \
    'echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections'
when_not_locked apt-get -qq update
when_not_locked apt-get -qq install -y --no-install-recommends "$@"
if [ -d /run/systemd/system ]; then
    for service in "$@"; do
        case $service in
        postfix) systemctl disable --quiet postfix.service || true ;;
        postgresql) systemctl disable --quiet postgresql.service || true ;;
        dovecot-core) systemctl disable --quiet dovecot.service dovecot.socket || true ;;
        esac
    done
fi
