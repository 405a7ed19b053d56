# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What every script here begins with: strict mode, the top folder, plain words. Sourced, not run.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"

# Debian's interpreter: another python3 that comes first in PATH has none of the Debian modules.
# shellcheck disable=SC2034  # used by those who source this
python=/usr/bin/python3
jobs=$(nproc)

say() { printf '== %s\n' "$*"; }
die() {
        printf '%s: %s\n' "${0##*/}" "$*" >&2
        exit 1
}

# Tracked files and new ones that are not ignored: what a commit would hold. Deleted ones are gone from both.
tree() { git ls-files -z --cached --others --exclude-standard -- "$@" | xargs -0r ls -1d 2>/dev/null | tr '\n' '\0'; }

# The comment block at the head of a script is its help: one text, read where it is kept.
print_help() { sed -n '/^# Usage:/,/^[^#]/{s/^# \{0,1\}//p;}' "$0"; }

# help_if_asked "$@": answers --help for scripts without further options
help_if_asked() {
        local word
        for word in "$@"; do
                case $word in
                -h | --help)
                        print_help
                        exit 0
                        ;;
                esac
        done
}

# build_preset NAME [cmake --build arguments...]
build_preset() {
        local preset=$1
        shift
        if [ ! -f "build/$preset/build.ninja" ]; then
                cmake --preset "$preset" >"$(log_of "configure-$preset")" 2>&1 || {
                        cat "$(log_of "configure-$preset")" >&2
                        return 1
                }
        fi
        cmake --build "build/$preset" -j "$jobs" "$@"
}

log_of() {
        mkdir -p build/log
        printf 'build/log/%s.log' "$1"
}
