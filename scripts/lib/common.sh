# shellcheck shell=bash
# What every script starts with: strict bash, the checkout as working folder, and the pieces in this folder.

set -euo pipefail
shopt -s inherit_errexit

checkout=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
readonly checkout
readonly pieces=$checkout/scripts/lib
readonly cache=${XDG_CACHE_HOME:-${HOME:?is not set, and neither is XDG_CACHE_HOME}/.cache}/pgvigil
cd -- "$checkout"

# shellcheck source=scripts/lib/report.sh
source "$pieces/report.sh"
# shellcheck source=scripts/lib/lifetime.sh
source "$pieces/lifetime.sh"
# shellcheck source=scripts/lib/packages.sh
source "$pieces/packages.sh"
# shellcheck source=scripts/lib/swift.sh
source "$pieces/swift.sh"
# shellcheck source=scripts/lib/build.sh
source "$pieces/build.sh"
# shellcheck source=scripts/lib/embedded-postgres.sh
source "$pieces/embedded-postgres.sh"
# shellcheck source=scripts/lib/test-environment.sh
source "$pieces/test-environment.sh"
# shellcheck source=scripts/lib/private-server.sh
source "$pieces/private-server.sh"
# shellcheck source=scripts/lib/sample.sh
source "$pieces/sample.sh"
# shellcheck source=scripts/lib/sample-pools.sh
source "$pieces/sample-pools.sh"
