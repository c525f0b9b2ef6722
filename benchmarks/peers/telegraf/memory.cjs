// Telegraf with sessions in memory, its default.
require("./dialog.cjs").serve(undefined);
