#!/usr/bin/env bash
# Packs one program as the whole content of an image: the program, the shared libraries it loads, the certificates it may need, the licences of
# all that, and a bill of materials. Run in the build stage of compose/Dockerfile.
#   pack.sh PROGRAM FOLDER VERSION
set -euo pipefail

program=$1 out=$2 version=$3
name=${program##*/}

# The package that a file is of. With /lib being a link to /usr/lib, dpkg knows some files by the one name and some by the other.
package_of() {
  local file owner
  for file in "$1" "/usr$1" "${1#/usr}"; do
    if owner=$(dpkg-query -S "$file" 2>/dev/null); then
      printf '%s\n' "${owner%%: *}"
      return 0
    fi
  done
  printf 'pack.sh: no package has %s\n' "$1" >&2
  return 1
}

# The licence of a package; some have theirs in the folder of the first package that they depend on (libgcc-s1 in gcc-12-base).
licence_of() {
  local each
  for each in "$1" $(dpkg-query -W -f='${Depends}\n' "$1" | tr , '\n' | awk '{print $1}'); do
    [[ -e /usr/share/doc/$each/copyright ]] || continue
    printf '%s\n' "/usr/share/doc/$each/copyright"
    return 0
  done
  printf 'pack.sh: no licence of %s\n' "$1" >&2
  return 1
}

install -D -s -m 755 "$program" "$out/usr/bin/$name"
mkdir -p "$out/usr/lib" "$out/usr/lib64" "$out/etc/ssl/certs" "$out/tmp"
ln -s usr/lib "$out/lib"
ln -s usr/lib64 "$out/lib64"
chmod 1777 "$out/tmp"

packages=()
while read -r library; do
  target=$out$library
  case $library in /lib/* | /lib64/*) target=$out/usr$library ;; esac
  install -D -m 755 "$(realpath "$library")" "$target"
  packages+=("$(package_of "$(realpath "$library")")")
done < <(ldd "$program" | awk '$2 == "=>" {print $3} $1 ~ /^\// {print $1}' | sort -u)
((${#packages[@]})) || { printf 'pack.sh: %s loads no library: is it static?\n' "$program" >&2; exit 1; }

cp -L /etc/ssl/certs/ca-certificates.crt "$out/etc/ssl/certs/"
packages+=(ca-certificates)
printf 'hosts: files dns\n' >"$out/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/sbin/nologin\nrecords:x:65532:65532:records:/:/sbin/nologin\n' >"$out/etc/passwd"
printf 'root:x:0:\nrecords:x:65532:\n' >"$out/etc/group"

mapfile -t packages < <(printf '%s\n' "${packages[@]%%:*}" | sort -u)
for package in "${packages[@]}"; do
  install -D -m 644 "$(licence_of "$package")" "$out/usr/share/doc/$package/copyright"
done
install -D -m 644 LICENSE "$out/usr/share/doc/$name/LICENSE"

"${BASH_SOURCE[0]%/*}/bill.sh" "$out" "$name" "$version" "${packages[@]}"
