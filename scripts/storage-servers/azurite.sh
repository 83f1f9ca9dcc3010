#!/usr/bin/env bash
# Installs Azurite, Microsoft's emulator of Azure Blob Storage, into .cache/storage-servers and prints the path of its blob service.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=3.37.0
# Its newest version asks for what is not published everywhere.
telemetry=3.16.0
directory="$PWD/.cache/storage-servers/azurite-$version"
program="$directory/node_modules/azurite/dist/src/blob/main.js"
# The lock file of npm's own is written last.
if [ ! -f "$directory/node_modules/.package-lock.json" ] || [ ! -f "$program" ]; then
  mkdir -p "$directory"
  npm install --prefix "$directory" --ignore-scripts --no-audit --no-fund --no-save "azurite@$version" "applicationinsights@$telemetry" >&2
fi
echo "$program"
