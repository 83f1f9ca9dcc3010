#!/usr/bin/env bash
# Installs the huggingface_hub library into a virtual environment in .cache/storage-servers and prints its Python.
set -euo pipefail
version=2.4.0
cache="$(cd "$(dirname "$0")/../.." && pwd)/.cache/storage-servers/huggingface-hub-$version"
if [ ! -e "$cache/complete" ]; then
  rm -rf "$cache"
  mkdir -p "$(dirname "$cache")"
  python3 -m venv "$cache" >&2
  "$cache/bin/pip" install --quiet --disable-pip-version-check "huggingface_hub==$version" >&2
  touch "$cache/complete"
fi
echo "$cache/bin/python"
