#!/usr/bin/env bash
# npm test: checks (types, lint, format), TypeScript tests (Node and Chromium), recipe tests.
# Nothing is skipped: what is missing is installed (Debian, as root) or reported as a failure.
# The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0
failed=0

report() { # name, exit status
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $1"
  fi
}

need() { # command or file, then the Debian packages that bring it
  local probe=$1
  shift
  if command -v "$probe" >/dev/null || [ -e "$probe" ]; then return 0; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: $probe. Install the Debian packages: $*"
    return 1
  fi
  (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@") >/dev/null
}

# A software GPU with shader-f16, which Chromium's has not. Dawn takes Mesa's from version 25 on; Debian 12 has that in its
# backports, which are read from a list beside the machine's own.
need_lavapipe() {
  local driver=/usr/share/vulkan/icd.d/lvp_icd.json lists
  if [ -e "$driver" ] || ! grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
    need "$driver" mesa-vulkan-drivers
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "missing: $driver. Install the Debian package mesa-vulkan-drivers from bookworm-backports"
    return 1
  fi
  lists=$(mktemp -d)
  cp -r /etc/apt/sources.list.d/. "$lists"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm-backports main" \
    >"$lists/bookworm-backports.list"
  (apt-get -o "Dir::Etc::SourceParts=$lists" update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o "Dir::Etc::SourceParts=$lists" install -y --no-install-recommends \
      -t bookworm-backports mesa-vulkan-drivers) >/dev/null
}

need "${CHROMIUM:-/usr/bin/chromium}" chromium
report "browser present" $?
need "/usr/lib/$(uname -m)-linux-gnu/libvulkan.so.1" libvulkan1 # Dawn in Node loads it; the driver comes with Chromium
report "Vulkan loader present" $?
need_lavapipe
report "Lavapipe present" $?
need flite flite && need /usr/lib/python3/dist-packages/torch python3-torch python3-numpy libopenblas0-pthread &&
  need /usr/lib/python3/dist-packages/onnx python3-onnx && need /usr/share/dict/american-english wamerican &&
  need pocketsphinx_continuous pocketsphinx pocketsphinx-en-us
report "recipe packages present" $?

for check in types lint format; do
  npm run --silent "check:$check"
  report "check:$check" $?
done

mkdir -p out
rm -f out/vitest.json
npx vitest run --reporter=default --reporter=json --outputFile.json=out/vitest.json
vitest_status=$?
read -r vitest_passed vitest_failed < <(
  node -e 'const r = JSON.parse(require("fs").readFileSync("out/vitest.json", "utf8"));
    const unfinished = r.numTotalTests - r.numPassedTests - r.numFailedTests;
    console.log(r.numPassedTests, r.numFailedTests + unfinished + (r.numFailedTestSuites && !r.numFailedTests ? 1 : 0));' || echo "0 1"
)
passed=$((passed + vitest_passed))
failed=$((failed + vitest_failed))
if [ "$vitest_status" -ne 0 ] && [ "$vitest_failed" -eq 0 ]; then failed=$((failed + 1)); fi

OMP_NUM_THREADS=1 /usr/bin/python3 -m unittest discover -s weights/recipe -p 'test_*.py' 2>out/recipe.log
recipe_status=$?
cat out/recipe.log
recipe_run=$(sed -n 's/^Ran \([0-9]*\) tests\{0,1\} .*/\1/p' out/recipe.log | tail -1)
recipe_failed=$(sed -n 's/^FAILED (\(.*\))/\1/p' out/recipe.log | grep -oE '[0-9]+' | paste -sd+ | bc 2>/dev/null || true)
recipe_failed=${recipe_failed:-0}
if [ "$recipe_status" -ne 0 ] && [ "$recipe_failed" -eq 0 ]; then recipe_failed=1; fi
passed=$((passed + ${recipe_run:-0} - recipe_failed))
failed=$((failed + recipe_failed))

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
