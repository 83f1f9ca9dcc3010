#!/usr/bin/env bash
# Fetches Hadoop's test cluster with Maven into .cache/storage-servers, compiles hadoop/HdfsCluster.java against it, and prints
# the class path to run it with.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)/hadoop"
cache="$(cd "$here/../../.." && pwd)/.cache/storage-servers/hadoop-3.4.1"
for program in java javac mvn; do
  command -v "$program" >/dev/null || { echo "$program is not installed" >&2; exit 1; }
done
if [ ! -e "$cache/complete" ]; then
  rm -rf "$cache"
  mkdir -p "$cache"
  mvn --quiet --batch-mode --file "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$cache/lib" >&2
  touch "$cache/complete"
fi
if [ "$here/HdfsCluster.java" -nt "$cache/classes/HdfsCluster.class" ]; then
  javac -proc:none -classpath "$cache/lib/*" -d "$cache/classes" "$here/HdfsCluster.java" >&2
fi
echo "$cache/classes:$cache/lib/*"
