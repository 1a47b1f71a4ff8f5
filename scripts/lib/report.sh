# shellcheck shell=bash
# What the scripts say to whoever runs them. All of it goes to standard error.

if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
    readonly bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
    readonly bold='' green='' red='' plain=''
fi

say() {
    printf '%s\n' "$*" >&2
}

# announce TEXT: the line before a step that may take long.
announce() {
    say "${green}==>${plain} ${bold}$*${plain}"
}

# fail WHAT [WHAT TO DO]...: says what is wrong, one line each, and ends the script.
fail() {
    say "${red}error:${plain} $1"
    shift
    local advice
    for advice in "$@"; do
        say "       $advice"
    done
    exit 1
}

# usage_error TEXT: the caller's arguments make no sense.
usage_error() {
    say "${red}error:${plain} $1"
    say "       See $0 --help"
    exit 64
}

# show_help SCRIPT: prints the comment at the top of a script.
show_help() {
    sed -n -e '1d' -e '/^#/!q' -e 's/^# \{0,1\}//p' "$1"
}
