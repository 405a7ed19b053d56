#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Usage: tests/vm/gpiod2.sh FOLDER
#
# Builds the GPIO driver and its test tool in FOLDER against libgpiod 2, as Debian 13 has it: the library comes from Debian 12's
# backports and is unpacked there, not installed. On stderr, and nowhere else, why it cannot be done; exit code 1 then.
# shellcheck source=../../scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

case ${1-} in
-h | --help | '')
        print_help
        exit 0
        ;;
esac
mkdir -p "$1"
folder=$(cd "$1" && pwd)
library=$folder/library

fetch() {
        local apt=$folder/apt release mirror
        release=$(. /etc/os-release && echo "$VERSION_CODENAME")
        mirror=$(apt-cache policy | awk -v release="$release/main" '$3 == release { print $2; exit }')
        [[ $release == bookworm && -n $mirror ]] || die "backports are only known of Debian 12 with a mirror of its own"
        mkdir -p "$apt/lists/partial" "$apt/cache" "$folder/deb"
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release-backports main" >"$apt/sources"
        local options=(-o "Dir::State::lists=$apt/lists" -o Dir::Etc::sourceparts=- -o "Dir::Etc::sourcelist=$apt/sources" -o "Dir::Cache=$apt/cache")
        { apt-get "${options[@]}" update -qq && cd "$folder/deb" && apt-get "${options[@]}" download -qq libgpiod-dev libgpiod3; } >"$folder/apt.log" 2>&1 ||
                die "libgpiod 2 cannot be fetched: $(tail -n 1 "$folder/apt.log")"
}

if [ ! -d "$library" ]; then
        (fetch)
        rm -rf "$library.new"
        for package in "$folder"/deb/*.deb; do dpkg-deb -x "$package" "$library.new"; done
        pc=$(find "$library.new" -name libgpiod.pc)
        sed -i "s|^prefix=.*|prefix=$library/usr|" "$pc"
        mv "$library.new" "$library"
fi
PKG_CONFIG_PATH=$(dirname "$(find "$library" -name libgpiod.pc)")
export PKG_CONFIG_PATH
# The tool finds the library where it was unpacked.
cmake --preset dev -B "$folder/build" -DCMAKE_BUILD_RPATH="$PKG_CONFIG_PATH/.." >"$folder/configure.log" 2>&1 || die "does not configure: $(tail -n 3 "$folder/configure.log")"
cmake --build "$folder/build" -j "$(nproc)" --target gpio-tool >"$folder/build.log" 2>&1 || die "does not build: $(grep -m 1 error "$folder/build.log")"
[[ $(ldd "$folder/build/tests/gpio-tool") == *"libgpiod.so.3 => $library"* ]] || die "the tool was not built with libgpiod 2"
