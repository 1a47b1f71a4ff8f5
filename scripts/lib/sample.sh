# shellcheck shell=bash
# Sample embeddings for the private server, and the light load on them.

readonly sample=$pieces/sample
readonly sample_database=demo

load_sample() {
    run_quietly "Creating the database and its roles" as_superuser postgres --file="$sample/roles.sql"
    run_quietly "Loading 10,000 sample embeddings (384 dimensions, 50 clusters)" \
        as_superuser "$sample_database" --file="$sample/documents.sql"
    run_quietly "Building an HNSW index on them" as_superuser "$sample_database" --file="$sample/index.sql"
}

# sample_settings: those of a pgvigil that watches all of it.
sample_settings() {
    cat <<SETTINGS
servers:
  - name: demo
    conninfo: host=127.0.0.1 port=$server_port user=pgvigil dbname=$sample_database
    search: auto
SETTINGS
    [[ -z $pooler_port ]] || pools_settings
    cat "$sample/probes.yml"
}

# start_load: about 30 transactions a second, until the script ends.
start_load() {
    announce "Starting a light load: searches, updates, inserts, deletes"
    start "$server_home/bin/pgbench" -h "$server_folder" -p "$server_port" -U app --no-vacuum --client=2 \
        --rate=30 --time=2000000000 --random-seed=42 --file="$sample/search.sql@6" \
        --file="$sample/update.sql@2" --file="$sample/insert.sql@1" --file="$sample/delete.sql@1" \
        "$sample_database" >"$scratch/load.log" 2>&1
}
