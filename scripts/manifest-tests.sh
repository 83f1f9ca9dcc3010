#!/usr/bin/env bash
# What is installed, with the released tools: helm 3 and 4, kustomize, and the Kustomize of two releases of kubectl. Fails where one is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(scripts/install-manifest-tools.sh)
kubectl=$(scripts/install-kubectl.sh)
SERVAL_HELM=$(grep '/helm$' <<< "$tools")
SERVAL_KUSTOMIZE=$(grep '/kustomize$' <<< "$tools")
export SERVAL_HELM SERVAL_KUSTOMIZE SERVAL_KUBECTL="$kubectl"
exec node -C @serval/source --test packages/manifests/src/helm/real-helm.test.ts packages/manifests/src/kustomize/render.test.ts \
  'test/manifests/*.helm.ts' 'test/manifests/*.manifests.ts'
