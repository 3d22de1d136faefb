#!/usr/bin/env bash
# Makes the requests and certificates of this folder with OpenSSL 3.0: keys and signatures that
# we refuse or treat apart. The keys are thrown away.
set -eu
out=$(cd "$(dirname "$0")" && pwd)
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
cd "$keys"

openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout -out ec-explicit.key
openssl genpkey -algorithm ED448 -out ed448.key
openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 -out dsa.params 2>/dev/null
openssl genpkey -paramfile dsa.params -out dsa.key
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa-1024.key 2>/dev/null
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl ecparam -name secp256k1 -genkey -noout -out koblitz.key
openssl ec -in ec.key -conv_form compressed -out ec-compressed.key 2>/dev/null

request() { openssl req -new -key "$2.key" -subj /CN=a.test -addext subjectAltName=DNS:a.test "${@:3}" -out "$out/csr-$1.pem" 2>/dev/null; }
certificate() { openssl req -x509 -new -key "$2.key" -subj /CN=a.test -days 36500 "${@:3}" -out "$out/$1.pem" 2>/dev/null; }

request ec-explicit ec-explicit
request ed448 ed448
request dsa dsa
request rsa-1024 rsa-1024
request koblitz koblitz
request ec-compressed ec-compressed
request ca-flag ec -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
request unknown-critical ec -addext 1.3.6.1.4.1.99999.1=critical,DER:0500
certificate ed448 ed448
certificate dsa dsa
certificate ec-explicit ec-explicit
for hash in 256 384 512; do
    request "rsa-pss-sha$hash" rsa "-sha$hash" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest
    certificate "rsa-pss-sha$hash" rsa "-sha$hash" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest
done
