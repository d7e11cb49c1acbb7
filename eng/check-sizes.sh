#!/usr/bin/env bash
# No executable grows beyond its budget in eng/sizes by accident.
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0
while read -r app budget; do
  [[ $app == \#* || -z $app ]] && continue
  if [[ ! -e artifacts/stamps/$app || ! -e artifacts/bin/$app ]]; then echo "$app is not published natively: ./build.sh publish"; bad=1; continue; fi
  size=$(stat -c %s "artifacts/bin/$app")
  if ((size > budget)); then
    echo "$app has $size bytes, $((size - budget)) more than its budget of $budget: find out what came in"
    echo "  (dotnet publish apps/$app -c Release -p:IlcGenerateMstatFile=true, or nm -S --size-sort artifacts/bin/$app.dbg);"
    echo "  if it is worth it, raise the line '$app' in eng/sizes in the same commit and say why"
    bad=1
  else printf '   %-14s %9d of %9d bytes\n' "$app" "$size" "$budget"; fi
done <eng/sizes
exit $bad
