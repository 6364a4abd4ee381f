#!/bin/sh
# A legacy system that writes files: each disclosure is a JSON file in DIR/out, which it has
# finished when it renames it to *.json. Run from cron or as a loop; it may be killed anywhere.
# A file is removed only after its notice is in the outbox. Its `reference` keeps a file that is
# added twice from becoming two notices.
set -eu
dir=${1:?the folder of the record system}
url=${SHA_DISCLOSURE_OUTBOX:-$dir/outbox.sqlite}
mkdir -p "$dir/out" "$dir/refused"

for file in "$dir"/out/*.json; do
  [ -e "$file" ] || break
  code=0
  sha-disclosure outbox add "$file" --outbox "$url" --json > "$file.answer" 2> "$file.why" || code=$?
  case $code in
    0) rm -f "$file" "$file.answer" "$file.why" ;;
    1) mv "$file" "$file.answer" "$file.why" "$dir/refused/" ;; # a person completes it
    *) exit "$code" ;;                                        # the set-up; try again later
  esac
done
exec sha-disclosure outbox drain --outbox "$url"
