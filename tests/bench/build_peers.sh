#!/usr/bin/env bash
# Builds the peers of bench.py into the folder given. Needs Debian's protobuf-compiler and python3-venv, and Go and Cargo.
set -euo pipefail
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
build=${1:?usage: build_peers.sh FOLDER}
mkdir -p "$build/bin"
build=$(cd "$build" && pwd -P)

[[ -x $build/venv/bin/python ]] || python3 -m venv "$build/venv"
"$build/venv/bin/pip" install --quiet -r "$here/peers/requirements.txt"

# In a copy: what is generated does not belong in the tree.
rm -rf "$build/go"
cp -r "$here/peers/go" "$build/go"
cd "$build/go"
export GOBIN=$build/bin
go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
mkdir -p pb
PATH=$GOBIN:$PATH protoc --go_out=pb --go_opt=paths=source_relative --go-grpc_out=pb --go-grpc_opt=paths=source_relative records.proto
go build -o "$build/bin/" ./cmd/...

cp -r "$here/peers/rust" "$build/"
CARGO_TARGET_DIR=$build/cargo cargo build --quiet --release --manifest-path "$build/rust/Cargo.toml"
install "$build/cargo/release/rust-peer" "$build/bin/"
