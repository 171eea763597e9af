# Debian packages by purpose, as debian-packages.txt beside it names them; sourced by the scripts that need some.
packages_listed="$(dirname "${BASH_SOURCE[0]}")/debian-packages.txt"

# packages_for PURPOSE…: their names, one a line
packages_for() {
  awk -v purposes=" $* " '!/^#/ && NF >= 2 {
    count = split($2, when, ",")
    for (i = 1; i <= count; i++) if (index(purposes, " " when[i] " ")) { print $1; next }
  }' "$packages_listed"
}

# install_packages PURPOSE…: what is missing of them is installed, by root or through sudo
install_packages() {
  local package missing=() as_root=()
  for package in $(packages_for "$@"); do
    [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)" = "install ok installed" ] || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then return; fi
  printf '· Debian packages: %s\n' "${missing[*]}" >&2
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
