# shellcheck shell=bash
# Python environments, of the tests and of tools: in the cache, one per list of requirements.

readonly requirements=Tests/EndToEndTests/requirements.txt

# make_environment: that of the tests.
make_environment() {
    make_environment_of "$requirements"
}

# make_environment_of LIST: creates that of the list of requirements unless it is there; sets environment_python.
make_environment_of() {
    local list=$1 key home
    key=$({ python3 --version && cat "$list"; } | sha256sum)
    home=$cache/python-${key:0:16}
    # shellcheck disable=SC2034  # For the script that asked.
    environment_python=$home/bin/python
    [[ ! -d $home ]] || return 0
    local work=$cache/unfinished-python.$$
    rubbish+=("$work")
    run_quietly "Creating the Python environment for $list" python3 -m venv "$work" ||
        fail "no Python environment can be made in $cache" "Run scripts/setup --test."
    run_quietly "Installing what $list names into it" \
        "$work/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
        --only-binary=:all: --requirement "$list" ||
        fail "pip could not install what $list names" "Check the network, then run this again."
    # Complete or not there at all; another script may have been quicker. Its python finds its home by itself.
    mv -T "$work" "$home" 2>/dev/null || [[ -d $home ]]
}
