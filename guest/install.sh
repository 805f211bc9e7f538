#!/bin/sh
# install.sh COMPILER BUILD IMAGE…: puts the images that BUILD holds into images/, takes away those
# that no room names any more, and writes images.lock. Invariant: the lock names exactly the files
# in images/.
set -eu
compiler=$1 build=$2
shift 2

for name in "$@"; do
  if [ -f "$build/$name.elf" ] && ! cmp -s "$build/$name.elf" "images/$name.elf"; then
    mkdir -p "images/$(dirname "$name")"
    cp "$build/$name.elf" "images/$name.elf.new"
    mv "images/$name.elf.new" "images/$name.elf"
    echo "installed $name"
  fi
done

named=" $* "
find images -name '*.elf' | sort | while read -r file; do
  name=${file#images/}
  case $named in
    *" ${name%.elf} "*) ;;
    *) rm "$file" && echo "removed ${name%.elf}: no room names it" ;;
  esac
done

{
  printf '{\n  "compiler": "%s",\n  "images": {\n' "$compiler"
  separator=''
  for file in $(find images -name '*.elf' | sort); do
    name=${file#images/}
    printf '%b    "%s": "%s"' "$separator" "${name%.elf}" "$(sha256sum < "$file" | cut -d ' ' -f 1)"
    separator=',\n'
  done
  printf '\n  }\n}\n'
} > images.lock.new
mv images.lock.new images.lock

bytes=$(find images -name '*.elf' -exec cat {} + | wc -c)
limit=3000000
if [ "$bytes" -gt "$limit" ]; then
  echo "guest/images: expected at most $limit bytes together, got $bytes" >&2
  exit 1
fi
