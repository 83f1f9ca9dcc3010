#!/usr/bin/env bash
# Runs test/**/*.cluster.ts, and the operator's and the doctor's tests as they are, against the API server of KUBECONFIG. Where that names none
# but SERVAL_ETCD and SERVAL_KUBE_APISERVER name programs, one is started for them. Tests that need Pods want an API server without
# kubelet and controllers: they bring their own.
set -euo pipefail
cd "$(dirname "$0")/.."
# One at a time, as all of them fill the same API server; and none for ever.
run=(node -C @serval/source --test --test-concurrency=1 --test-timeout=300000)
if [ -z "${KUBECONFIG:-}" ] && [ -n "${SERVAL_ETCD:-}" ] && [ -n "${SERVAL_KUBE_APISERVER:-}" ]; then
  directory=$(mktemp -d)
  node -C @serval/source test/support/kube-apiserver.ts "$directory" > "$directory/started" &
  server=$!
  trap 'kill -TERM "$server" 2>/dev/null; wait "$server" || true; rm -rf "$directory"' EXIT
  until [ -s "$directory/started" ]; do
    kill -0 "$server"
    sleep 0.2
  done
  KUBECONFIG=$(cat "$directory/started")
fi
if [ -z "${KUBECONFIG:-}" ]; then
  exec "${run[@]}" 'test/**/*.cluster.ts'
fi
export KUBECONFIG KUBECONFIG_UNDER_TEST=$KUBECONFIG
files=("$@")
if [ $# -eq 0 ]; then
  files=('test/**/*.cluster.ts' 'test/operator/*.test.ts' 'test/doctor/*.test.ts')
fi
"${run[@]}" "${files[@]}"
