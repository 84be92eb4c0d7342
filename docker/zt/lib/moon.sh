# A root of one's own ("moon"): a file that tells other nodes where this one is. A thing of zerotier-one up to 1.14.

# Makes it once, and again when this node is somewhere else; the key that signs it stays, so that it replaces the older one.
make_moon() {
  out=${ORRERY_ZT_MOONS:-/moons-out}
  name=000000$(node_address).moon
  file=$HOME_FOLDER/moons.d/$name
  endpoints=$(own_endpoints)
  [ -n "$endpoints" ] || refuse 'this container has no IPv4 address for others to reach it at' 'give it a network, or set ORRERY_ZT_ENDPOINTS=<address>/9993'
  check_endpoints "$endpoints"
  if [ ! -s "$file" ] || [ "$endpoints" != "$(cat "$STATE_FOLDER/endpoints" 2>/dev/null)" ]; then sign_moon; fi
  mkdir -p "$out" 2>/dev/null && cp "$file" "$out/.$name.new" 2>/dev/null ||
    refuse "the folder for the moon, $out, cannot be written to" "mount a volume there (-v moons:$out), or name another folder: ORRERY_ZT_MOONS"
  chmod 0644 "$out/.$name.new"
  mv "$out/.$name.new" "$out/$name"
  # Other roots that it was given (/moons) are for those nodes as well.
  for other in "$HOME_FOLDER"/moons.d/*.moon; do
    [ "$other" = "$file" ] || { cp "$other" "$out/" && chmod 0644 "$out/${other##*/}"; }
  done
  say "root: $out/$name tells nodes to find it at $(echo $endpoints)"
}

# A node that comes back from another port of its NAT is answered at the old one for up to 20 s, unless there is a bond
# (docs/zerotier-facts.md, "Endpoints"). A local.conf that is there already stays as it is.
follow_nodes() {
  file=$HOME_FOLDER/local.conf
  [ ! -e "$file" ] || return 0
  cat >"$file.new" <<'JSON'
{ "settings": { "defaultBondingPolicy": "orrery", "policies": { "orrery": { "basePolicy": "active-backup", "failoverInterval": 2000 } } } }
JSON
  # The daemon may give up root, and nothing here is secret.
  chmod 0644 "$file.new"
  mv "$file.new" "$file"
}

sign_moon() {
  draft=$STATE_FOLDER/moon.json
  if ! grep -qs "\"id\": \"$(node_address)\"" "$draft"; then
    zerotier-idtool initmoon "$HOME_FOLDER/identity.public" >"$draft.new"
    mv "$draft.new" "$draft"
  fi
  list=$(printf '%s\n' "$endpoints" | sed 's/.*/"&"/' | paste -sd, -)
  sed "s#\"stableEndpoints\": \\[\\]#\"stableEndpoints\": [$list]#" "$draft" >"$STATE_FOLDER/signed.json"
  (cd "$STATE_FOLDER" && zerotier-idtool genmoon signed.json >/dev/null)
  rm -f "$STATE_FOLDER/signed.json"
  [ -s "$STATE_FOLDER/$name" ] || refuse "zerotier-idtool made no $name" 'take a base (ZT_BASE) of 1.14 or older: later ones have no moons'
  mv "$STATE_FOLDER/$name" "$file"
  printf '%s\n' "$endpoints" >"$STATE_FOLDER/endpoints"
}

# One a line, in a fixed order. Interfaces of ZeroTier networks are no way to find a root.
own_endpoints() {
  if [ -n "${ORRERY_ZT_ENDPOINTS:-}" ]; then
    echo "$ORRERY_ZT_ENDPOINTS" | tr ', ' '\n\n' | sed '/^$/d'
  elif command -v ip >/dev/null; then
    ip -4 -o addr show scope global | awk '$2 !~ /^zt/ { sub(/\/.*/, "", $4); print $4 "/9993" }' | sort
  else
    hostname -i | tr ' ' '\n' | sed -n 's#^[0-9.]*$#&/9993#p' | sort
  fi
}

check_endpoints() { # endpoints
  for endpoint in $1; do
    echo "$endpoint" | grep -Eqx '[0-9a-fA-F.:]+/[0-9]+' ||
      refuse "ORRERY_ZT_ENDPOINTS has \"$endpoint\"" 'give addresses with ports, as in 203.0.113.7/9993 (several: with commas)'
  done
}
