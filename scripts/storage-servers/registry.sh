#!/usr/bin/env bash
# Installs the CNCF's registry (distribution) and crane, a client that pushes to it, into .cache/storage-servers and prints their
# folder. Needs Go.
set -euo pipefail
cd "$(dirname "$0")/../.."
registry_version=3.1.2
crane_version=0.22.1
directory="$PWD/.cache/storage-servers/registry-$registry_version-crane-$crane_version"
if [ ! -x "$directory/registry" ] || [ ! -x "$directory/crane" ]; then
  command -v go >/dev/null || { echo 'needs Go' >&2; exit 1; }
  GOBIN="$directory" go install "github.com/distribution/distribution/v3/cmd/registry@v$registry_version" >&2
  GOBIN="$directory" go install "github.com/google/go-containerregistry/cmd/crane@v$crane_version" >&2
fi
echo "$directory"
