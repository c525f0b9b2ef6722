// The dialog on Telegraf: a wizard scene, and its webhook callback on Node's own server.
const http = require("node:http");
const { Markup, Scenes, Telegraf, session } = require("telegraf");
const { message } = require("telegraf/filters");
const place = require("../place.cjs");
const texts = require("../texts.cjs");

const yesOrNo = Markup.inlineKeyboard([
  Markup.button.callback("Yes", "yes"),
  Markup.button.callback("No", "no"),
]);

const asked = (ctx) => ctx.has(message("text"));

function order() {
  return new Scenes.WizardScene(
    "order",
    async (ctx) => {
      await ctx.reply(texts.HELLO);
      return ctx.wizard.next();
    },
    async (ctx) => {
      if (!asked(ctx)) return;
      ctx.wizard.state.name = ctx.message.text;
      await ctx.reply(texts.nice(ctx.message.text));
      return ctx.wizard.next();
    },
    async (ctx) => {
      if (!asked(ctx)) return;
      if (!texts.PHONE.test(ctx.message.text)) return ctx.reply(texts.MISFIT);
      ctx.wizard.state.phone = ctx.message.text;
      await ctx.reply(texts.right(ctx.wizard.state.name, ctx.message.text), yesOrNo);
      return ctx.wizard.next();
    },
    async (ctx) => {
      if (!ctx.callbackQuery) return;
      await ctx.answerCbQuery();
      if (ctx.callbackQuery.data !== "yes") {
        await ctx.reply(texts.HELLO);
        return ctx.wizard.selectStep(1);
      }
      await ctx.reply(texts.thanks(ctx.wizard.state.name));
      return ctx.scene.leave();
    },
  );
}

function serve(store) {
  // webhookReply: false, or the bot would not learn whether its message went out.
  const agent = new http.Agent({ keepAlive: true });
  const bot = new Telegraf(place.TOKEN, {
    telegram: { apiRoot: place.API, agent, webhookReply: false },
  });
  const stage = new Scenes.Stage([order()]);
  stage.start((ctx) => ctx.scene.enter("order"));
  bot.use(session({ store }));
  bot.use(stage.middleware());
  bot.start((ctx) => ctx.scene.enter("order"));
  bot.catch((error) => console.error(error.message));
  const handle = bot.webhookCallback(place.PATH, { secretToken: place.SECRET });
  bot.telegram.getMe().then((me) => {
    bot.botInfo = me;
    http.createServer(handle).listen(place.PORT, "127.0.0.1");
  });
}

module.exports = { serve };
