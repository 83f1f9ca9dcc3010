#!/usr/bin/env bash
# Runs test/**/*.system.ts, which mount small file systems. In a mount namespace of their own, so that nothing stays
# mounted however they end; where that is not possible they skip and say why.
set -euo pipefail
cd "$(dirname "$0")/.."
# One file at a time, as mounts of one would meddle with those of another; and none for ever.
run=(node -C @serval/source --test --test-concurrency=1 --test-timeout=300000 'test/**/*.system.ts')
if [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
  SERVAL_PRIVATE_MOUNTS=1 exec unshare --mount --propagation private -- "${run[@]}"
fi
exec "${run[@]}"
