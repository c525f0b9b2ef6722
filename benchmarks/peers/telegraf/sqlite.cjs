// Telegraf with sessions in SQLite.
const sessions = require("../sessions.cjs").open();
require("./dialog.cjs").serve({
  get: sessions.read,
  set: sessions.write,
  delete: sessions.delete,
});
