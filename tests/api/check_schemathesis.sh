#!/usr/bin/env bash
# check_schemathesis.sh URL [REPORT_FOLDER]: holds a running server to its own OpenAPI document, with schemathesis.
#
# CVP_KEY        key of an administrator with all scopes. He should not be the only one: what is tried removes and changes accounts.
# CVP_EXAMPLES   requests that are made up for each operation, 25 unless set
# CVP_SEED       1 unless set: the same requests every time
# CVP_TOOLS      where the environment is made; ~/.cache/cvp-test/tools unless set
#
# The server's home is used up: give it one that nobody needs, without models. Exit code 77: schemathesis is not here and CVP_OFFLINE
# is set.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

(($# == 1 || $# == 2)) || { echo "usage: CVP_KEY=… $0 URL [REPORT_FOLDER]" >&2; exit 2; }
readonly url=${1%/} report=${2:-}
: "${CVP_KEY:?the key of an administrator}"
export CVP_KEY
readonly tools=${CVP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/cvp-test/tools}

# An environment for exactly these requirements. Without a pip of its own it needs no python3-venv.
environment() {
  local folder
  folder=$tools/schemathesis-$(sha256sum "$here/requirements.txt" | cut -c 1-16)
  if [[ ! -x $folder/bin/schemathesis ]]; then
    [[ ${CVP_OFFLINE:-0} == 1 ]] && { echo "schemathesis is not installed, and CVP_OFFLINE is set" >&2; exit 77; }
    rm -rf "$folder"
    python3 -m venv --without-pip "$folder" >&2
    python3 -m pip --python "$folder/bin/python" install --quiet --disable-pip-version-check \
      --requirement "$here/requirements.txt" >&2 || { rm -rf "$folder"; return 1; }
  fi
  echo "$folder"
}

whoami_status() {
  curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 \
    --header @<(printf 'Authorization: Bearer %s\n' "$CVP_KEY") "$url/api/me"
}

[[ $(whoami_status) == 200 ]] || { echo "$url does not take this key" >&2; exit 2; }
venv=$(environment)
reports=()
[[ -n $report ]] && reports=(--report junit --report-junit-path "$report/schemathesis.xml")
result=0
"$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run "$url/api/openapi.json" \
  --checks all --mode all --phases examples,coverage,fuzzing,stateful --workers 1 \
  --max-examples "${CVP_EXAMPLES:-25}" --seed "${CVP_SEED:-1}" --no-color "${reports[@]}" || result=$?

# A run that lost its account half-way was told 401 from then on, and would pass.
[[ $(whoami_status) == 200 ]] || { echo "the run removed its own account, or the server answers no more" >&2; exit 1; }
exit "$result"
