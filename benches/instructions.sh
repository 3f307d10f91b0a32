#!/usr/bin/env bash
# Counts the instructions of the workloads and holds them against benches/instructions.txt: what differs by more than 3 % is a
# regression, or a change that is to be written down there. Counts do not depend on how busy the machine is; they do depend on the
# compiler, whose version stands in the file: with another one the counts are shown and not judged.
#
#   benches/instructions.sh            checks
#   benches/instructions.sh --write    writes the file anew
set -euo pipefail
cd "$(dirname "$0")/.."
file=benches/instructions.txt

command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 2; }
cargo build --release --quiet --example workload
program=${CARGO_TARGET_DIR:-target}/release/examples/workload

count() {
    valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null "$program" "$@" 2>&1 |
        awk '/I *refs:/ { gsub(",", "", $NF); print $NF }'
}

# Per unit: the difference of two sizes, so that starting and ending the process does not count.
per_unit() {
    local units=$1 small=$2 large=$3 few many
    # shellcheck disable=SC2086
    few=$(count $small) many=$(count $large)
    echo $(((many - few) / units))
}

measure() {
    echo "compiler $(rustc --version | cut -d' ' -f2)"
    echo "w1_execution $(per_unit 4000 "w1 500" "w1 4500")"
    echo "w3_step_100_ready $(per_unit 300000 "w3 100 1000" "w3 100 4000")"
    echo "w3_step_1000_ready $(per_unit 50000 "w3 1000 10" "w3 1000 60")"
    echo "w6_execution $(per_unit "$("$program" w6 3 2)" "w6 1 1" "w6 3 2")"
}

if [ "${1:-}" = --write ]; then
    measure | tee "$file"
    exit
fi

measure | awk -v stored="$file" '
    BEGIN { while ((getline line < stored) > 0) { split(line, part, " "); known[part[1]] = part[2] } }
    $1 == "compiler" { judged = $2 == known[$1]; if (!judged) print "compiler " $2 ", stored for " known[$1] ": shown, not judged"; next }
    {
        change = known[$1] > 0 ? 100 * ($2 - known[$1]) / known[$1] : 0
        bad = judged && (change > 3 || change < -3)
        printf "%-20s %8d  stored %8d  %+.1f %%%s\n", $1, $2, known[$1], change, bad ? "  <- more than 3 %: look why, then write it down" : ""
        failed = failed || bad
    }
    END { exit failed }'
