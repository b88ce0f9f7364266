#!/usr/bin/env bash
# Can the official things be had here? Asked once a day and remembered in .lab/reach.
# LAB=official or LAB=standin decides without asking.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"

case "${LAB:-}" in
  official | standin)
    answer=yes
    [ "$LAB" = official ] || answer=no
    printf 'official_pulumi=%s\nofficial_images=%s\nforced=%s\n' "$answer" "$answer" "$LAB" >"$cache/reach"
    exit
    ;;
  '') ;;
  *) fail "LAB=$LAB is not understood: official, standin, or unset (asks the network)" ;;
esac

if [ -n "$(find "$cache/reach" -mmin -1440 2>/dev/null)" ] && ! grep -q '^forced=' "$cache/reach"; then exit; fi

answers() { curl -fsSIL -o /dev/null --connect-timeout 5 --max-time 15 "$1" 2>/dev/null; }
manifest() { DOCKER_CLI_EXPERIMENTAL=enabled timeout 15 docker manifest inspect "$1" >/dev/null 2>&1; }

pulumi=no images=no
case "$(uname -m)" in aarch64 | arm64) arch=arm64 ;; *) arch=x64 ;; esac
if answers "https://get.pulumi.com/releases/sdk/pulumi-v$PULUMI_VERSION-linux-$arch.tar.gz"; then pulumi=yes; fi
# One image of each registry that the product pulls from: all or nothing, a mixture
# of official and substituted images is a combination that nobody has tested.
images=yes
for name in litellm postgres; do
  manifest "$(awk -v n="$name" '$1 == n { print $2 }' "$lab/images/list")" || { images=no; break; }
done
if [ "$pulumi" = no ]; then say "Pulumi's downloads do not answer: engine from its Go module, plugins from lab/plugins (official: pulumi v$PULUMI_VERSION)"; fi
if [ "$images" = no ]; then say "the image registries do not answer: images from Debian, PyPI and npm packages (official: $(awk '$1 !~ /^#/ { printf "%s%s", sep, $2; sep = ", " }' "$lab/images/list" | sed 's/@sha256:[0-9a-f]*//g'))"; fi
printf 'official_pulumi=%s\nofficial_images=%s\n' "$pulumi" "$images" >"$cache/reach"
