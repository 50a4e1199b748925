# Whether one Normal primary and its Normal standbys run: what `gs_ctl query` says of each node, or `gs_om -t status --detail` of all. Sourced by
# gauss.sh. The parsers read standard input and know nothing of this machine.
# shellcheck shell=bash disable=SC2154
set -euo pipefail

# block NAME: the lines of one block of gs_ctl query ("HA state", "Senders info", "Receiver info").
block() {
  awk -v wanted="$1" '
    /^[[:space:]]*[A-Z][A-Za-z]* (state|info):[[:space:]]*$/ { name = $0; gsub(/^[[:space:]]+|:[[:space:]]*$/, "", name); inside = name == wanted; next }
    inside'
}

# value KEY: of the first "key : value" line with it; fails when there is none.
value() {
  awk -F ' : ' -v wanted="$1" '
    { key = $1; gsub(/[[:space:]]/, "", key) }
    key == wanted { sub(/^[^:]*: /, ""); sub(/[[:space:]]+$/, ""); print; found = 1; exit }
    END { exit !found }'
}

ha_value() { block "HA state" | value "$1"; }

# senders: one line a standby: peer_role peer_state state sync_percent sync_state channel
senders() {
  block "Senders info" | awk -F ' : ' '
    function flush() { if (role != "") print role, peer, state, percent, sync, channel; role = peer = state = percent = sync = channel = "" }
    { key = $1; gsub(/[[:space:]]/, "", key); text = $0; sub(/^[^:]*: /, "", text); sub(/[[:space:]]+$/, "", text); gsub(/[[:space:]]/, "_", text) }
    key == "sender_pid" { flush() }
    key == "peer_role" { role = text }
    key == "peer_state" { peer = text }
    key == "state" { state = text }
    key == "sync_percent" { percent = text }
    key == "sync_state" { sync = text }
    key == "channel" { channel = text }
    END { flush() }'
}

# datanodes: one line a row of gs_om -t status --detail: node address role state
datanodes() {
  awk '
    /^\[[[:space:]]*Datanode State/ { inside = 1; next }
    /^\[/ { inside = 0 }
    inside && /^[0-9]+[[:space:]]/ {
      for (i = 4; i <= NF; ++i) if ($i ~ /^(P|S|C|M)$/ && i + 2 <= NF) break
      if (i > NF) next
      state = $(i + 2)
      for (j = i + 3; j <= NF; ++j) state = state "_" $j
      print $2, $3, $(i + 1), state
    }'
}

# judge STANDBYS < lines "name role state": the plain answer; 0 for yes.
judge() {
  local name role state wanted=$1 primaries=0 standbys=0 problems=()
  while read -r name role state; do
    [[ -n $name ]] || continue
    if [[ $state != Normal ]]; then
      problems+=("$name is $role but ${state//_/ }")
    elif [[ $role == Primary ]]; then
      primaries=$((primaries + 1))
    elif [[ $role == Standby ]]; then
      standbys=$((standbys + 1))
    else
      problems+=("$name is $role")
    fi
  done
  ((primaries == 1)) || problems+=("$primaries Normal primaries, expected 1")
  ((standbys == wanted)) || problems+=("$standbys Normal standbys, expected $wanted")
  if ((${#problems[@]} == 0)); then
    say "YES: one Normal primary and $standbys Normal standbys run."
    return 0
  fi
  printf 'NO: %s' "${problems[0]}"
  if ((${#problems[@]} > 1)); then printf '; %s' "${problems[@]:1}"; fi
  printf '.\n'
  return 1
}

# One node by gs_ctl query: "name role state", and the replication rows of a primary.
query_node() {
  local name=${node_names[$1]} answer role state
  if ! answer=$(as_owner gs_ctl query -D "${folders[$1]}" 2>&1); then
    say "$name Down no_answer"
    return 0
  fi
  role=$(ha_value local_role <<<"$answer") || role=Unknown
  state=$(ha_value db_state <<<"$answer") || state=Unknown
  say "$name $role ${state// /_}"
  if [[ $role == Primary ]]; then
    printf '  to its standbys: role, state, streaming, sync\n' >&2
    senders <<<"$answer" | sed 's/^/  /' >&2
  fi
}

# By gs_om where that is installed, else node by node. A hand-made cluster has no gs_om.
verify() {
  local i lines
  if [[ $source_option == gs_om || ( -z $source_option && -n $(command -v gs_om || true) ) ]]; then
    lines=$(as_owner gs_om -t status --detail | datanodes | awk '{print $1, $3, $4}')
  else
    lines=$(for i in "${!node_names[@]}"; do query_node "$i"; done)
  fi
  say "$lines"
  judge $((${#node_names[@]} - 1)) <<<"$lines"
}
