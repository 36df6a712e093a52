#!/usr/bin/env bash
# check_curl.sh URL: what a person with curl would try first, and what must not work. CVP_KEY is an administrator's key with all scopes.
# Every check is a line; exit code 1 when any failed.
set -euo pipefail
(($# == 1)) || { echo "usage: CVP_KEY=… $0 URL" >&2; exit 2; }
readonly url=${1%/}
: "${CVP_KEY:?the key of an administrator}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'Authorization: Bearer %s\n' "$CVP_KEY" >"$work/key"
failed=0

# ask CURL_ARGUMENT…: sets $status; the body is in $work/body, the headers in $work/headers.
ask() {
  : >"$work/body" && : >"$work/headers"
  status=$(curl --silent --show-error --max-time 120 --output "$work/body" --dump-header "$work/headers" --write-out '%{http_code}' "$@") ||
    status="none, curl $?"
}
with_key() { ask --header "@$work/key" "$@"; }
json() { with_key --header 'Content-Type: application/json' --data "$@"; }

# check NAME STATUS [PATTERN]: of the last reply.
check() {
  if [[ $status == "$2" ]] && { [[ -z ${3:-} ]] || grep -qE -- "$3" "$work/body" "$work/headers"; }; then
    echo "ok      $1"
  else
    echo "FAILED  $1: status $status, wanted $2${3:+ and “$3”}: $(head -c 300 "$work/body")"
    failed=1
  fi
}
# The number behind the first "NAME": of the last reply.
number() { grep -oE "\"$1\":[0-9]+" "$work/body" | head -n 1 | grep -oE '[0-9]+' || true; }

ask "$url/health/live" && check "it lives" 200 '"ok"'
ask "$url/health/ready" && check "it is ready" 200 '"ready"|"degraded"'
ask "$url/api/openapi.json" && check "it describes itself" 200 '"openapi":"3.1.0"'
ask "$url/" && check "the page comes with a policy" 200 "default-src 'self'"

ask "$url/api/me" && check "without a key: 401" 401 unauthenticated
ask --header 'Authorization: Bearer cvp_wrong' "$url/api/me" && check "with a wrong key: 401" 401 unauthenticated
with_key --header 'Host: evil.example' "$url/api/me" && check "under another name: 421" 421
with_key --header 'Origin: http://evil.example' "$url/api/me" && check "from another page: 403" 403
with_key --request DELETE "$url/api/me" && check "a method that is not there: 405" 405 '^[Aa]llow: '
with_key "$url/api/documents/999999999" && check "an unknown document: 404" 404 not_found
with_key "$url/api/collections?nonsense=1" && check "an unknown parameter: 400" 400 nonsense
json '{"query": "x", "nonsense": 1}' "$url/api/search" && check "an unknown field: 400" 400 nonsense
json '{"query": ' "$url/api/search" && check "broken JSON: 400" 400 usage
with_key --header 'Content-Type: text/plain' --data '{"query": "x"}' "$url/api/search" && check "another media type: 415" 415
with_key --header 'Accept-Language: zh-CN' "$url/api/documents/999999999" && check "errors in Chinese" 404 '没有'

json "{\"name\": \"curl-$$\"}" "$url/api/collections" && check "a new collection" 200 "curl-$$"
collection=$(number id)
printf 'The pump of hall 7 is oiled every 250 hours.\n' >"$work/pump.txt"
with_key --data-binary "@$work/pump.txt" --header 'Content-Type: application/octet-stream' \
  "$url/api/collections/$collection/documents?name=pump.txt" && check "a document is added" 201 '"outcome":"added"'
document=$(grep -oE '"document":\{"id":[0-9]+' "$work/body" | grep -oE '[0-9]+$' || true)
json "{\"query\": \"pump oiled\", \"mode\": \"text\", \"collections\": [$collection]}" "$url/api/search" &&
  check "it is found" 200 '250 hours'
with_key "$url/api/documents/$document/original" && check "the file comes back as a download" 200 '^[Cc]ontent-[Dd]isposition: attachment'
cmp -s "$work/body" "$work/pump.txt" || { echo "FAILED  the file comes back as it was"; failed=1; }
json "{\"question\": \"How often is the pump of hall 7 oiled?\", \"mode\": \"extract\", \"collections\": [$collection]}" "$url/api/ask" &&
  check "a question is answered as events" 200 '^event: answer'
with_key --request DELETE "$url/api/collections/$collection" && check "the collection is removed" 204
json "{\"query\": \"pump oiled\", \"mode\": \"text\", \"collections\": [$collection]}" "$url/api/search" && check "and nothing of it found" 404

with_key "$url/metrics" && check "figures for Prometheus" 200 'cvp_http_requests_total\{'
ask "$url/metrics" && check "for administrators alone" 401
exit "$failed"
