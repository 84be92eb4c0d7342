# Identity and API token come as files. A value in the environment is readable by whoever may inspect the container.

take_secrets() {
  no_value ZEROTIER_IDENTITY_SECRET "${ZEROTIER_IDENTITY_SECRET:-}" ORRERY_ZT_IDENTITY_FILE
  no_value ZEROTIER_IDENTITY_PUBLIC "${ZEROTIER_IDENTITY_PUBLIC:-}" ORRERY_ZT_IDENTITY_FILE
  no_value ZEROTIER_API_SECRET "${ZEROTIER_API_SECRET:-}" ORRERY_ZT_AUTHTOKEN_FILE
  [ -z "${ORRERY_ZT_IDENTITY_FILE:-}" ] || take_identity "$ORRERY_ZT_IDENTITY_FILE"
  if [ -n "${ORRERY_ZT_AUTHTOKEN_FILE:-}" ]; then
    check_file "$ORRERY_ZT_AUTHTOKEN_FILE" ORRERY_ZT_AUTHTOKEN_FILE
    keep_authtoken "$ORRERY_ZT_AUTHTOKEN_FILE"
  elif [ -s "$HOME_FOLDER/authtoken.secret" ]; then
    keep_authtoken "$HOME_FOLDER/authtoken.secret"
  fi
}

no_value() { # name value setting
  [ -z "$2" ] || refuse "$1 is set: secrets are not taken from the environment, where docker inspect shows them" \
    "put it into a file, and mount it: -v ./secret:/run/secrets/zerotier:ro -e $3=/run/secrets/zerotier"
}

check_file() { # path setting
  [ -f "$1" ] && [ -r "$1" ] && [ -s "$1" ] ||
    refuse "$2 names $1, which is no file that can be read, or is empty" "mount it: -v ./secret:$1:ro"
}

take_identity() { # path
  check_file "$1" ORRERY_ZT_IDENTITY_FILE
  given=$(tr -d '[:space:]' <"$1")
  have=$(cat "$HOME_FOLDER/identity.secret" 2>/dev/null | tr -d '[:space:]')
  [ "$given" != "$have" ] || return 0
  [ -z "$have" ] || refuse "the state folder is of node ${have%%:*}, and $1 of another, ${given%%:*}" \
    "take a new volume for $HOME_FOLDER, or leave out ORRERY_ZT_IDENTITY_FILE"
  printf '%s' "$given" >"$HOME_FOLDER/identity.new"
  if [ -z "$(printf '%s' "$given" | cut -d: -f4)" ] || ! zerotier-idtool validate "$HOME_FOLDER/identity.new" >/dev/null 2>&1; then
    rm -f "$HOME_FOLDER/identity.new"
    refuse "$1 holds no identity with its secret part" \
      'give an identity.secret, as in: docker run --rm --entrypoint zerotier-idtool orrery-zt generate >identity.secret'
  fi
  zerotier-idtool getpublic "$HOME_FOLDER/identity.new" >"$HOME_FOLDER/identity.public"
  mv "$HOME_FOLDER/identity.new" "$HOME_FOLDER/identity.secret"
}

# Without the line end that a volume of the official image may have: zerotier-cli sends the file as it is, and would be refused.
keep_authtoken() { # path
  tr -d '[:space:]' <"$1" >"$HOME_FOLDER/authtoken.new"
  mv "$HOME_FOLDER/authtoken.new" "$HOME_FOLDER/authtoken.secret"
}

# Made before the daemon starts, so that the first line of the log names the node.
own_identity() {
  [ ! -s "$HOME_FOLDER/identity.secret" ] ||
    [ -s "$HOME_FOLDER/identity.public" ] ||
    zerotier-idtool getpublic "$HOME_FOLDER/identity.secret" >"$HOME_FOLDER/identity.public"
  [ -s "$HOME_FOLDER/identity.secret" ] ||
    zerotier-idtool generate "$HOME_FOLDER/identity.secret" "$HOME_FOLDER/identity.public" >/dev/null
}

# Private roots: whatever is mounted at /moons.
take_moons() {
  mkdir -p "$HOME_FOLDER/moons.d"
  for moon in /moons/*.moon; do
    [ ! -f "$moon" ] || cp "$moon" "$HOME_FOLDER/moons.d/"
  done
}
