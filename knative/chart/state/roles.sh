#!/bin/sh
# Sees to the shop's database, its owner and the role of each domain, with the passwords of their Secrets (/roles/NAME/).
# Patroni calls it where a cluster has been made (with a connection string), and where a member starts as the primary or
# becomes it (with an event, its role, the cluster's name): so a failover takes over a password that was changed.
set -eu
case $1 in
  on_*) [ "$2" = primary ] || exit 0 ;;
esac
export PGPASSWORD="$PATRONI_SUPERUSER_PASSWORD"
sql() { psql -X -q -t -v ON_ERROR_STOP=1 -v database="$DATABASE" "host=127.0.0.1 user=$PATRONI_SUPERUSER_USERNAME dbname=postgres"; }

for name in $ROLES_WITHOUT_LOGIN; do
  sql <<SQL
SELECT format('CREATE ROLE %I', '$name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') \\gexec
SQL
done
for folder in /roles/*/; do # the passwords go by no command line
  sql <<SQL
\\set name \`cat $folder/username\`
\\set secret \`cat $folder/password\`
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \\gexec
SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', :'name', :'secret') \\gexec
SQL
done
sql <<'SQL'
\set owner `cat /roles/database-owner/username`
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
