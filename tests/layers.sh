#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Fails when a source file includes upwards: see "Layers" in HACKING.md.

set -u
cd "$(dirname "$0")/.." || exit 1

# What each layer may include; `top` is what lies in src itself.
declare -A below=(
    [base]="base"
    [line]="line base"
    [image]="image base"
    [monitor]="monitor line image base"
    [store]="store base"
    [fetch]="fetch monitor store image base"
    [mount]="mount fetch monitor store image base"
    [top]="top mount fetch monitor store line image base"
)
# System headers that are one layer's business (or a few layers').
declare -A owners=(
    [libserialport.h]="line"
    [termios.h]="line"
    [sys/socket.h]="line top"
    [fuse_lowlevel.h]="mount top"
    [fuse_opt.h]="mount top"
    [fuse.h]="mount top"
    [confuse.h]="monitor"
    [pcre2.h]="monitor"
    [md5.h]="base"
    [sha1.h]="base"
    [sha2.h]="base"
)
breaches=0

complain()
{
    echo "$*"
    breaches=$((breaches + 1))
}

# The layer that a path below src belongs to.
layer_of()
{
    case $1 in
        */*) echo "${1%%/*}" ;;
        *) echo top ;;
    esac
}

check_own()
{
    local file=$1 line=$2 header=$3 layer target
    layer=$(layer_of "${file#src/}")
    target=$(layer_of "$header")
    [ -f "src/$header" ] ||
        complain "$file:$line: there is no src/$header (paths start in src)"
    case " ${below[$layer]-} " in
        *" $target "*) ;;
        *) complain "$file:$line: $layer must not include $header ($target)" ;;
    esac
}

check_system()
{
    local file=$1 line=$2 header=$3 layer
    layer=$(layer_of "${file#src/}")
    case " ${owners[$header]-$layer} " in
        *" $layer "*) ;;
        *) complain "$file:$line: $layer must not include <$header>" ;;
    esac
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'
n=0
while IFS=: read -r file line text; do
    n=$((n + 1))
    case $text in
        *'"'*) header=${text#*\"} && check_own "$file" "$line" "${header%%\"*}" ;;
        *'<'*) header=${text#*<} && check_system "$file" "$line" "${header%%>*}" ;;
    esac
done < <(grep -rn --include='*.[ch]' "$include" src)
[ "$n" -gt 0 ] || complain "no includes found below src: is this the project?"

# The simulator plays the devices and must not make the program's mistakes.
while IFS= read -r found; do
    complain "$found: the simulator shares no code with src"
done < <(grep -rn --include='*.[ch]' "$include\"[a-z]*/" tests/sim)

echo "$n includes, $breaches breaches"
[ "$breaches" -eq 0 ]
