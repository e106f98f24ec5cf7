# Installs what the scripts need. Sourced by scripts/run and scripts/test; does nothing by itself.
# Expects ROOT (the clone) and TARGET (the cargo target folder) to be set.

# To build the crates and the window.
BUILD_PACKAGES=(build-essential pkg-config perl libssl-dev libwebkit2gtk-4.1-dev python3 python3-venv)
# To show the window and play evidence in it.
WINDOW_PACKAGES=(dbus fonts-noto-cjk gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav)
# To make demo media where none are given.
MEDIA_PACKAGES=(ffmpeg libimage-exiftool-perl)
# To test: the real window without a screen, the independent checkers, the order of system calls.
TEST_PACKAGES=(curl webkit2gtk-driver xvfb xauth imagemagick strace faketime iproute2 golang-go golang-golang-x-mod-dev)
# To look at the unit, the desktop entry and the metainfo; to make packages; to try them out.
LOOK_PACKAGES=(desktop-file-utils appstream systemd)
PACK_PACKAGES=(dpkg-dev debhelper rpm git)
PACK_CHECK_PACKAGES=("${LOOK_PACKAGES[@]}" lintian mmdebstrap systemd-container dbus xvfb imagemagick)

# The journeys also run in an ordinary browser where one is packaged (on Ubuntu it is not).
# shellcheck disable=SC1091
if (. /etc/os-release && [ "$ID" = debian ]); then TEST_PACKAGES+=(chromium); fi

# Installs the Debian packages among "$@" that are missing; asks the network only when there are any.
packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0
    local as=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "missing packages, and no right to install them: ${missing[*]}" >&2; return 1; }
        as=(sudo)
    fi
    echo "installing: ${missing[*]}"
    "${as[@]}" apt-get update -qq &&
        "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Says what is missing of the two things that a person brings along.
toolchain() {
    command -v cargo >/dev/null || { echo "cargo is missing: install Rust (rustup) first" >&2; return 1; }
    command -v npm >/dev/null || { echo "npm is missing: install Node 20 or newer first" >&2; return 1; }
}

# Makes the Python environment of the checkers; PYTHON is its interpreter. Made anew when the pins change.
python_tools() {
    local pins="$ROOT/tests/independent/requirements.txt" folder="$TARGET/python" mark
    mark="$(sha256sum "$pins" | cut -c1-64) $(python3 --version)"
    PYTHON="$folder/bin/python"
    [ -x "$PYTHON" ] && [ "$(cat "$folder/.made" 2>/dev/null)" = "$mark" ] && return 0
    rm -rf "$folder"
    python3 -m venv "$folder" &&
        "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$pins" &&
        echo "$mark" >"$folder/.made"
}

# Installs the UI's packages when the lock file is newer than what is installed.
ui_packages() {
    local lock="$ROOT/ui/package-lock.json" mark="$ROOT/ui/node_modules/.made"
    [ "$(sha256sum "$lock" | cut -c1-64)" = "$(cat "$mark" 2>/dev/null)" ] && return 0
    (cd "$ROOT/ui" && npm ci --no-audit --no-fund --loglevel=error) &&
        sha256sum "$lock" | cut -c1-64 >"$mark"
}
