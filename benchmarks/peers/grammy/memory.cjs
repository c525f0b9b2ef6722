// grammY with sessions in memory, what its documentation begins with.
require("./dialog.cjs").serve(undefined);
