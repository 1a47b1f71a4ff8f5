# shellcheck shell=bash
# The sample's connection pools: PgBouncer in front of the private server, and in front of that an application with a
# pool of its own. Where they cannot be had, all else goes on without them.

readonly pooler_program=/usr/sbin/pgbouncer
readonly application_python=/usr/bin/python3  # Debian's, whatever else is on the PATH: it finds psycopg.
readonly application_program=Tests/EndToEndTests/pool_application.py
pooler_port=''                     # Empty where there are no pools.
application_url=''

# start_pools: both, or a word about why there are none.
start_pools() {
    prepare_pools || return 0
    announce "Starting PgBouncer, and an application with a pool in front of it"
    pooler_port=$(free_port)
    start_pooler || fail_with_log "PgBouncer did not start" "$scratch/pgbouncer.log"
    start_application || fail_with_log "the application did not start" "$scratch/application.log"
}

# prepare_pools: installs what is missing for them; 1 if that cannot be.
prepare_pools() {
    ! can_have_pools || return 0
    local -a packages
    mapfile -t packages < <(packages_for demo)
    announce "Installing what the pools need: ${packages[*]}"
    run --ending 'TERM 150' scripts/setup --demo >"$scratch/setup.log" 2>&1 && can_have_pools && return
    say "    not to be had here: there are no pools to see (sudo apt-get install ${packages[*]})"
    return 1
}

can_have_pools() {
    [[ -x $pooler_program ]] && "$application_python" -c 'import psycopg_pool' 2>/dev/null
}

# start_pooler: four connections to the server, for whoever shares the database's alias.
start_pooler() {
    local folder=$scratch/pgbouncer
    mkdir -m 700 "$folder"
    cat >"$folder/pgbouncer.ini" <<INI
[databases]
$sample_database = host=127.0.0.1 port=$server_port pool_size=4

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $pooler_port
unix_socket_dir =
pool_mode = transaction
auth_type = trust
auth_file = $folder/users.txt
; May look at the console, and change nothing.
stats_users = pgvigil
INI
    printf '"%s" ""\n' app pgvigil >"$folder/users.txt"
    ((EUID != 0)) || chown -R "$server_account:" "$folder"
    # From 1.23 on it would wait for its last client.
    start --ending 'TERM 1' "${as_server[@]}" "$pooler_program" "$folder/pgbouncer.ini" >"$scratch/pgbouncer.log" 2>&1
    accepts_connections "${started[-1]}" -h 127.0.0.1 -p "$pooler_port" -U app -d "$sample_database"
}

# start_application: six connections to PgBouncer; ten users who want one in the first 20 s of each minute, else two.
start_application() {
    local addresses=$scratch/application.txt conninfo deadline=$((SECONDS + 30))
    conninfo="host=127.0.0.1 port=$pooler_port user=app dbname=$sample_database application_name=shop"
    PYTHONDONTWRITEBYTECODE=1 start "$application_python" "$application_program" psycopg_pool "$conninfo" --most 6 \
        --clients 10 2 2 --turn 20 --work 0.25 >"$addresses" 2>"$scratch/application.log"
    until read -r application_url <"$addresses"; do
        is_running "${started[-1]}" && ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# pools_settings: what pgvigil is told of them.
pools_settings() {
    cat <<SETTINGS
pools:
  # PgBouncer's console. Its connections lead to the server above.
  - name: bouncer
    kind: pgbouncer
    conninfo: host=127.0.0.1 port=$pooler_port user=pgvigil dbname=pgbouncer
    behind: demo
application_pools:
  # An application that says at an address how its pool does. The pool's connections lead to PgBouncer.
  - name: shop
    url: $application_url
    format: psycopg_pool
    behind: bouncer
# What the server itself bears: two connections for each core of this machine, and one for its disk.
sizing: {cores: $(nproc)}
SETTINGS
}

# pooler_command: how to look at its console, for people.
pooler_command() {
    printf "%s -h 127.0.0.1 -p %s -U pgvigil -c 'SHOW POOLS' pgbouncer" "$server_home/bin/psql" "$pooler_port"
}

# fail_with_log WHAT FILE
fail_with_log() {
    tail -n 20 "$2" >&2
    fail "$1" "The end of its log is above."
}
