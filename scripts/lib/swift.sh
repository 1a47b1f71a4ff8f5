# shellcheck shell=bash
# The Swift toolchain: the one on the PATH if it is new enough, else the release from swift.org.

readonly swift_release=6.3.1
readonly swift_at_least=603        # Major and minor version: 6.03.
readonly swift_home=$cache/swift/swift-$swift_release-RELEASE

# find_swift: puts a toolchain that is new enough first on the PATH; fails if there is none.
find_swift() {
    if [[ -x $swift_home/usr/bin/swift ]]; then
        PATH=$swift_home/usr/bin:$PATH
    fi
    local version
    version=$(swift --version 2>/dev/null) || return 1
    [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || return 1
    ((BASH_REMATCH[1] * 100 + BASH_REMATCH[2] >= swift_at_least))
}

# require_swift: for the scripts that need it and do not install it.
require_swift() {
    find_swift || fail "no Swift $swift_release or newer on the PATH" "Run scripts/setup, which fetches it."
}

# fetch_swift: downloads, checks and unpacks the release toolchain.
fetch_swift() {
    local platform=debian12 base archive
    [[ $(dpkg --print-architecture) != arm64 ]] || platform=debian12-aarch64
    base=https://download.swift.org/swift-$swift_release-release/$platform/swift-$swift_release-RELEASE
    archive=swift-$swift_release-RELEASE-$platform.tar.gz
    local work=$cache/swift/unfinished.$$
    rubbish+=("$work")
    mkdir -p "$work/keys" "$work/toolchain"
    chmod 700 "$work/keys"

    announce "Downloading Swift $swift_release from download.swift.org (about 1 GB)"
    download "$base/$archive" "$work/$archive" --progress-bar
    download "$base/$archive.sig" "$work/$archive.sig" --silent --show-error
    download https://www.swift.org/keys/all-keys.asc "$work/keys.asc" --silent --show-error
    local -a gpg=(gpg --homedir "$work/keys" --batch --quiet)
    announce "Checking its signature against the keys of swift.org"
    run "${gpg[@]}" --import "$work/keys.asc" || fail "the keys of swift.org cannot be read"
    run "${gpg[@]}" --verify "$work/$archive.sig" "$work/$archive" ||
        fail "the signature of $archive is not good: it will not be used"
    run_quietly "Unpacking Swift into $swift_home" \
        tar --extract --gzip --strip-components=1 --directory="$work/toolchain" --file="$work/$archive" ||
        fail "Swift could not be unpacked into ${swift_home%/*}" "It needs about 4 GB there."
    mv -T "$work/toolchain" "$swift_home"
    rm -rf "$work"
    find_swift || fail "the Swift that was unpacked into $swift_home does not run"
}

# download ADDRESS FILE OPTION...
download() {
    run curl --fail --location --output "$2" "${@:3}" "$1" || fail "$1 could not be downloaded" \
        "Check the network, or install Swift yourself: https://www.swift.org/install/linux"
}
