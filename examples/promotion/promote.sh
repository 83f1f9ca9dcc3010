#!/usr/bin/env bash
# A model goes from dev over test to prod: approved, tried as a canary, taken back when it fails, and brought back by hand.
# Everything by the command line, against a platform that runs: npm start, or npx serval up --model-store examples
set -euo pipefail
cd "$(dirname "$0")"
SERVAL=${SERVAL:-npx serval}

serval() {
  printf '\n$ serval %s\n' "$*" >&2
  $SERVAL "$@"
}

# expect CODE COMMAND…: the command must end with that code.
expect() {
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" = "$wanted" ] || { echo "ended with $code instead of $wanted: $*" >&2; exit 1; }
}

develop() {
  serval apply -f "$1"
  serval wait isvc/iris -n flowers-dev --for=condition=Ready
}

# Asks for a promotion to prod, approves what was checked, and waits: ends as the promotion does.
promote_to_prod() {
  local promotion
  promotion=$(expect 3 serval promote iris --pipeline flowers/flowers --to prod --no-wait "$@")
  serval promote approve "$promotion" -n flowers --comment 'looked at it' --yes --wait
}

answer_of_prod() {
  serval predict iris -n flowers-prod -d '{"instances": [[5.9, 3.0, 5.1, 1.8]]}'
}

serval apply -f pipeline.yaml

echo; echo '== The first version, to test and to prod'
develop iris-v1.yaml
serval promote iris --pipeline flowers/flowers --to test
promote_to_prod
first=$(answer_of_prod)

echo; echo '== The second version: as a canary before it gets all requests of prod'
develop iris-v2.yaml
serval promote iris --pipeline flowers/flowers --to test
promote_to_prod
second=$(answer_of_prod)
[ "$first" != "$second" ] || { echo 'prod answers as before' >&2; exit 1; }

echo; echo '== A failure in prod: its store has another version under that name. It is taken back'
serval apply -f pipeline-wrong-store.yaml
expect 1 promote_to_prod
[ "$(answer_of_prod)" = "$second" ] || { echo 'prod does not answer as before' >&2; exit 1; }
serval apply -f pipeline.yaml

echo; echo '== A model that is wrong: it does not get out of dev'
develop iris-mixed-up.yaml
expect 1 serval promote iris --pipeline flowers/flowers --to test

echo; echo '== Back to the first version, for whatever reason'
promote_to_prod --rollback
[ "$(answer_of_prod)" = "$first" ] || { echo 'prod does not answer as the first version did' >&2; exit 1; }

serval pipeline history flowers -n flowers
