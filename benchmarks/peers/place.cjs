// Where a bot of the comparison listens and calls, told by its environment: place.py for Node.
module.exports = {
  PORT: Number(process.env.BENCH_PORT),
  API: process.env.BENCH_API,
  TOKEN: process.env.BENCH_TOKEN,
  SECRET: process.env.BENCH_SECRET,
  PATH: "/api/v1/messaging/webhook/telegram",
  DATA: process.env.BENCH_DATA,
  REDIS: process.env.BENCH_REDIS,
};
