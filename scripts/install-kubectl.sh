#!/usr/bin/env bash
# Puts kubectl of two Debian suites (an older and a newer release) under .cache/kubectl/<suite>/, without touching the
# system's own packages. Reads the mirror from the system's apt configuration. Prints one path per line.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=$PWD/.cache/kubectl
suites=(trixie sid)

uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)
if [ -z "$uri" ]; then
  echo "no Debian mirror in the apt configuration: run apt-get update first" >&2
  exit 1
fi

for suite in "${suites[@]}"; do
  if [ ! -x "$cache/$suite/kubectl" ]; then
    private=$(mktemp -d)
    trap 'rm -rf "$private"' EXIT
    mkdir -p "$private/lists/partial" "$private/cache/archives/partial" "$private/unpacked"
    echo "deb $uri $suite main" > "$private/sources.list"
    options=(
      -o Dir::Etc::sourcelist="$private/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o Dir::State::status=/dev/null -o Dir::State::lists="$private/lists" -o Dir::Cache="$private/cache" -o APT::Sandbox::User=root
    )
    apt-get "${options[@]}" update -qq >&2
    (cd "$private" && apt-get "${options[@]}" download -qq kubectl >&2)
    dpkg-deb --extract "$private"/kubectl_*.deb "$private/unpacked"
    mkdir -p "$cache/$suite"
    mv "$private/unpacked/usr/bin/kubectl" "$cache/$suite/kubectl"
    rm -rf "$private"
    trap - EXIT
  fi
  echo "$cache/$suite/kubectl"
done
