// The dialog on grammY: a step in the session, and its webhook callback on Node's own server.
const http = require("node:http");
const { Bot, InlineKeyboard, session, webhookCallback } = require("grammy");
const place = require("../place.cjs");
const texts = require("../texts.cjs");

const yesOrNo = new InlineKeyboard().text("Yes", "yes").text("No", "no");

function dialog(storage) {
  const bot = new Bot(place.TOKEN, { client: { apiRoot: place.API } });
  bot.use(session({ initial: () => ({ step: "idle" }), storage }));

  bot.command("start", async (ctx) => {
    ctx.session = { step: "name" };
    await ctx.reply(texts.HELLO);
  });

  bot.on("message:text", async (ctx) => {
    const text = ctx.msg.text;
    switch (ctx.session.step) {
      case "name":
        ctx.session.name = text;
        ctx.session.step = "phone";
        await ctx.reply(texts.nice(text));
        break;
      case "phone":
        if (!texts.PHONE.test(text)) {
          await ctx.reply(texts.MISFIT);
          break;
        }
        ctx.session.phone = text;
        ctx.session.step = "right";
        await ctx.reply(texts.right(ctx.session.name, text), { reply_markup: yesOrNo });
        break;
    }
  });

  bot.callbackQuery("yes", async (ctx) => {
    await ctx.answerCallbackQuery();
    if (ctx.session.step !== "right") return;
    const { name } = ctx.session;
    ctx.session = { step: "idle" };
    await ctx.reply(texts.thanks(name));
  });

  bot.callbackQuery("no", async (ctx) => {
    await ctx.answerCallbackQuery();
    ctx.session.step = "name";
    await ctx.reply(texts.HELLO);
  });

  bot.catch((error) => console.error(error.message));
  return bot;
}

function serve(storage) {
  const handle = webhookCallback(dialog(storage), "http", { secretToken: place.SECRET });
  http
    .createServer((request, response) => {
      if (request.method === "POST" && request.url === place.PATH) return handle(request, response);
      response.writeHead(404).end();
    })
    .listen(place.PORT, "127.0.0.1");
}

module.exports = { serve };
