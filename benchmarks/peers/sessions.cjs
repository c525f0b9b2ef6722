// Sessions in SQLite, every one synced to disk as it is written.
const path = require("node:path");
const Database = require("better-sqlite3");
const { DATA } = require("./place.cjs");

function open() {
  const db = new Database(path.join(DATA, "bot.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
  const select = db.prepare("SELECT value FROM sessions WHERE key = ?").pluck();
  const upsert = db.prepare(
    "INSERT INTO sessions VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const remove = db.prepare("DELETE FROM sessions WHERE key = ?");
  return {
    read(key) {
      const value = select.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    },
    write(key, value) {
      upsert.run(key, JSON.stringify(value));
    },
    delete(key) {
      remove.run(key);
    },
  };
}

module.exports = { open };
