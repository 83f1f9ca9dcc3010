#!/usr/bin/env bash
# Builds the released helm (3 and 4) and kustomize with Go, under .cache/manifest-tools/<tool>-<version>/, and prints one path per line; the
# file's name tells the tool. Nothing is downloaded as a program: sources come through Go's module proxy and are checked against its sums.
#
# Go itself: the one on the PATH if it is new enough, else Debian's (of the suites below), unpacked into .cache/ without touching the system's
# own packages.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=$PWD/.cache/manifest-tools
tools=(
  'helm v3.22.0 helm.sh/helm/v3/cmd/helm'
  'helm v4.3.1 helm.sh/helm/v4/cmd/helm'
  'kustomize v5.8.2 sigs.k8s.io/kustomize/kustomize/v5'
)
# What go.mod of the tools above asks for.
oldest_go=1.26
debian_suites=(trixie-backports forky sid)

say() { printf 'install-manifest-tools: %s\n' "$*" >&2; }

is_new_enough() {
  local version
  version=$("$1" env GOVERSION 2>/dev/null) || return 1
  version=${version#go}
  [ "$(printf '%s\n%s\n' "$oldest_go" "$version" | sort -V | head -n 1)" = "$oldest_go" ]
}

debian_go() {
  local go=$cache/go/usr/lib/go-$oldest_go/bin/go suite uri private
  if [ ! -x "$go" ]; then
    command -v apt-get >/dev/null || return 1
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)
    [ -n "$uri" ] || { say 'no Debian mirror in the apt configuration: run apt-get update first'; return 1; }
    for suite in "${debian_suites[@]}"; do
      private=$(mktemp -d)
      mkdir -p "$private/lists/partial" "$private/cache/archives/partial"
      echo "deb $uri $suite main" > "$private/sources.list"
      local options=(
        -o Dir::Etc::sourcelist="$private/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::status=/dev/null
        -o Dir::State::lists="$private/lists" -o Dir::Cache="$private/cache" -o APT::Sandbox::User=root
      )
      if apt-get "${options[@]}" update -qq >&2 &&
        (cd "$private" && apt-get "${options[@]}" download -qq "golang-$oldest_go-go" "golang-$oldest_go-src" >&2); then
        mkdir -p "$cache/go"
        for package in "$private"/*.deb; do dpkg-deb --extract "$package" "$cache/go"; done
        # In Debian's layout some folders of GOROOT are absolute or relative links to /usr/share: the relative ones work from here too.
        rm -rf "$private"
        break
      fi
      rm -rf "$private"
    done
  fi
  [ -x "$go" ] && echo "$go"
}

find_go() {
  local own
  own=$(command -v go || true)
  if [ -n "$own" ] && is_new_enough "$own"; then echo "$own"; else debian_go; fi
}

go=
for tool in "${tools[@]}"; do
  read -r name version package <<< "$tool"
  folder=$cache/$name-$version
  if [ ! -x "$folder/$name" ]; then
    [ -n "$go" ] || go=$(find_go) || { say "needs Go $oldest_go or newer, on the PATH or from Debian (${debian_suites[*]})"; exit 1; }
    say "building $name $version, which takes minutes the first time"
    unfinished=$(mktemp -d)
    trap 'rm -rf "$unfinished"' EXIT
    # Flags of the user could ask for what a build outside a module cannot have.
    GOBIN=$unfinished GOFLAGS=-trimpath CGO_ENABLED=0 nice -n 10 "$go" install "$package@$version" >&2
    mkdir -p "$folder"
    mv "$unfinished/$name" "$folder/$name"
    rm -rf "$unfinished"
    trap - EXIT
  fi
  echo "$folder/$name"
done
