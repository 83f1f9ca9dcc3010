#!/usr/bin/env bash
# Builds MinIO, an S3 server, into .cache/storage-servers/minio-VERSION and prints the program's path. It takes Go and, the first
# time, three minutes on two cores.
set -euo pipefail
version=v0.0.0-20260212201848-7aac2a2c5b7c
cache="$(cd "$(dirname "$0")/../.." && pwd)/.cache/storage-servers/minio-$version"
program="$cache/minio"
if [ ! -x "$program" ]; then
  command -v go > /dev/null || { echo "Go is needed to build MinIO, and is not installed" >&2; exit 1; }
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  GOBIN="$work" GOFLAGS=-buildvcs=false go install -trimpath -ldflags='-s -w' "github.com/minio/minio@$version" >&2
  mkdir -p "$cache"
  mv "$work/minio" "$program" # only when it is whole
fi
echo "$program"
