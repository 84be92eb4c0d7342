#!/usr/bin/env bash
# Builds the image orrery-lab/debian:13 from Debian's own packages: debootstrap and `docker import`, no registry.
# The root file system is kept as a tarball in ORRERY_LAB_CACHE; --force rebuilds it. Needs root and DOCKER_HOST (or the default engine).
set -euo pipefail

image=${ORRERY_LAB_BASE_IMAGE:-orrery-lab/debian:13}
cache=${ORRERY_LAB_CACHE:-/var/cache/orrery-lab}
mirror=${ORRERY_LAB_MIRROR:-http://deb.debian.org/debian}
tarball=$cache/debian-13-$(dpkg --print-architecture).tar.gz
force=${1:-}

if [ "$force" != --force ] && docker image inspect "$image" >/dev/null 2>&1; then echo "$image is there"; exit 0; fi
if [ "$force" = --force ] || [ ! -s "$tarball" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/rootfs.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  debootstrap --variant=minbase --include=ca-certificates trixie "$work/root" "$mirror" >"$cache/debootstrap.log" 2>&1 ||
    { tail -20 "$cache/debootstrap.log" >&2; exit 1; }
  # Documentation and package caches are most of the size and are not needed; an image build fetches its own package lists.
  rm -rf "$work/root"/var/lib/apt/lists/* "$work/root"/var/cache/apt/* "$work/root"/var/log/*.log "$work/root"/usr/share/{doc,man,info,locale}/*
  printf 'path-exclude=/usr/share/%s/*\n' doc man info locale >"$work/root/etc/dpkg/dpkg.cfg.d/orrery-lab"
  printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' >"$work/root/etc/apt/apt.conf.d/orrery-lab"
  tar -C "$work/root" --numeric-owner -czf "$work/done.tar.gz" .
  mv "$work/done.tar.gz" "$tarball"
fi
docker import --change 'CMD ["/bin/bash"]' --change 'ENV DEBIAN_FRONTEND=noninteractive' "$tarball" "$image" >/dev/null
echo "$image made"
