#!/usr/bin/env bash
# Makes the page (web/dist) where its sources changed since it was made: `./dev build` does this first.
#   page.sh NODE_FOLDER          a private Node.js goes there where the system's is too old
#   page.sh NODE_FOLDER test     lints it and runs its tests; the result goes to $VITEST_JUNIT where that is set
set -euo pipefail
node_folder=$(realpath -m "$1")
readonly node_folder task=${2:-build}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The tool that builds the page wants this or newer.
readonly oldest=20.19.0 private=20.20.2

node_is_new_enough() {
  command -v node >/dev/null && printf '%s\n%s\n' "$oldest" "$(node --version | tr -d v)" | sort -CV
}

use_private_node() {
  if [[ ! -x $node_folder/node_modules/node/bin/node ]]; then
    mkdir -p "$node_folder"
    npm install --prefix "$node_folder" --no-save --no-audit --no-fund --silent "node@$private"
  fi
  export PATH=$node_folder/node_modules/node/bin:$PATH
}

sources_hash() { git ls-files -co --exclude-standard . | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -d' ' -f1; }

# What a text compresses to is decided here once and not for every visitor.
compress() {
  find dist -type f -size +1k -regextype posix-extended -regex '.*\.(js|css|svg|json|txt|wasm|bcmap)' -print0 |
    xargs -0 -r -P "$(nproc)" gzip -9 -k -n -f
}

node_is_new_enough || use_private_node
hash=$(sources_hash)
readonly hash
if [[ ! -d node_modules || $(cat node_modules/.lock-hash 2>/dev/null) != $(sha256sum <package-lock.json) ]]; then
  npm ci --no-audit --no-fund --silent
  sha256sum <package-lock.json >node_modules/.lock-hash
fi
if [[ $task == test ]]; then
  npm run --silent lint
  exec npx vitest run --reporter=default ${VITEST_JUNIT:+--reporter=junit --outputFile.junit="$VITEST_JUNIT"}
fi
[[ -f dist/index.html && $(cat node_modules/.built 2>/dev/null) == "$hash" ]] && exit 0
rm -f node_modules/.built
npm run --silent build
compress
echo "$hash" >node_modules/.built
