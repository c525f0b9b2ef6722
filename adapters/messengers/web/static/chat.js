// The page: one bot's conversation at a time, what the visitor does in it, and what is around it.

import { Attachments } from "./attachments.js";
import { make } from "./draw.js";
import { Log } from "./log.js";
import { BotMemory, chooseBot, chosenBot, newId } from "./store.js";
import { language, t, translatePage } from "./texts.js";
import { Wire } from "./wire.js";

const START = "start";
const TYPING_LASTS = 6000;
const BANNER_AFTER = 1200;
const TOAST_LASTS = 4500;

const $ = (id) => document.getElementById(id);
const withKeyboard = matchMedia("(hover: hover) and (pointer: fine)").matches;

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
  actions: { press, photo: showPhoto },
});

const attachments = new Attachments({
  list: $("staged"),
  credentials: () => ({ bot: wire.bot, token: wire.memory?.token }),
  toast,
  changed: () => refreshSend(),
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
    handlers: { welcome, said, typing, owner: owned, taken, refused, unknownBot, state },
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
  showTyping(false);
  if (frame.seen === 0 && wire.memory.unsent.length === 0) {
    showTyping(true);
    wire.memory.keep({ type: "message", id: START, text: "/start" });
  }
  attachments.retry();
  refreshSend();
  if (withKeyboard && !document.querySelector("dialog[open]")) $("text").focus();
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

function press(button) {
  if (button.share === "phone") return askPhone();
  if (button.share === "location") return shareLocation();
  send({ type: "press", payload: button.payload, text: button.text });
  if (withKeyboard) $("text").focus();
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
    attachments.clear();
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

$("anew").addEventListener("click", () => $("anew-dialog").showModal());

$("anew-dialog").addEventListener("close", () => {
  if ($("anew-dialog").returnValue !== "yes" || !wire.memory) return;
  wire.memory.forget();
  attachments.clear();
  open(wire.bot);
});

// ---------------------------------------------------------------- writing

const text = $("text");

function refreshSend() {
  const uploading = !attachments.empty && !attachments.ready;
  $("send").disabled = uploading || (attachments.empty && !text.value.trim()) || !wire?.memory;
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
}

text.addEventListener("input", () => {
  grow();
  refreshSend();
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  refreshSend();
  if ($("send").disabled) return;
  const written = text.value.trim();
  if (attachments.empty) send({ type: "message", text: written });
  else send({ type: "photo", files: attachments.take(), text: written });
  text.value = "";
  grow();
  refreshSend();
  text.focus();
});

$("attach").addEventListener("click", () => $("files").click());

$("files").addEventListener("change", () => {
  attachments.add([...$("files").files]);
  $("files").value = "";
  if (withKeyboard) text.focus();
});

text.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (!files.length) return;
  event.preventDefault();
  attachments.add(files);
});

let within = 0;

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

function hover(change) {
  within = Math.max(0, within + change);
  $("drop").hidden = within === 0;
}

addEventListener("dragenter", (event) => carriesFiles(event) && hover(1));
addEventListener("dragleave", (event) => carriesFiles(event) && hover(-1));
addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  hover(-within);
  attachments.add([...event.dataTransfer.files]);
});

// ---------------------------------------------------------------- sharing, photos, toasts

function askPhone() {
  $("phone-error").textContent = "";
  $("phone-dialog").showModal();
  $("phone").focus();
}

function phoneFrom(written) {
  const digits = written.replace(/\D/g, "");
  if (digits.length < 10 || digits.length > 15) return null;
  // In Russia one dials 8 for what is written +7.
  if (digits.length === 11 && /^[78]/.test(digits)) return `+7${digits.slice(1)}`;
  if (digits.length === 10 && digits.startsWith("9") && language === "ru") return `+7${digits}`;
  return `+${digits}`;
}

$("phone-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const phone = phoneFrom($("phone").value);
  $("phone-error").textContent = phone ? "" : t("phoneWrong");
  $("phone").setAttribute("aria-invalid", String(!phone));
  if (!phone) return $("phone").focus();
  $("phone-dialog").close();
  send({ type: "contact", phone });
});

$("phone-cancel").addEventListener("click", () => $("phone-dialog").close());

function shareLocation() {
  if (!navigator.geolocation || !isSecureContext) return toast(t("noPlace"));
  toast(t("locating"));
  navigator.geolocation.getCurrentPosition(
    ({ coords: { latitude, longitude } }) => {
      $("toast").hidden = true;
      send({ type: "location", latitude, longitude });
    },
    () => toast(t("noPlace")),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
}

function showPhoto(url) {
  $("photo-large").src = url;
  $("photo-dialog").showModal();
}

$("photo-dialog").addEventListener("click", () => $("photo-dialog").close());

function toast(words) {
  $("toast").textContent = words;
  $("toast").hidden = false;
  clearTimeout(timers.toast);
  timers.toast = setTimeout(() => ($("toast").hidden = true), TOAST_LASTS);
}

// On some phones the keyboard lies over the page instead of making it smaller.
visualViewport?.addEventListener("resize", () => {
  const covered = visualViewport.scale === 1 && visualViewport.height < innerHeight - 1;
  $("app").style.height = covered ? `${visualViewport.height}px` : "";
});

open(new URLSearchParams(location.search).get("bot") ?? chosenBot());
refreshSend();
