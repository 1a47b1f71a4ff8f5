# shellcheck shell=bash
# Debian packages: which are needed for what, and how the missing ones get installed.

# packages_for run|demo|test|bench|swift: one a line.
packages_for() {
    case $1 in
    run)
        # What the Swift toolchain needs to compile and link.
        printf '%s\n' binutils ca-certificates git libc6-dev libcurl4 libedit2 libgcc-12-dev libncurses6 \
            libsqlite3-0 libstdc++-12-dev libxml2 tzdata
        # What pgvigil is linked with.
        printf '%s\n' libcurl4-openssl-dev libmicrohttpd-dev libpq-dev pkg-config zlib1g-dev
        # What fetches the private PostgreSQL.
        printf '%s\n' python3 python3-pip python3-venv
        ;;
    demo) printf '%s\n' pgbouncer python3-psycopg python3-psycopg-pool ;; # The pools that scripts/run shows.
    test)
        printf '%s\n' faketime iproute2 iptables mmdebstrap openssl pgbouncer postgresql-15 prometheus \
            prometheus-alertmanager systemd
        ;;
    bench) printf '%s\n' mmdebstrap nginx-light pgbouncer prometheus-postgres-exporter wrk ;;
    swift) printf '%s\n' curl gnupg ;; # What fetches the toolchain.
    esac
}

readonly service_policy=/usr/sbin/policy-rc.d

declare -a administrator=()        # What to put before a command that only root may run.

# install_packages NAME...: installs those that are missing; quick and silent if none is.
install_packages() {
    local -a missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0
    become_administrator "${missing[@]}"
    keep_clusters_away "${missing[@]}"
    keep_services_off
    announce "Installing Debian packages: ${missing[*]}"
    if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || ! install_now "${missing[@]}"; then
        say "    fetching new package lists"
        { apt_get update && install_now "${missing[@]}"; } ||
            fail "apt-get could not install: ${missing[*]}" "Its messages are above. Mend that, then run this again."
    fi
    let_services_be "${missing[@]}"
}

install_now() {
    apt_get install --yes --no-install-recommends "$@"
}

# missing_packages NAME...: those of them that are not installed, one a line.
missing_packages() {
    local installed name
    command -v dpkg-query >/dev/null || fail "this is not Debian: dpkg-query is not here" \
        "Install what these Debian packages hold, then build with: swift build -c release" "$*"
    # A name that dpkg never heard of makes it fail, and is simply not in the list.
    # shellcheck disable=SC2016  # dpkg-query's own fields.
    installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
    for name in "$@"; do
        [[ $'\n'$installed$'\n' == *$'\n'"$name installed"$'\n'* ]] || printf '%s\n' "$name"
    done
}

# become_administrator PACKAGE...: root, or sudo that does not ask; otherwise names the packages and gives up.
become_administrator() {
    if ((EUID == 0)); then
        administrator=(env)
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        administrator=(sudo -n)
    else
        local -a guard=()
        if [[ " $* " == *" postgresql-15 "* ]]; then
            guard=("  sudo mkdir -p /etc/postgresql-common"
                "  echo 'create_main_cluster = false' | sudo tee -a /etc/postgresql-common/createcluster.conf")
        fi
        fail "these Debian packages are missing, and only root can install them: $*" \
            "Run this, then try again:" "${guard[@]}" "  sudo apt-get install --no-install-recommends $*"
    fi
}

# apt_get ARGUMENT...: asks nothing; told to stop, it ends tidily after the package at hand.
apt_get() {
    run --ending 'INT 120' "${administrator[@]}" env --default-signal=INT DEBIAN_FRONTEND=noninteractive \
        UCF_FORCE_CONFFOLD=1 apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 \
        -o Dpkg::Options::=--force-confold "$@" >&2
}

# keep_clusters_away PACKAGE...: Debian's server package makes and starts a cluster of its own, unless told not to.
keep_clusters_away() {
    local settings=/etc/postgresql-common/createcluster.conf
    [[ " $* " == *" postgresql-"* && ! -e $settings ]] || return 0
    announce "Telling Debian's PostgreSQL not to create or start a server of its own ($settings)"
    "${administrator[@]}" mkdir -p "${settings%/*}"
    echo 'create_main_cluster = false' | "${administrator[@]}" tee "$settings" >/dev/null
}

# keep_services_off: while packages are installed, none of them starts a service.
keep_services_off() {
    [[ ! -e $service_policy ]] || return 0
    at_end+=(forget_service_policy)
    printf '#!/bin/sh\nexit 101\n' | "${administrator[@]}" tee "$service_policy" >/dev/null
    "${administrator[@]}" chmod 755 "$service_policy"
}

forget_service_policy() {
    "${administrator[@]}" rm -f "$service_policy"
}

# let_services_be PACKAGE...: what was installed for our tests does not start with the machine either.
let_services_be() {
    if ((${#at_end[@]} > 0)); then
        forget_service_policy
        at_end=()
    fi
    [[ -d /run/systemd/system ]] || return 0
    local name
    for name in "$@"; do
        case $name in
        pgbouncer | prometheus | prometheus-alertmanager | prometheus-postgres-exporter)
            "${administrator[@]}" systemctl --quiet disable "$name.service" || true
            ;;
        nginx-light) "${administrator[@]}" systemctl --quiet disable nginx.service || true ;;
        esac
    done
}
