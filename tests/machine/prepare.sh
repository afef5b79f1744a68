#!/usr/bin/env bash
# What `npm start` and `npm test` need before anything else: the packages of npm and, on Debian as root, a browser and
# the desktop's pieces. Installs only what is missing and is silent when nothing is.
set -euo pipefail
cd "$(dirname "$0")/../.."

# npm leaves this file behind when an installation is complete.
stamp=node_modules/.package-lock.json
if [ ! -e "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  echo 'Installing the packages of npm…'
  npm ci --no-fund --no-audit --loglevel=error
  touch "$stamp"
fi

# The program or file that shows that it is there, and Debian's package that brings it.
needs=(
  chromium:chromium
  Xvfb:xvfb
  xcompmgr:xcompmgr
  hsetroot:hsetroot
  xdotool:xdotool
  dunst:dunst
  dbus-daemon:dbus-daemon
  dbus-send:dbus-bin
  espeak-ng:espeak-ng
  ffmpeg:ffmpeg
  nats-server:nats-server
  turnserver:coturn
  openssl:openssl
  age:age
  script:bsdutils
  promtool:prometheus
  /usr/share/fonts/opentype/inter/Inter-Regular.otf:fonts-inter
  /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf:fonts-noto-color-emoji
  /usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf:fonts-vlgothic
)

missing=()
for need in "${needs[@]}"; do
  sign=${need%%:*}
  case $sign in
    /*) [ -e "$sign" ] || missing+=("${need#*:}") ;;
    chromium) [ -x "${CHROME_PATH:-/usr/bin/chromium}" ] || missing+=("${need#*:}") ;;
    *) command -v "$sign" >/dev/null || missing+=("${need#*:}") ;;
  esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ -e /etc/debian_version ] && [ "$(id -u)" = 0 ]; then
  echo "Installing ${missing[*]}…"
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    echo "Could not install ${missing[*]}." >&2
    exit 1
  fi
  rm -f "$log"
  # The tests start what they need themselves; these packages would leave a server running for everybody.
  for server in coturn prometheus; do
    case " ${missing[*]} " in
      *" $server "*) command -v systemctl >/dev/null && systemctl disable --now "$server" >/dev/null 2>&1 || true ;;
    esac
  done
  exit 0
fi

# The same places as in tests/e2e/harness/chrome-path.ts.
for browser in "${CHROME_PATH:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome \
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' /Applications/Chromium.app/Contents/MacOS/Chromium; do
  if [ -x "$browser" ]; then
    echo "For everything to work, install: ${missing[*]}"
    exit 0
  fi
done
echo 'No browser: install Chromium 150 or newer, or set CHROME_PATH to its program.' >&2
exit 1
