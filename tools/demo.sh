#!/usr/bin/env bash
# The main job, end to end: make a CA, serve it, prove an identity, get a certificate, use it,
# renew it, revoke it. Prints each command as a person would type it, and what it answered.
# usage: demo.sh BIN_DIR
set -euo pipefail
bin=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
pids=()
finish() {
    local code=$?
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
    [ "$code" -eq 0 ] && echo "The demo ran to its end." || echo "The demo stopped with exit $code." >&2
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$work"
export PATH="$bin:$PATH" HOME="$work" STEPPATH="$work/ca"
for variable in $(env | sed -n 's/^\(STEP_[A-Z_]*\)=.*/\1/p'); do unset "$variable"; done

title() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
run() {
    printf '$ %s\n' "$*"
    "$@"
}
wait_for_port() {
    for _ in $(seq 600); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
        sleep 0.1
    done
    echo "nothing listens on port $1" >&2
    return 1
}

# Two ports that are ours while this process lives.
coproc ports { PYTHONPATH=$root exec python3 -c 'import sys; from tests.support.harness import free_port
print(free_port(), free_port(), flush=True); sys.stdin.read()'; }
pids+=("$ports_PID")
read -r port web <&"${ports[0]}"
openssl rand -hex 16 >password.txt

title "Make a certificate authority"
run step ca init --name "Demo CA" --dns localhost --address "127.0.0.1:$port" --provisioner admin \
    --password-file password.txt --deployment-type standalone

title "Serve it"
printf '$ step-ca --password-file password.txt ca/config/ca.json &\n'
step-ca --password-file password.txt ca/config/ca.json >ca.log 2>&1 &
pids+=($!)
wait_for_port "$port" || { cat ca.log; exit 1; }
cat ca.log
fingerprint=$(step certificate fingerprint ca/certs/root_ca.crt)

title "On another machine: trust the root, known by its fingerprint alone"
export STEPPATH="$work/client"
run step ca bootstrap --ca-url "https://localhost:$port" --fingerprint "$fingerprint"
run step ca health

title "Prove an identity with a one-time token and get a certificate"
run step ca certificate localhost site.crt site.key --provisioner admin --password-file password.txt
run step certificate inspect --short site.crt

title "Serve HTTPS with it, and fetch a page trusting only our root"
printf '$ openssl s_server -accept 127.0.0.1:%s -cert site.crt -cert_chain site.crt -key site.key -WWW &\n' "$web"
echo "Hello from a page that proves who it is." >hello.txt
openssl s_server -accept "127.0.0.1:$web" -cert site.crt -cert_chain site.crt -key site.key -WWW >/dev/null 2>&1 &
pids+=($!)
wait_for_port "$web"
run curl --silent --show-error --cacert client/certs/root_ca.crt "https://localhost:$web/hello.txt"

title "Renew it: same key, new certificate, no password"
run step ca renew --force site.crt site.key
run step certificate verify site.crt --roots client/certs/root_ca.crt --host localhost

title "Revoke it"
run step ca revoke --cert site.crt --key site.key

title "A revoked certificate is not renewed"
if run step ca renew --force site.crt site.key; then
    echo "a revoked certificate was renewed" >&2
    exit 1
fi
echo
