# shellcheck shell=bash
# What a pom names, fetched from Maven Central once. Sourced by the fetch.sh beside each such pom.

# maven_fetch POM FOLDER WHAT GOAL PROPERTY: has GOAL fill FOLDER, which the pom calls PROPERTY, unless it was filled by this very pom before.
# One at a time; 1 where Maven fails, 2 where there is none.
maven_fetch() {
  local pom=$1 folder=$2 what=$3 goal=$4 property=$5 lock
  mkdir -p "${folder%/*}"
  exec {lock}>"${folder%/*}/fetch.lock"
  flock "$lock"
  if ! cmp -s "$pom" "$folder/pom.xml"; then
    command -v mvn >/dev/null || { echo "maven_fetch: mvn is missing: run deploy/local/packages.sh flink" >&2; return 2; }
    echo "Fetching $what, once ..." >&2
    rm -rf "$folder.new"
    mvn -q -B -f "$pom" "-D$property=$folder.new" "$goal" >&2 || { echo "maven_fetch: no $what from Maven Central" >&2; return 1; }
    cp "$pom" "$folder.new/pom.xml"
    rm -rf "$folder"
    mv "$folder.new" "$folder"
  fi
  exec {lock}>&-
}
