#!/usr/bin/env bash
# Installs fake-gcs-server, an emulator of Google Cloud Storage's JSON API, into .cache/storage-servers and prints its path. Needs Go.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=1.56.1
directory="$PWD/.cache/storage-servers/fake-gcs-server-$version"
if [ ! -x "$directory/fake-gcs-server" ]; then
  command -v go >/dev/null || { echo 'needs Go' >&2; exit 1; }
  GOBIN="$directory" go install "github.com/fsouza/fake-gcs-server@v$version" >&2
fi
echo "$directory/fake-gcs-server"
