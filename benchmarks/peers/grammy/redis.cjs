// grammY with sessions in Redis, by the adapter that its project publishes.
const Redis = require("ioredis");
const { RedisAdapter } = require("@grammyjs/storage-redis");
const { REDIS } = require("../place.cjs");
require("./dialog.cjs").serve(new RedisAdapter({ instance: new Redis(REDIS) }));
