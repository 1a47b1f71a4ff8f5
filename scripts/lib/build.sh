# shellcheck shell=bash
# Building, the same way for every script.

# build_release: the program as it is shipped.
build_release() {
    require_swift
    announce "Building pgvigil (release; a minute or two the first time)"
    run swift build -c release --static-swift-stdlib --product pgvigil >&2 ||
        fail "the build failed" "The compiler's messages are above."
}

# build_debug: the program and its tests. Warnings of our own code are errors, by Package.swift.
build_debug() {
    require_swift
    announce "Building pgvigil and its tests (debug; a minute or two the first time)"
    run swift build --build-tests >&2 || fail "the build failed" "The compiler's messages are above."
}
