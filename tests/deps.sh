#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Says which of the Debian packages named as arguments are missing (exit 1).
# --quiet: only the exit code. --install: installs them.

set -u

mode=check
case ${1-} in
    --quiet | --install) mode=${1#--} && shift ;;
esac

command -v dpkg-query > /dev/null || {
    echo "deps: not a Debian system; taking on trust that there is: $*" >&2
    exit 0
}

missing=()
for package; do
    # "ii ": installed and configured. Others may provide it under its name.
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2> /dev/null) in
        ii*) ;;
        *) missing+=("$package") ;;
    esac
done

[ ${#missing[@]} -eq 0 ] && exit 0

case $mode in
    quiet) exit 1 ;;
    check)
        echo "missing Debian packages: ${missing[*]}" >&2
        echo "\`make deps\` installs what is missing, or:" >&2
        echo "    apt-get install ${missing[*]}" >&2
        exit 1
        ;;
esac

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
# A fresh machine may have no lists at all.
if ! apt-cache show "${missing[0]}" > /dev/null 2>&1; then
    "${as_root[@]}" apt-get update
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
