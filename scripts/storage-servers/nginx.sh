#!/usr/bin/env bash
# Unpacks Debian's nginx into .cache/storage-servers/nginx and prints the program's path. Nothing of the system changes.
set -euo pipefail
cache="$(cd "$(dirname "$0")/../.." && pwd)/.cache/storage-servers/nginx"
program="$cache/usr/sbin/nginx"
if [ ! -x "$program" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && (apt-get download nginx || { apt-get update -qq && apt-get download nginx; })) >&2
  dpkg -x "$work"/nginx_*.deb "$cache" >&2
fi
"$program" -v 2>&1 | grep -q '^nginx version' || { echo "nginx does not start here" >&2; exit 1; }
echo "$program"
