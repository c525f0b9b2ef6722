#!/bin/sh
# Carried out once, when the database is made: Easy Flow's own user and database.
# The user is no superuser, for whom PostgreSQL would look away where rows are another workspace's.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" -U postgres -d postgres <<'SQL'
CREATE ROLE easyflow LOGIN PASSWORD :'password';
CREATE DATABASE easyflow OWNER easyflow;
SQL
