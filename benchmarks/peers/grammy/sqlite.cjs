// grammY with sessions in SQLite.
require("./dialog.cjs").serve(require("../sessions.cjs").open());
