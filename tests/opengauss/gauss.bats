#!/usr/bin/env bats
# deploy/opengauss/gauss.sh: the parsers on answers in the documented form, the steps on a double of the server's programs (doubles/double.sh).

setup() {
  here=$BATS_TEST_DIRNAME
  recipe=$here/../../deploy/opengauss
  export ANSWERS=$here/answers CALLS=$BATS_TEST_TMPDIR/calls STATE=$BATS_TEST_TMPDIR/state
  mkdir -p "$STATE" "$BATS_TEST_TMPDIR/home/bin" "$BATS_TEST_TMPDIR/bin"
  touch "$CALLS"
  for name in gs_initdb gs_ctl gsql; do ln -s "$here/doubles/double.sh" "$BATS_TEST_TMPDIR/home/bin/$name"; done
  for i in 1 2 3; do mkdir -p "$BATS_TEST_TMPDIR/data/node$i"; done
  printf 'Superuser#1\n' >"$BATS_TEST_TMPDIR/superuser"
  printf "Rec'ords#1\n" >"$BATS_TEST_TMPDIR/application"
  cat >"$BATS_TEST_TMPDIR/cluster.conf" <<CONF
# a comment

GAUSS_OS_USER=$(id -un)
GAUSS_OS_GROUP=$(id -gn)
GAUSS_HOME=$BATS_TEST_TMPDIR/home
GAUSS_NODES=node1=127.0.0.1:15400:$BATS_TEST_TMPDIR/data/node1 node2=127.0.0.1:15410:$BATS_TEST_TMPDIR/data/node2 node3=192.0.2.3:15400:$BATS_TEST_TMPDIR/data/node3
GAUSS_CLIENT_NETWORK=192.0.2.0/24
GAUSS_PASSWORD_FILE=$BATS_TEST_TMPDIR/superuser
GAUSS_APP_PASSWORD_FILE=$BATS_TEST_TMPDIR/application
CONF
}

gauss() { "$recipe/gauss.sh" "$@" --config "$BATS_TEST_TMPDIR/cluster.conf"; }

change() { sed -i "s|^$1=.*|$1=$2|" "$BATS_TEST_TMPDIR/cluster.conf"; }

parse() { bash -c "source '$recipe/lib/settings.sh'; source '$recipe/lib/verify.sh'; $1" <"$here/answers/$2"; }

# ---- the parsers ------------------------------------------------------------------------------------------------------------------------

@test "role and state of every recorded gs_ctl query" {
  while read -r file role state; do
    [ "$(parse 'ha_value local_role' "$file")" = "$role" ]
    [ "$(parse 'ha_value db_state' "$file")" = "${state//_/ }" ]
  done <<ROWS
primary.query Primary Normal
primary-alone.query Primary Normal
standby.query Standby Normal
standby-disconnected.query Standby Need_repair
standby-catching-up.query Standby Catchup
single.query Normal Normal
pending.query Pending Need_repair
ROWS
}

@test "the primary's senders, one line each, and none where there is none" {
  [ "$(parse senders primary.query)" = "Standby Normal Streaming 100% Sync 127.0.0.1:15401-->127.0.0.1:36402
Standby Normal Streaming 100% Potential 127.0.0.1:15401-->127.0.0.1:36410" ]
  [ -z "$(parse senders primary-alone.query)" ]
  [ -z "$(parse senders standby.query)" ]
}

@test "a value of another block is not taken for the HA state's" {
  run parse 'ha_value peer_role' primary.query
  [ "$status" -ne 0 ]
  [ "$(parse 'ha_value local_role' standby.query)" = Standby ]
}

@test "the rows of gs_om, with states of several words" {
  [ "$(parse datanodes normal.om)" = "node1 192.0.2.11 Primary Normal
node2 192.0.2.12 Standby Normal
node3 192.0.2.13 Standby Normal" ]
  [ "$(parse datanodes degraded.om | tail -n 1)" = "node3 192.0.2.13 Down Manually_stopped" ]
  [ "$(parse datanodes two-primaries.om | tail -n 1)" = "node3 192.0.2.13 Standby Need_repair(WAL)" ]
}

# ---- verify -----------------------------------------------------------------------------------------------------------------------------

# nodes FILE1 FILE2 FILE3: what gs_ctl query says of each; - : it does not run.
nodes() {
  local i=0 file
  for file in "$@"; do
    i=$((i + 1))
    if [[ $file != - ]]; then cp "$here/answers/$file.query" "$STATE/node$i.query"; fi
  done
}

@test "verify: yes" {
  nodes primary standby standby
  run gauss verify
  [ "$status" -eq 0 ]
  [[ ${lines[-1]} == "YES: one Normal primary and 2 Normal standbys run." ]]
  [[ $output == *"Standby Normal Streaming 100% Sync"* ]]
}

@test "verify: yes after a failover" {
  nodes standby primary standby
  run gauss verify
  [ "$status" -eq 0 ]
}

@test "verify: no, and why" {
  while read -r first second third why; do
    rm -f "$STATE"/*.query
    nodes "$first" "$second" "$third"
    run gauss verify
    echo "$first $second $third: $output"
    [ "$status" -eq 1 ]
    [[ ${lines[-1]} == NO:*"$why"* ]]
  done <<ROWS
primary standby standby-disconnected node3 is Standby but Need repair
primary standby standby-catching-up node3 is Standby but Catchup
primary standby - node3 is Down but no answer
primary primary standby 2 Normal primaries, expected 1
standby standby standby 0 Normal primaries, expected 1
single standby standby node1 is Normal
- - - 0 Normal standbys, expected 2
ROWS
}

@test "verify by gs_om where it is, or where it is asked for" {
  ln -s "$here/doubles/double.sh" "$BATS_TEST_TMPDIR/home/bin/gs_om"
  for each in "normal 0" "failed-over 0" "degraded 1" "two-primaries 1"; do
    cp "$here/answers/${each% *}.om" "$STATE/om"
    run gauss verify --by gs_om
    [ "$status" -eq "${each#* }" ]
  done
  [[ ${lines[-1]} == "NO: node3 is Standby but Need repair(WAL); 2 Normal primaries, expected 1; 0 Normal standbys, expected 2." ]]
  PATH=$BATS_TEST_TMPDIR/home/bin:$PATH run gauss verify
  [[ $(tail -n 1 "$CALLS") == "gs_om -t status --detail" ]]
}

# ---- the steps --------------------------------------------------------------------------------------------------------------------------

@test "all, from nothing: the documented commands in their order" {
  run gauss all
  echo "$output"
  [ "$status" -eq 0 ]
  [[ ${lines[-1]} == YES:* ]]
  grep -v query "$CALLS" >"$BATS_TEST_TMPDIR/done"
  data=$BATS_TEST_TMPDIR/data
  diff "$BATS_TEST_TMPDIR/done" - <<EXPECTED
gs_initdb -D $data/node1 --nodename=node1 -E UTF-8 --dbcompatibility=PG -w Superuser#1
gs_initdb -D $data/node2 --nodename=node2 -E UTF-8 --dbcompatibility=PG -w Superuser#1
gs_initdb -D $data/node3 --nodename=node3 -E UTF-8 --dbcompatibility=PG -w Superuser#1
gs_ctl start -D $data/node1 -M primary
gs_ctl build -D $data/node2 -b full -M standby
gs_ctl build -D $data/node3 -b full -M standby
gsql -d postgres -p 15400 -v ON_ERROR_STOP=1 -At -c SELECT 1 FROM pg_database WHERE datname = 'records'
gsql -d postgres -p 15400 -v ON_ERROR_STOP=1 -c CREATE USER records MONADMIN PASSWORD 'Rec''ords#1'
gsql -d postgres -p 15400 -v ON_ERROR_STOP=1 -c CREATE DATABASE records OWNER records ENCODING 'UTF8' DBCOMPATIBILITY 'PG'
EXPECTED
}

@test "all again: nothing is initialised, built or made twice, and the files stay as they are" {
  gauss all
  before=$(cat "$BATS_TEST_TMPDIR"/data/*/*.conf | sha256sum)
  : >"$CALLS"
  run gauss all
  [ "$status" -eq 0 ]
  run grep -E '^(gs_initdb|gs_ctl (start|build)|gsql .*CREATE)' "$CALLS"
  [ "$status" -ne 0 ]
  [ "$before" = "$(cat "$BATS_TEST_TMPDIR"/data/*/*.conf | sha256sum)" ]
}

@test "stopped and started again: as they were, without a build" {
  gauss all
  gauss stop
  : >"$CALLS"
  gauss start
  [ "$(grep -v query "$CALLS" | sed "s|$BATS_TEST_TMPDIR/data/||")" = "gs_ctl start -D node1 -M primary
gs_ctl start -D node2 -M standby
gs_ctl start -D node3 -M standby" ]
}

@test "replconninfo: a line a peer, each with its own ports" {
  gauss init
  gauss configure
  grep -F "replconninfo1 = 'localhost=127.0.0.1 localport=15411 localservice=15414 localheartbeatport=15415 remotehost=127.0.0.1 remoteport=15401 remoteservice=15404 remoteheartbeatport=15405'" \
    "$BATS_TEST_TMPDIR/data/node2/postgresql.conf"
  grep -F "replconninfo2 = 'localhost=127.0.0.1 localport=15411 localservice=15414 localheartbeatport=15415 remotehost=192.0.2.3 remoteport=15401 remoteservice=15404 remoteheartbeatport=15405'" \
    "$BATS_TEST_TMPDIR/data/node2/postgresql.conf"
  [ "$(grep -c ^replconninfo "$BATS_TEST_TMPDIR/data/node2/postgresql.conf")" -eq 2 ]
  grep -Fx "password_encryption_type = 0" "$BATS_TEST_TMPDIR/data/node2/postgresql.conf"
  grep -Fx "port = 5432" "$BATS_TEST_TMPDIR/data/node2/postgresql.conf"
  grep -Fx "host all records 192.0.2.0/24 md5" "$BATS_TEST_TMPDIR/data/node3/pg_hba.conf"
  grep -Fx "local all all trust" "$BATS_TEST_TMPDIR/data/node3/pg_hba.conf"
}

@test "a new address replaces the old part of the file" {
  gauss init
  gauss configure
  sed -i 's/192.0.2.3/192.0.2.4/' "$BATS_TEST_TMPDIR/cluster.conf"
  gauss configure
  run grep -r 192.0.2.3 "$BATS_TEST_TMPDIR/data"
  [ "$status" -ne 0 ]
  [ "$(grep -c '^# gauss.sh begin' "$BATS_TEST_TMPDIR/data/node1/postgresql.conf")" -eq 1 ]
}

@test "a rebuilt standby, of another primary" {
  gauss all
  : >"$CALLS"
  gauss build --primary node2 --node node1 --rebuild
  grep -Fx "gs_ctl build -D $BATS_TEST_TMPDIR/data/node1 -b full -M standby" "$CALLS"
  run gauss build --primary node2 --node node3
  [[ $output == *"node3 is built already"* ]]
}

# ---- the dry run ------------------------------------------------------------------------------------------------------------------------

@test "a dry run calls nothing, writes nothing and shows no password" {
  before=$(find "$BATS_TEST_TMPDIR/data" | sort)
  run gauss all --dry-run
  [ "$status" -eq 0 ]
  [ ! -s "$CALLS" ]
  [ "$before" = "$(find "$BATS_TEST_TMPDIR/data" | sort)" ]
  [[ $output == *"+ gs_ctl build -D $BATS_TEST_TMPDIR/data/node3 -b full -M standby"* ]]
  [[ $output == *"-w ********"* ]]
  [[ $output != *"Superuser#1"* && $output != *"ords#1"* ]]
}

@test "source-build: the documented command, an absolute path, and nothing where it is built" {
  echo "GAUSS_SOURCE=/src/openGauss-server" >>"$BATS_TEST_TMPDIR/cluster.conf"
  echo "GAUSS_BINARYLIBS=binarylibs" >>"$BATS_TEST_TMPDIR/cluster.conf"
  run gauss source-build --dry-run
  [ "$status" -eq 2 ]
  [[ $output == *"absolute path"* ]]
  change GAUSS_BINARYLIBS /src/binarylibs
  run gauss source-build --dry-run
  [[ $output == *"+ sh build.sh -m release -3rd /src/binarylibs"* ]]
  touch "$BATS_TEST_TMPDIR/home/bin/gaussdb"
  chmod +x "$BATS_TEST_TMPDIR/home/bin/gaussdb"
  run gauss source-build
  [[ $output == *"is there already."* ]]
}

@test "dependencies: only what lacks, by the names of each system" {
  for name in rpm yum; do ln -s "$here/doubles/double.sh" "$BATS_TEST_TMPDIR/bin/$name"; done
  export PATH=$BATS_TEST_TMPDIR/bin:$PATH INSTALLED="bison flex gcc gcc-c++ make python3 tar patch"
  echo 'NAME="openEuler"' >"$BATS_TEST_TMPDIR/os"
  OS_RELEASE=$BATS_TEST_TMPDIR/os run gauss dependencies --dry-run
  [[ $output == *"install -y glibc-devel libaio-devel ncurses-devel readline-devel openeuler-lsb"* ]]
  echo 'NAME="CentOS Linux"' >"$BATS_TEST_TMPDIR/os"
  OS_RELEASE=$BATS_TEST_TMPDIR/os run gauss dependencies --dry-run
  [[ $output == *"redhat-lsb-core"* ]]
  INSTALLED+=" glibc-devel libaio-devel ncurses-devel readline-devel redhat-lsb-core"
  OS_RELEASE=$BATS_TEST_TMPDIR/os run gauss dependencies
  [[ $output == "All packages are there." ]]
}

# ---- what is refused --------------------------------------------------------------------------------------------------------------------

@test "a bad configuration is one line that names it" {
  while IFS='|' read -r name value named; do
    cp "$BATS_TEST_TMPDIR/cluster.conf" "$BATS_TEST_TMPDIR/kept"
    if grep -q "^$name=" "$BATS_TEST_TMPDIR/cluster.conf"; then sed -i "/^$name=/d" "$BATS_TEST_TMPDIR/cluster.conf"; fi
    echo "$name=$value" >>"$BATS_TEST_TMPDIR/cluster.conf"
    run gauss verify
    echo "$name=$value: $output"
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == *"$named"* ]]
    mv "$BATS_TEST_TMPDIR/kept" "$BATS_TEST_TMPDIR/cluster.conf"
  done <<ROWS
GAUSS_COLOUR|red|unknown setting GAUSS_COLOUR
GAUSS_NODES|a=127.0.0.1:15400:/a|at least one standby
GAUSS_NODES|a=127.0.0.1:15400:/a b=127.0.0.1:15404:/b|less than ten apart
GAUSS_NODES|a=127.0.0.1:15400:/a a=127.0.0.1:15410:/b|a is there twice
GAUSS_NODES|a=127.0.0.1:15400:/a b=127.0.0.1:15410:/a|same folder
GAUSS_NODES|a=127.0.0.1:80:/a b=127.0.0.1:15410:/b|port 80
GAUSS_NODES|a=127.0.0.1:15400 b=127.0.0.1:15410:/b|expected NAME=ADDRESS:PORT:DIR
ROWS
}

@test "a weak password is refused before anything is done" {
  printf 'short\n' >"$BATS_TEST_TMPDIR/superuser"
  run gauss init
  [ "$status" -eq 2 ]
  [[ $output == *"GAUSS_PASSWORD_FILE: openGauss wants"* ]]
  [ ! -s "$CALLS" ]
}

@test "unknown steps, options and nodes are refused" {
  for arguments in "fly" "verify --loud" "start --node node9" "verify --by guess" "init stop"; do
    # shellcheck disable=SC2086
    run gauss $arguments
    [ "$status" -eq 2 ]
  done
}

# ---- the container's wrapper ------------------------------------------------------------------------------------------------------------

@test "the openGauss engine of the node image says GS_ROLE and GS_PRIMARY_HOST in the image's own words" {
  mkdir -p "$BATS_TEST_TMPDIR/secrets"
  printf 'Super#1x' >"$BATS_TEST_TMPDIR/secrets/superuser.password"
  printf 'App#1xyz' >"$BATS_TEST_TMPDIR/secrets/app.password"
  # Stands in for the image's entrypoint: tells what it was given.
  cat >"$BATS_TEST_TMPDIR/bin/entrypoint.sh" <<'STUB'
#!/usr/bin/env bash
printf '%s|%s|%s|%s|%s\n%s\n' "$*" "$GS_PASSWORD" "$GS_USERNAME" "$GS_USER_PASSWORD" "$SYNCHRONOUS_STANDBY_NAMES" "$REPL_CONN_INFO"
STUB
  cat >"$BATS_TEST_TMPDIR/bin/getent" <<'STUB'
#!/usr/bin/env bash
case $2 in gauss-primary) echo "192.0.2.11 x" ;; gauss-standby1) echo "192.0.2.12 x" ;; gauss-standby2) echo "192.0.2.13 x" ;; esac
STUB
  chmod +x "$BATS_TEST_TMPDIR/bin/entrypoint.sh" "$BATS_TEST_TMPDIR/bin/getent"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH SECRETS=$BATS_TEST_TMPDIR/secrets GS_ENGINE=opengauss GS_ROLE=standby GS_PRIMARY_HOST=gauss-primary \
    GS_PEERS=gauss-primary,gauss-standby1,gauss-standby2 NODE_NAME=gauss-standby1 run "$here/../../compose/node/entrypoint.sh" run
  echo "$output"
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = "-M standby|Super#1x|records|App#1xyz|*" ]
  [ "${lines[1]}" = "replconninfo1 = 'localhost=192.0.2.12 localport=5433 localservice=5436 localheartbeatport=5437 remotehost=192.0.2.11 remoteport=5433 remoteservice=5436 remoteheartbeatport=5437'" ]
  [ "${lines[2]}" = "replconninfo2 = 'localhost=192.0.2.12 localport=5433 localservice=5436 localheartbeatport=5437 remotehost=192.0.2.13 remoteport=5433 remoteservice=5436 remoteheartbeatport=5437'" ]
}

@test "a node refuses an unknown engine, an unknown role, and a standby without a primary" {
  for settings in "GS_ENGINE=oracle" "GS_ENGINE=opengauss GS_ROLE=king" "GS_ENGINE=postgresql GS_ROLE=standby"; do
    # shellcheck disable=SC2086
    run env $settings "$here/../../compose/node/entrypoint.sh" health
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
  done
}
