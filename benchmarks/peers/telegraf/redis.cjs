// Telegraf with sessions in Redis, by its interface of session stores.
const Redis = require("ioredis");
const { REDIS } = require("../place.cjs");

const redis = new Redis(REDIS);
require("./dialog.cjs").serve({
  async get(key) {
    const value = await redis.get(key);
    return value === null ? undefined : JSON.parse(value);
  },
  set: (key, value) => redis.set(key, JSON.stringify(value)),
  delete: (key) => redis.del(key),
});
