#!/bin/sh
# Makes the lab of companion/lab.yml known to the panel: its two nodes, its DNS server, its probe. Once, from the
# project's root, while all of it is up.
set -eu

compose() { docker compose -f docker-compose.yml -f companion/lab.yml --profile lab "$@"; }
posthouse() { compose exec -T worker bin/posthouse "$@"; }
content() { compose exec -T "$1" cat "/var/lib/posthouse/$2"; }

for node in smtp imap; do
  content "$node" agent/pairing-code | posthouse node add --code -
done

posthouse provider add <<JSON
{
  "name": "lab", "kind": "rfc2136", "server": "127.53.0.54", "port": 5354, "ttlSeconds": 5,
  "keyName": "posthouse-panel", "secret": "$(sed -n 's/^POSTHOUSE_LAB_TSIG=//p' .env)",
  "authoritative": [{ "address": "127.53.0.54", "port": 5354 }]
}
JSON

posthouse probe add <<JSON
{
  "name": "probe", "grade": "inside", "address": "probe@probe.test",
  "imapHost": "127.53.0.30", "imapPort": 993, "submissionHost": "127.53.0.30", "submissionPort": 587,
  "user": "probe@probe.test", "password": "$(content probe password)"
}
JSON
