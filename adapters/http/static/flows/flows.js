// The page: which bot, which flow, what is looked at, and the figures that come by themselves.

import { mark, sorted } from "./figures.js";
import { fill, splits } from "./panel.js";
import { Search } from "./search.js";
import { fetched, Refused } from "./server.js";
import { number, say, translate } from "./texts.js";
import { View } from "./view.js";

const EVERY = 2500;
const PERIODS = ["today", "7d", "30d", "all"];
const WHOLE = "";

const $ = (id) => document.querySelector(`#${id}`);
const view = new View($("stage"), $("canvas"), $("panel"));
const search = new Search($("search"), $("found"), () => picture?.nodes ?? [], (node) => find(node.step || node.flow));
const given = new URLSearchParams(location.search);

let bots = [];
let bot = null;
let flow = given.get("flow") ?? WHOLE;
let period = PERIODS.includes(given.get("period")) ? given.get("period") : "7d";
let picture = null;
let figures = null;
let chosen = null;
let asked = 0;

// ---------------------------------------------------------------- choosing

async function start() {
  translate(document);
  document.title = `${say("title")} · Easy Flow`;
  fillPeriods();
  fillLegend();
  ({ bots } = await fetched("bots"));
  if (!bots.length) return notice(say("none"));
  bot = bots.find((one) => one.name === given.get("bot")) ?? bots[0];
  if (flow !== WHOLE && !knows(flow)) flow = WHOLE;
  fillBots();
  await show({ step: given.get("step") });
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}

const knows = (name) => bot.flows.some((one) => one.name === name);

function fillBots() {
  $("bot").replaceChildren(...bots.map((one) => new Option(one.title, one.name, false, one === bot)));
  $("flow").replaceChildren(
    new Option(say("whole"), WHOLE, false, flow === WHOLE),
    ...bot.flows.map((one) => new Option(one.name, one.name, false, one.name === flow)),
  );
  fillList();
}

function fillList() {
  const items = [{ name: WHOLE, title: say("whole"), about: bot.title }, ...bot.flows];
  $("list").replaceChildren(
    ...items.map((one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.flow = one.name;
      button.title = one.about ?? "";
      button.setAttribute("aria-current", String(one.name === flow));
      const name = document.createElement("span");
      name.textContent = one.title ?? one.name;
      const count = document.createElement("b");
      button.append(name, count);
      button.addEventListener("click", () => open(one.name));
      return button;
    }),
  );
  countList();
}

function countList() {
  if (!figures) return;
  for (const button of $("list").children) {
    const name = button.dataset.flow;
    const waiting = name === WHOLE ? 0 : (figures.flow(name)?.waiting ?? 0);
    button.querySelector("b").textContent = waiting ? number(waiting) : "";
  }
}

function fillPeriods() {
  $("period").replaceChildren(
    ...PERIODS.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(name === period));
      for (const size of ["long", "short"]) {
        const words = document.createElement("span");
        words.className = size;
        words.textContent = say(size === "short" ? `${name} short` : name);
        button.append(words);
      }
      button.addEventListener("click", () => {
        period = name;
        fillPeriods();
        remember();
        refresh();
      });
      return button;
    }),
  );
}

function fillLegend() {
  const items = ["Waiting", "Below", "Answered", "Silent", "Left"];
  $("legend").replaceChildren(
    ...items.map((name) => {
      const item = document.createElement("span");
      const mark = document.createElement("i");
      mark.className = name.toLowerCase();
      item.append(mark, say(`legend${name}`));
      return item;
    }),
  );
}

/** The address says what is shown, so that it can be kept or sent. */
function remember(push) {
  const about = new URLSearchParams({ bot: bot.name, ...(flow && { flow }), period });
  history[push ? "pushState" : "replaceState"]({}, "", `?${about}`);
}

// ---------------------------------------------------------------- showing

async function open(name, step) {
  if (!knows(name) && name !== WHOLE) return;
  flow = name;
  choose(null);
  remember(true);
  fillBots();
  await show({ step });
}

async function show({ keep = false, step = null } = {}) {
  const mine = ++asked;
  if (!keep) notice(say("loading"), 400);
  let came;
  try {
    came = await fetched("picture", { bot: bot.name, flow });
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404) || flow === WHOLE) throw error;
    flow = WHOLE;
    fillBots();
    await show();
    return notice(say("gone"), 0, 5000);
  }
  if (mine !== asked) return;
  picture = came;
  const drawn = new DOMParser().parseFromString(picture.svg, "image/svg+xml").documentElement;
  const svg = document.importNode(drawn, true);
  prepare(svg);
  view.show(svg, keep);
  notice("");
  search.renew();
  if (figures) mark(svg, figures);
  if (step) find(step);
  if (chosen) choose(picture.nodes.find((one) => one.id === chosen.id) ?? null);
  await refresh();
}

/** Boxes can be reached by keys, and say what they are. */
function prepare(svg) {
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", picture.title);
  for (const node of svg.querySelectorAll(".node")) {
    if (node.matches(".done, .cancel")) continue;
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", node.querySelector("title, .title")?.textContent ?? "");
  }
}

function pressed(target) {
  const node = target.closest(".node");
  if (!node) return choose(null);
  if (node.matches(".flow")) return open(node.dataset.flow);
  if (node.matches(".jump")) return find(node.dataset.step);
  const row = target.closest(".row[data-flow]");
  if (row && flow !== WHOLE) return open(row.dataset.flow);
  choose(picture.nodes.find((one) => one.id === node.dataset.id) ?? null);
}

function choose(node) {
  chosen = node;
  for (const old of $("canvas").querySelectorAll(".chosen")) old.classList.remove("chosen");
  $("canvas").classList.toggle("choosing", Boolean(node));
  if (!node) {
    $("panel").hidden = true;
    return;
  }
  for (const one of $("canvas").querySelectorAll(".node")) one.classList.toggle("chosen", one.dataset.id === node.id);
  for (const one of $("canvas").querySelectorAll(".edge, .label")) {
    one.classList.toggle("chosen", one.dataset.from === node.id || one.dataset.to === node.id);
  }
  detail();
  const box = [...$("canvas").querySelectorAll(".node")].find((one) => one.dataset.id === node.id);
  if (box) view.reveal(box);
}

function detail() {
  if (!chosen || !figures) return;
  fill($("panel"), chosen, figures, { open, close: () => choose(null) });
  const named = chosen.rows.filter((row) => row.kind === "split").map((row) => row.text);
  $("panel").append(...splits(figures, named));
}

function notice(text, after = 0, until = 0) {
  const box = $("notice");
  clearTimeout(notice.timer);
  const tell = () => {
    box.textContent = text;
    box.hidden = !text;
    if (until) notice.timer = setTimeout(() => notice(""), until);
  };
  if (after && text) notice.timer = setTimeout(tell, after);
  else tell();
}

// ---------------------------------------------------------------- figures

async function refresh() {
  if (document.hidden || !bot || refresh.busy) return;
  refresh.busy = true;
  const about = { bot: bot.name, period };
  try {
    const came = await fetched("figures", about);
    live(true);
    if (about.bot !== bot.name || about.period !== period) return;
    figures = sorted(came);
    const svg = $("canvas").firstElementChild;
    if (svg) mark(svg, figures);
    countList();
    detail();
    if (picture && came.version !== picture.version) await redraw();
  } catch (error) {
    live(false);
    if (error instanceof Refused && error.status === 404) await redraw().catch(() => {});
  } finally {
    refresh.busy = false;
  }
}

/** Another version was published: the same flow anew, seen from the same place. */
async function redraw() {
  ({ bots } = await fetched("bots"));
  if (!bots.length) return notice(say("none"));
  bot = bots.find((one) => one.name === bot.name) ?? bots[0];
  refresh.busy = false;
  if (flow !== WHOLE && !knows(flow)) {
    flow = WHOLE;
    notice(say("gone"), 0, 5000);
  }
  fillBots();
  await show({ keep: true });
}

function live(well) {
  $("live").textContent = say(well ? "live" : "stale");
  $("live").classList.toggle("stale", !well);
}

// ---------------------------------------------------------------- finding a step

function find(step) {
  const node = [...$("canvas").querySelectorAll(".node.step")].find((one) => (one.dataset.step ?? one.dataset.flow) === step);
  if (!node) return;
  choose(picture.nodes.find((one) => one.id === node.dataset.id) ?? null);
  // The panel has opened by now, and the middle is elsewhere.
  requestAnimationFrame(() => view.center(node));
}

// ---------------------------------------------------------------- what may be done

$("bot").addEventListener("change", () => {
  bot = bots.find((one) => one.name === $("bot").value);
  figures = null;
  open(WHOLE);
});
$("flow").addEventListener("change", () => open($("flow").value));
$("nearer").addEventListener("click", () => view.zoom(1.3));
$("farther").addEventListener("click", () => view.zoom(1 / 1.3));
$("fit").addEventListener("click", () => view.fit());
$("stage").addEventListener("click", (event) => {
  if (!view.moved && !event.target.closest("button")) pressed(event.target);
});
$("stage").addEventListener("dblclick", (event) => {
  const node = event.target.closest(".node.step");
  if (node && flow === WHOLE) open(node.dataset.flow);
});
$("stage").addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.closest(".node")) {
    event.preventDefault();
    pressed(event.target);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, select, dialog")) {
    event.preventDefault();
    $("search").focus();
  } else if (event.key === "Escape") {
    search.clear();
    choose(null);
  }
});
window.addEventListener("popstate", () => {
  const about = new URLSearchParams(location.search);
  bot = bots.find((one) => one.name === about.get("bot")) ?? bot;
  flow = about.get("flow") ?? WHOLE;
  choose(null);
  fillBots();
  show();
});

start().catch((error) => {
  live(false);
  notice(error instanceof Refused ? error.message : say("stale"));
  setTimeout(() => location.reload(), 5000);
});
