#!/bin/bash
# Runs once, when the server of keys is empty: makes a key store for each service. The role that a
# service runs under may keep keys and empty them; it can neither delete their rows nor see another
# service's keys.
set -e
. "${PASSWORDS:-/run/secrets/database_passwords}"
for service in $SERVICES; do
    owner_password="${service}_owner"
    psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v database="attune_${service}_keys" \
        -v owner="attune_${service}_owner" -v owner_password="${!owner_password:?}" \
        -v user="attune_$service" -v user_password="${!service:?}" <<'SQL'
\set bound 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS'
CREATE ROLE :"owner" :bound PASSWORD :'owner_password';
CREATE ROLE :"user" :bound PASSWORD :'user_password';
CREATE DATABASE :"database" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"user";
\connect :"database"
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE ON TABLES TO :"user";
SQL
done
