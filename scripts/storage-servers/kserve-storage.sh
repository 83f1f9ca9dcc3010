#!/usr/bin/env bash
# Installs KServe's own storage package into a virtual environment in .cache/storage-servers and prints its Python.
set -euo pipefail
version=0.21.0
cache="$(cd "$(dirname "$0")/../.." && pwd)/.cache/storage-servers/kserve-storage-$version"
if [ ! -e "$cache/complete" ]; then
  rm -rf "$cache"
  mkdir -p "$(dirname "$cache")"
  python3 -m venv "$cache" >&2
  "$cache/bin/pip" install --quiet --disable-pip-version-check "kserve-storage==$version" >&2
  touch "$cache/complete"
fi
echo "$cache/bin/python"
