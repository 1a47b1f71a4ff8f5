# shellcheck shell=bash
# Whatever a script starts or creates is gone when the script ends, however it ends.
#
# Long commands run in the background, each in a session of its own: the script then answers a signal at once instead
# of when the command ends, and a command's children are found by their session even if they change process group.

declare -a started=()              # Process ids, oldest first.
declare -A ending=()               # Process id -> "SIGNAL SECONDS", for those that end their children themselves.
declare -a rubbish=()              # Files and folders to remove at the end.
declare -a at_end=()               # Functions to call at the end, once no process is left.
scratch=''                         # A folder that lives as long as the script; children find TMPDIR in it.
outer_tmpdir=''                    # TMPDIR as it was.

# begin_lifetime NAME: makes the scratch folder; from here on everything is tidied up.
begin_lifetime() {
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap end_lifetime EXIT

    local parent=${TMPDIR:-/tmp}
    local name
    name=$(mktemp --dry-run --tmpdir="$parent" "pgvigil-$1.XXXXXXXX")
    # Named before it exists, so that a signal in between leaves nothing behind.
    scratch=$name
    if ! mkdir -m 711 "$scratch"; then
        scratch=''
        fail "no folder can be made in $parent" "Free some space there, or set TMPDIR to another folder."
    fi
    mkdir -m 711 "$scratch/tmp"  # Closed to the eyes, but not to the steps, of the servers' account.
    outer_tmpdir=${TMPDIR-}
    export TMPDIR=$scratch/tmp
}

# end_lifetime: stops what was started, newest first, and removes what was made. Signals no longer interrupt it.
end_lifetime() {
    local status=$?
    trap '' HUP INT TERM
    trap - EXIT
    set +e
    local pid index
    # `jobs` also knows a process whose id could not be noted before the signal came.
    for pid in $(jobs -p); do
        [[ " ${started[*]} " == *" $pid "* ]] || stop "$pid"
    done
    for ((index = ${#started[@]} - 1; index >= 0; index--)); do
        stop "${started[index]}"
    done
    started=()
    local action
    for action in "${at_end[@]}"; do
        "$action"
    done
    ((${#rubbish[@]} == 0)) || rm -rf -- "${rubbish[@]}"
    [[ -z $scratch ]] || rm -rf -- "$scratch"
    exit "$status"
}

# become COMMAND...: tidies up, then replaces the script by the command.
become() {
    [[ -z $scratch ]] || rm -rf -- "$scratch"
    if [[ -n $outer_tmpdir ]]; then export TMPDIR=$outer_tmpdir; else unset TMPDIR; fi
    trap - EXIT HUP INT TERM
    exec "$@"
}

# start [--ending 'SIGNAL SECONDS'] COMMAND...: runs it in the background; its process id is then ${started[-1]}.
start() {
    local how=''
    if [[ $1 == --ending ]]; then
        how=$2
        shift 2
    fi
    setsid -- "$@" &
    started+=("$!")
    [[ -z $how ]] || ending[$!]=$how
}

# run COMMAND...: runs it to its end, unless a signal comes. Returns its status.
run() {
    start "$@"
    local pid=${started[-1]} status=0
    wait "$pid" || status=$?
    unset 'started[-1]'
    return "$status"
}

# run_quietly TEXT COMMAND|FUNCTION...: announces it, and shows what it wrote only if it fails.
run_quietly() {
    local text=$1 log=$scratch/step.log begin=$EPOCHREALTIME status=0
    shift
    announce "$text"
    if declare -F "$1" >/dev/null; then
        "$@" >"$log" 2>&1 || status=$?
    else
        run "$@" >"$log" 2>&1 || status=$?
    fi
    if ((status != 0)); then
        tail -n 20 "$log" >&2
        return "$status"
    fi
    say "    done in $(seconds_since "$begin") s"
}

# seconds_since BEGIN: with one decimal.
seconds_since() {
    local tenths=$(((${EPOCHREALTIME//[!0-9]/} - ${1//[!0-9]/}) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# is_running PID: of a process that the script started.
is_running() {
    [[ -n $(session_of "$1") ]]
}

# stop PID: ends a started process and all of its session, by force if it does not listen.
stop() {
    local pid=$1 signal=TERM patience=10
    [[ -z ${ending[$pid]:-} ]] || read -r signal patience <<<"${ending[$pid]}"
    local deadline=$((SECONDS + patience)) members tries=0
    while members=$(session_of "$pid") && [[ -n $members ]]; do
        if ((SECONDS >= deadline + 5)); then
            say "could not stop: $members"
            return
        fi
        ((SECONDS < deadline)) || signal=KILL
        if [[ $signal != KILL && -n ${ending[$pid]:-} && " $members" == *" $pid "* ]]; then members=$pid; fi
        # Again every 2 s: a process that has just been forked may miss the first.
        # shellcheck disable=SC2086  # A list on purpose.
        if [[ $signal == KILL ]] || ((tries++ % 20 == 0)); then signal_to "$signal" $members; fi
        sleep 0.1
    done
    wait "$pid" 2>/dev/null
}

# signal_to SIGNAL PID...: through sudo where a process is not ours.
signal_to() {
    local signal=$1 pid
    shift
    for pid in "$@"; do
        kill -s "$signal" "$pid" 2>/dev/null && continue
        [[ -d /proc/$pid && -n ${administrator[*]:-} ]] && "${administrator[@]}" kill -s "$signal" "$pid" 2>/dev/null
    done
}

# session_of PID: the living processes of the session that PID leads, or PID alone if it has none yet.
session_of() {
    local leader=$1 file line pid state session
    for file in /proc/[0-9]*/stat; do
        read -r line 2>/dev/null <"$file" || continue
        pid=${line%% *}
        read -r state _ _ session _ <<<"${line##*) }"   # After the name, which may hold blanks and brackets.
        [[ $state != Z && ($session == "$leader" || $pid == "$leader") ]] && printf '%s ' "$pid"
    done 2>/dev/null
    return 0
}
