# shellcheck shell=bash
# The Python environment of the tests: in the cache, one per list of requirements.

readonly requirements=Tests/EndToEndTests/requirements.txt

# make_environment: creates it unless it is there; sets environment_python.
make_environment() {
    local key home
    key=$({ python3 --version && cat "$requirements"; } | sha256sum)
    home=$cache/python-${key:0:16}
    # shellcheck disable=SC2034  # For the script that asked.
    environment_python=$home/bin/python
    [[ ! -d $home ]] || return 0
    local work=$cache/unfinished-python.$$
    rubbish+=("$work")
    run_quietly "Creating the Python environment of the tests" python3 -m venv "$work" ||
        fail "no Python environment can be made in $cache" "Run scripts/setup --test."
    run_quietly "Installing what $requirements names into it" \
        "$work/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
        --only-binary=:all: --requirement "$requirements" ||
        fail "pip could not install what $requirements names" "Check the network, then run this again."
    # Complete or not there at all; another script may have been quicker. Its python finds its home by itself.
    mv -T "$work" "$home" 2>/dev/null || [[ -d $home ]]
}
