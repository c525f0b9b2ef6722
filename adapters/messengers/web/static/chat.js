// The page: one bot's conversation at a time, what the visitor does in it, and what is around it.

import { Composer } from "./composer.js";
import { make } from "./draw.js";
import { Inside } from "./inside.js";
import { Log } from "./log.js";
import { askPhone, askPlace, askToStartOver, lookAt } from "./sheets.js";
import { BotMemory, chooseBot, chosenBot, newId } from "./store.js";
import { language, t, translatePage } from "./texts.js";
import { Wire } from "./wire.js";

const START = "start";
const TYPING_LASTS = 6000;
const BANNER_AFTER = 1200;
const DOUBLE_TAP = 700;

const $ = (id) => document.getElementById(id);

let wire = null;
let bots = [];
let current = null;
let owner = "bot";
let fresh = true;
let timers = {};

translatePage();

const log = new Log({
  scroll: $("scroll"),
  list: $("log"),
  toEnd: $("to-end"),
  unread: $("unread"),
  actions: { press, look: lookAt },
  lookBack: (before) => wire.write({ type: "earlier", before }),
});

const composer = new Composer({
  credentials: () => (wire?.memory ? { bot: wire.bot, token: wire.memory.token } : null),
  send,
  typing: () => wire?.tellTyping(),
});

const inside = new Inside({
  credentials: () => (wire?.memory?.token ? { bot: wire.bot, token: wire.memory.token } : null),
});

// ---------------------------------------------------------------- the conversation

function open(bot) {
  wire?.stop();
  fresh = true;
  log.clear();
  showTyping(true);
  wire = new Wire({
    bot,
    memory: bot ? new BotMemory(bot) : null,
    language,
    last: () => (fresh ? 0 : log.lastSeq),
    handlers: { welcome, said, earlier, typing, owner: owned, taken, refused, unknownBot, state },
  });
  if (bot) restoreUnsent();
}

function welcome(frame) {
  wire.memory ??= new BotMemory(frame.bot.name);
  wire.memory.token = frame.token;
  chooseBot(frame.bot.name);
  bots = frame.bots;
  current = frame.bot;
  owner = frame.owner;
  showBots();
  if (frame.reset) log.clear();
  const show = () => {
    frame.history.forEach(arrived);
    restoreUnsent();
  };
  if (fresh || frame.reset) log.quietly(show);
  else show();
  fresh = false;
  log.looking = false;
  showTyping(false);
  if (frame.seen === 0 && wire.memory.unsent.length === 0) {
    showTyping(true);
    wire.memory.keep({ type: "message", id: START, text: "/start" });
  }
  composer.attachments.retry();
  composer.refresh();
  composer.focus();
  inside.changed();
}

function arrived(message) {
  if (message.from === "customer") wire.memory.drop(message.id);
  return log.add(message);
}

function said(frame) {
  if (arrived(frame.message) && frame.message.from !== "customer") {
    showTyping(false);
    notice();
  }
  owned(frame);
  inside.changed();
}

function earlier(frame) {
  log.addEarlier(frame.history);
}

function restoreUnsent() {
  for (const item of wire.memory?.unsent ?? []) if (item.id !== START) log.addUnsent(drawable(item));
}

function drawable(item) {
  const files = item.files?.map((file) => ({ ...file, url: file.ref })) ?? [];
  if (item.type === "location") files.push({ kind: "location", ...item });
  if (item.type === "contact") files.push({ kind: "contact", phone: item.phone });
  return { id: item.id, at: item.at, text: item.text, files };
}

function send(content) {
  if (!wire.memory) return;
  const item = { ...content, id: newId(), at: new Date().toISOString() };
  wire.memory.keep(item);
  log.addUnsent(drawable(item));
  wire.flush();
}

function taken(frame) {
  log.mark(frame.id, "taken");
}

function refused(frame) {
  log.mark(frame.id, "refused");
}

function typing() {
  showTyping(true);
}

function owned(frame) {
  owner = frame.owner;
  showState();
}

function unknownBot(frame) {
  open(frame.bots[0]?.name ?? null);
}

let pressed = { message: null, at: 0 };

function press(button, element) {
  // Pressing moves the buttons, so the second tap of a double one would be on another of them.
  const message = element.closest(".message");
  if (message === pressed.message && performance.now() - pressed.at < DOUBLE_TAP) return;
  pressed = { message, at: performance.now() };
  if (button.share === "phone") return askPhone((phone) => send({ type: "contact", phone }));
  if (button.share === "location") return askPlace((place) => send({ type: "location", ...place }));
  send({ type: "press", payload: button.payload, text: button.text });
  composer.focus();
}

// ---------------------------------------------------------------- what the header says

function showBots() {
  document.title = current.title;
  $("title").textContent = current.title;
  dress($("avatar"), current);
  const several = bots.length > 1;
  $("bots").hidden = !several;
  $("app").classList.toggle("several", several);
  $("who").disabled = !several;
  $("bot-list").replaceChildren(...bots.map(drawBot));
}

function drawBot(bot) {
  const face = make("span", { className: "avatar", "aria-hidden": "true" });
  dress(face, bot);
  const words = make("span", { className: "bot-words" }, make("b", {}, bot.title));
  if (bot.about) words.append(make("small", {}, bot.about));
  const button = make("button", { type: "button", className: "bot" }, face, words);
  if (bot.name === current.name) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => {
    closeBots();
    if (bot.name === current.name) return;
    composer.attachments.clear();
    history.replaceState(null, "", location.pathname);
    open(bot.name);
  });
  return make("li", {}, button);
}

function dress(face, bot) {
  const quoted = /[«“"]\s*([\p{L}\p{N}])/u.exec(bot.title) ?? /([\p{L}\p{N}])/u.exec(bot.title);
  face.textContent = (quoted?.[1] ?? "?").toUpperCase();
  let hue = 0;
  for (const letter of bot.name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  face.style.setProperty("--hue", hue);
}

function state(now) {
  const lost = now === "waiting";
  if (!lost) clearTimeout(timers.banner);
  if (now === "open") showBanner(false);
  if (lost && $("banner").hidden) timers.banner = setTimeout(() => showBanner(true), BANNER_AFTER);
  if (lost) showTyping(false);
  showState();
}

function showBanner(shown) {
  $("banner").hidden = !shown;
  $("banner-text").textContent = shown ? t("offline") : "";
}

function showState() {
  const shown = !wire || wire.state !== "open" ? "connecting" : $("typing").hidden ? owner : "typing";
  $("state").textContent = t(shown === "bot" ? "online" : shown);
  $("state").dataset.state = shown;
}

function showTyping(shown) {
  clearTimeout(timers.typing);
  $("typing").hidden = !shown;
  if (shown) {
    timers.typing = setTimeout(() => showTyping(false), TYPING_LASTS);
    if (log.stuck) log.scrollToEnd();
  }
  showState();
}

let unseen = 0;

function notice() {
  if (document.visibilityState === "visible") return;
  unseen += 1;
  document.title = `(${unseen}) ${current.title}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !current) return;
  unseen = 0;
  document.title = current.title;
});

function openBots() {
  $("app").classList.add("choosing");
  $("who").setAttribute("aria-expanded", "true");
  $("bot-list").querySelector("[aria-current]")?.focus();
}

function closeBots() {
  $("app").classList.remove("choosing");
  $("who").setAttribute("aria-expanded", "false");
}

$("who").addEventListener("click", (event) => {
  event.stopPropagation();
  if ($("app").classList.contains("choosing")) closeBots();
  else openBots();
});

document.addEventListener("click", (event) => {
  if (!$("bots").contains(event.target)) closeBots();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("app").classList.contains("choosing")) {
    closeBots();
    $("who").focus();
  }
});

$("bot-list").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...$("bot-list").querySelectorAll("button")];
  buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
});

$("retry").addEventListener("click", () => wire.connect());

$("anew").addEventListener("click", () =>
  askToStartOver(() => {
    wire.memory?.forget();
    composer.attachments.clear();
    open(wire.bot);
  }),
);

// On some phones the keyboard lies over the page instead of making it smaller.
visualViewport?.addEventListener("resize", () => {
  const covered = visualViewport.scale === 1 && visualViewport.height < innerHeight - 1;
  $("app").style.height = covered ? `${visualViewport.height}px` : "";
});

inside.begin();
open(new URLSearchParams(location.search).get("bot") ?? chosenBot());
