# The nodes: made, told of each other, started, built from the primary. Sourced by gauss.sh. Every step may be repeated.
# shellcheck shell=bash disable=SC2154
set -euo pipefail

# replconninfo INDEX: one line a peer, as the documentation has them: the log's port is the database's +1, the service's +4, the heartbeat's +5.
replconninfo() {
  local i number=0 own=$1
  for i in "${!node_names[@]}"; do
    ((i != own)) || continue
    number=$((number + 1))
    printf "replconninfo%d = 'localhost=%s localport=%d localservice=%d localheartbeatport=%d remotehost=%s remoteport=%d remoteservice=%d remoteheartbeatport=%d'\n" \
      "$number" "${addresses[own]}" $((ports[own] + 1)) $((ports[own] + 4)) $((ports[own] + 5)) \
      "${addresses[i]}" $((ports[i] + 1)) $((ports[i] + 4)) $((ports[i] + 5))
  done
}

# What differs from openGauss's defaults. password_encryption_type 0 and md5 are what clients of PostgreSQL's protocol understand: with sha256,
# the default, libpq says "none of the server's SASL authentication mechanisms are supported".
node_settings() {
  cat <<CONF
# gauss.sh begin
listen_addresses = '$(listen_addresses "$1")'
port = ${ports[$1]}
wal_level = logical
hot_standby = on
synchronous_commit = on
synchronous_standby_names = '*'
password_encryption_type = 0
session_timeout = 0
$(replconninfo "$1")
# gauss.sh end
CONF
}

listen_addresses() {
  if [[ ${addresses[$1]} == 127.* ]]; then say "${addresses[$1]}"; else say "127.0.0.1,${addresses[$1]}"; fi
}

hba_lines() {
  local i
  say "# gauss.sh begin"
  for i in "${!addresses[@]}"; do say "host replication $GAUSS_OS_USER ${addresses[i]}/32 trust"; done | sort -u
  say "host all $GAUSS_APP_USER $GAUSS_CLIENT_NETWORK md5"
  say "# gauss.sh end"
}

# replace_part FILE < TEXT: the part between our two marks, at the end where there was none.
replace_part() {
  local text kept=''
  text=$(cat)
  if [[ -e $1 ]]; then kept=$(sed '/^# gauss.sh begin$/,/^# gauss.sh end$/d' "$1"); fi
  printf '%s\n%s\n' "$kept" "$text" | write_file "$1"
}

initialised() { [[ -e ${folders[$1]}/postgresql.conf || -s ${folders[$1]}/PG_VERSION ]]; }

# All nodes of the list whose folders are on this machine; --node chooses one.
chosen_nodes() {
  local i
  if [[ -n $node_option ]]; then
    index_of "$node_option"
    say "$node"
    return 0
  fi
  for i in "${!node_names[@]}"; do say "$i"; done
}

init() {
  local i password
  need_setting GAUSS_HOME
  password=$(password_of GAUSS_PASSWORD_FILE)
  for i in $(chosen_nodes); do
    if initialised "$i"; then
      say "${node_names[i]} is initialised already."
      continue
    fi
    local command=(gs_initdb -D "${folders[i]}" "--nodename=${node_names[i]}" -E UTF-8 --dbcompatibility=PG)
    run_secret "$(quoted "${command[@]}") -w ********" as_owner "${command[@]}" -w "$password"
  done
}

configure() {
  local i
  for i in $(chosen_nodes); do
    if ((!dry_run)) && ! initialised "$i"; then die "${node_names[i]}: ${folders[i]} is not initialised: gauss.sh init first"; fi
    node_settings "$i" | replace_part "${folders[i]}/postgresql.conf"
    hba_lines | replace_part "${folders[i]}/pg_hba.conf"
    say "${node_names[i]} is configured."
  done
}

# The role that a running node says it has; nothing when it does not run.
role_of() { as_owner gs_ctl query -D "${folders[$1]}" 2>/dev/null | ha_value local_role || true; }

start() {
  local i role mode
  for i in $(chosen_nodes); do
    role=''
    if ((!dry_run)); then role=$(role_of "$i"); fi
    if [[ -n $role ]]; then
      say "${node_names[i]} runs already, as $role."
      continue
    fi
    mode=standby
    if ((i == primary_index)); then mode=primary; fi
    if [[ $mode == standby && ! -e ${folders[i]}/.gauss-built ]]; then
      say "${node_names[i]} is not built yet: gauss.sh build"
      continue
    fi
    run_as_owner gs_ctl start -D "${folders[i]}" -M "$mode"
  done
}

# A standby's data are copied from the primary; that starts it too.
build() {
  local i
  for i in $(chosen_nodes); do
    ((i != primary_index)) || continue
    if ((!dry_run)) && [[ -e ${folders[i]}/.gauss-built ]] && ((!rebuild)); then
      say "${node_names[i]} is built already (--rebuild builds it anew)."
      continue
    fi
    run_as_owner gs_ctl build -D "${folders[i]}" -b full -M standby
    run touch "${folders[i]}/.gauss-built"
    # The copy brought the primary's settings along.
    if ((!dry_run)); then
      node_settings "$i" | replace_part "${folders[i]}/postgresql.conf"
      hba_lines | replace_part "${folders[i]}/pg_hba.conf"
    fi
  done
}

stop() {
  local i
  for i in $(chosen_nodes | sort -rn); do
    if ((!dry_run)) && [[ -z $(role_of "$i") ]]; then
      say "${node_names[i]} does not run."
      continue
    fi
    run_as_owner gs_ctl stop -D "${folders[i]}" -m fast
  done
}

# Role and database of the records, on the primary. DBCOMPATIBILITY 'PG': else '' would be NULL and text counted in bytes.
application() {
  local password connect=(gsql -d postgres -p "${ports[primary_index]}" -v ON_ERROR_STOP=1)
  password=$(password_of GAUSS_APP_PASSWORD_FILE)
  if ((!dry_run)) && [[ $(as_owner "${connect[@]}" -At -c "SELECT 1 FROM pg_database WHERE datname = '$GAUSS_APP_DB'") == 1 ]]; then
    say "The database $GAUSS_APP_DB is there already."
    return 0
  fi
  run_secret "$(quoted "${connect[@]}") -c 'CREATE USER $GAUSS_APP_USER MONADMIN PASSWORD ********'" \
    as_owner "${connect[@]}" -c "CREATE USER $GAUSS_APP_USER MONADMIN PASSWORD '${password//\'/\'\'}'"
  run_as_owner "${connect[@]}" -c "CREATE DATABASE $GAUSS_APP_DB OWNER $GAUSS_APP_USER ENCODING 'UTF8' DBCOMPATIBILITY 'PG'"
}
