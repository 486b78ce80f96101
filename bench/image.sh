#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the benchmark image from the package mirrors: about 1.2 GB in 7 layers (Debian, python3, a JRE, nodejs,
# a node_modules tree, an application, removals), as an OCI layout with gzip layers and as an uncompressed
# docker-archive. Needs root, mmdebstrap, npm and about 5 GB of disk.  usage: bench/image.sh DIR
set -euo pipefail
dir=${1:?usage: bench/image.sh DIR}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
[ -e "$dir/big.tar" ] && [ -e "$dir/big-oci/index.json" ] && { echo "$dir: already there"; exit 0; }
work=$dir/work
rm -rf "$work"
mkdir -p "$work"

stage() { # NAME PACKAGES...: installs into the root and packs what changed as a layer
	local name=$1
	shift
	echo "layer $name"
	chroot "$work/root" sh -c "apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends $* >/dev/null 2>&1; apt-get clean"
}
snapshot() { python3 "$here/layer.py" "$work/root" "$work/state.json" "$work/layers/$1.tar"; }

mkdir -p "$work/layers"
mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$work/root"
cp /etc/resolv.conf "$work/root/etc/resolv.conf"
cp -n /etc/apt/apt.conf.d/*proxy* "$work/root/etc/apt/apt.conf.d/" 2>/dev/null || true # a mirror behind a proxy
snapshot 1
stage python python3-pip python3-numpy python3-django python3-requests python3-yaml git curl
snapshot 2
stage java openjdk-17-jre-headless tomcat10 libspring-core-java liblog4j2-java libjackson2-databind-java
snapshot 3
stage node nodejs npm
snapshot 4
mkdir -p "$work/root/app"
printf '{"dependencies":{"express":"4","webpack":"5","typescript":"5","eslint":"8","jest":"29","react":"18","react-dom":"18","lodash":"4","axios":"1","next":"14","@babel/preset-env":"7","moment":"2"}}' >"$work/root/app/package.json"
(cd "$work/root/app" && npm install --no-audit --no-fund --ignore-scripts >/dev/null 2>&1)
snapshot 5
mkdir -p "$work/root/srv/app"
for i in $(seq 1 400); do head -c 5000 /dev/urandom | base64 >"$work/root/srv/app/file$i.txt"; done
snapshot 6
rm -rf "$work/root/usr/share/doc" "$work/root/usr/share/man"
echo "done" >"$work/root/srv/app/marker"
snapshot 7
python3 "$here/pack.py" "$work/layers" "$dir/big-oci" "$dir/big.tar"
rm -rf "$work"
