#!/bin/sh
# Rebuilds every image in a second folder and compares it byte for byte with the committed one.
# `npm run guest:check`. Exit status 0: all equal; 1: some differ; 2: the build failed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
second=$(mktemp -d)
trap 'rm -rf "$second"' EXIT

cd "$here"
tar -c --exclude ./build --exclude ./images --exclude ./images.lock . | tar -x -C "$second"
mkdir "$second/images"
make -C "$second" -j "$(nproc)" > "$second/log" 2>&1 || { tail -n 20 "$second/log" >&2; exit 2; }

was=$(sed -n 's/.*"compiler": "\(.*\)".*/\1/p' images.lock)
is=$(sed -n 's/.*"compiler": "\(.*\)".*/\1/p' "$second/images.lock")
[ "$was" = "$is" ] || echo "compiler: images.lock says \"$was\", this is \"$is\"" >&2

if diff images.lock "$second/images.lock" && diff -r images "$second/images"; then
  echo "$(find "$second/images" -name '*.elf' | wc -l) images rebuilt, byte for byte equal"
else
  echo 'guest/images differ from what the sources give. Rebuild and commit: npm run guest' >&2
  exit 1
fi
