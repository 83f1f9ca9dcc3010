#!/usr/bin/env bash
# Runs test/storage/**/*.storage.ts: the providers against real servers, which scripts/storage-servers/ installs into .cache
# the first time. A server that this machine has no means for is named, and its tests skip; with SERVAL_ALL_STORAGE_SERVERS=1,
# as in CI, that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
exec node -C @serval/source --test --test-concurrency=2 --test-timeout=600000 'test/storage/**/*.storage.ts'
