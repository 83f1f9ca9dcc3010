#!/usr/bin/env bash
# Installs HdfsCLI, the WebHDFS client of KServe's storage initializer, into .cache/storage-servers and prints the folder to import it from.
set -euo pipefail
version=2.7.3
cache="$(cd "$(dirname "$0")/../.." && pwd)/.cache/storage-servers/hdfscli-$version"
if [ ! -e "$cache/complete" ]; then
  rm -rf "$cache"
  mkdir -p "$cache"
  python3 -m venv "$cache/venv" >&2
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check --target "$cache/packages" "hdfs==$version" >&2
  touch "$cache/complete"
fi
echo "$cache/packages"
