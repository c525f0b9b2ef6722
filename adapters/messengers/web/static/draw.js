// Turns messages into elements. Every word from outside is set as text, never as HTML.

import { sizeOf, t, timeOf } from "./texts.js";

const LINK = /\bhttps?:\/\/[^\s<>"'«»]+|\bwww\.[^\s<>"'«»]+\.[^\s<>"'«»]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/gi;
const TRAILING = /[.,:;!?…]+$/;
const FEW_EMOJI = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic})*\s?){1,3}$/u;

export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.includes("-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

// Links out of here are only ever of these kinds, whatever a text or a button says.
export function safeUrl(address) {
  try {
    const url = new URL(address, location.href);
    return ["https:", "http:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function outLink(address, properties = {}, ...children) {
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", ...properties }, ...children);
}

export function linkified(text) {
  const parts = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = withoutTail(match[0]);
    const isMail = shown.includes("@") && !shown.includes("//");
    const url = safeUrl(isMail ? `mailto:${shown}` : shown.startsWith("www.") ? `https://${shown}` : shown);
    if (!url) continue;
    parts.append(text.slice(end, match.index), outLink(url, {}, shown));
    end = match.index + shown.length;
  }
  parts.append(text.slice(end));
  return parts;
}

// What ends the sentence around an address is not a part of it, nor is a bracket opened before it.
function withoutTail(address) {
  const bare = address.replace(TRAILING, "");
  const unopened = bare.endsWith(")") && bare.split(")").length > bare.split("(").length;
  if (unopened) return withoutTail(bare.slice(0, -1));
  return bare;
}

// `actions` has press(button, element), look(shown, place) and settled() for pictures that have arrived.
export function drawMessage(message, actions) {
  const own = message.from === "customer";
  const item = make("li", { className: `message ${own ? "mine" : "theirs"}` });
  if (message.from === "operator") item.classList.add("person");
  if (message.text || message.files?.length || !message.cards?.length) item.append(drawBubble(message, own, actions));
  if (message.cards?.length) item.append(drawCards(message.cards, actions));
  if (message.buttons?.length) item.append(drawButtons(message, actions));
  return item;
}

function drawBubble(message, own, actions) {
  const files = message.files ?? [];
  const bubble = make("div", { className: "bubble" });
  const pictures = files.filter(
    (file) => file.kind === "photo" || file.kind === "sticker" || (file.kind === "video" && file.album),
  );
  if (pictures.length) bubble.append(drawPictures(pictures, actions));
  for (const file of files) {
    if (!pictures.includes(file)) bubble.append(drawFile(file, actions));
  }
  const words = make("div", { className: "words" }, make("span", { className: "sr" }, `${author(message)}: `));
  if (message.text) {
    const text = make("p", { className: "text", dir: "auto" }, linkified(message.text));
    text.classList.toggle("large", !files.length && FEW_EMOJI.test(message.text));
    words.append(text);
  }
  words.append(drawMeta(message, own));
  bubble.append(words);
  bubble.classList.toggle("bare", pictures.length > 0 && !message.text && pictures.length === files.length);
  return bubble;
}

function author(message) {
  return t({ customer: "you", operator: "person" }[message.from] ?? "bot");
}

function drawMeta(message, own) {
  const at = new Date(message.at);
  const meta = make("span", { className: "meta" }, make("time", { dateTime: message.at }, timeOf(at)));
  if (message.edited) meta.prepend(make("span", { className: "edited" }, t("edited")));
  if (own) meta.append(make("span", { className: "tick" }));
  return meta;
}

export function markState(item, state) {
  const tick = item.querySelector(".tick");
  if (!tick) return;
  const [name, label] = { unsent: ["clock", "unsent"], refused: ["alert", "refused"], taken: ["check", "taken"] }[state];
  tick.replaceChildren(icon(name), make("span", { className: "sr" }, t(label)));
  item.classList.toggle("unsent", state === "unsent");
  item.classList.toggle("refused", state === "refused");
}

// How many pictures stand in each row, by how many there are.
const ROWS = [[], [1], [2], [1, 2], [2, 2], [2, 3], [3, 3], [1, 3, 3], [2, 3, 3], [3, 3, 3], [2, 2, 3, 3]];

function drawPictures(pictures, actions) {
  const shown = pictures.map(({ url, kind }) => ({ url: safeUrl(url), kind })).filter(({ url }) => url);
  const grid = make("div", { className: "pictures" });
  grid.classList.toggle("one", shown.length === 1);
  const rows = ROWS[shown.length] ?? [...Array(Math.ceil(shown.length / 3))].map(() => 3);
  const widths = rows.flatMap((count) => Array(count).fill(count));
  for (const [place, file] of shown.entries()) {
    const tile = drawTile(file, actions);
    tile.classList.add(`among-${widths[place]}`);
    tile.addEventListener("click", () => actions.look(shown, place));
    grid.append(tile);
  }
  return grid;
}

function drawTile({ url, kind }, actions) {
  if (kind === "video") {
    // A moment after the beginning, which is black in many videos.
    const video = make("video", { src: `${url}#t=0.1`, preload: "metadata", muted: true, playsInline: true });
    video.addEventListener("loadedmetadata", actions.settled);
    return make("button", { type: "button", className: "picture film", "aria-label": t("video") }, video, icon("play"));
  }
  const image = make("img", { src: url, alt: t("photoAlt"), decoding: "async" });
  const tile = make("button", { type: "button", className: "picture", "aria-label": t("photo") }, image);
  image.addEventListener("load", actions.settled);
  image.addEventListener("error", () => tile.classList.add("broken"));
  return tile;
}

// ---------------------------------------------------------------- cards

function drawCards(cards, actions) {
  const row = make("ul", { className: "cards", tabIndex: 0, "aria-label": t("cards") });
  row.append(...cards.map((card) => drawCard(card, actions)));
  const box = make("div", { className: "card-row" }, row);
  for (const [name, step] of [["before", -1], ["after", 1]]) {
    const arrow = make("button", { type: "button", className: `turn ${name}`, tabIndex: -1, "aria-hidden": "true" }, icon("down"));
    arrow.addEventListener("click", () => turnCards(row, step));
    box.append(arrow);
  }
  const edges = () => {
    box.classList.toggle("at-start", row.scrollLeft < 8);
    box.classList.toggle("at-end", row.scrollLeft + row.clientWidth > row.scrollWidth - 8);
  };
  row.addEventListener("scroll", edges, { passive: true });
  new ResizeObserver(edges).observe(row);
  return box;
}

function turnCards(row, step) {
  const card = row.firstElementChild;
  row.scrollBy({ left: step * (card.offsetWidth + 10), behavior: "smooth" });
}

function drawCard(card, actions) {
  const item = make("li", { className: "card" });
  const url = card.photo && safeUrl(card.photo);
  if (url) {
    const face = drawTile({ url, kind: "photo" }, actions);
    face.classList.add("card-face");
    face.addEventListener("click", () => actions.look([{ url, kind: "photo" }], 0));
    item.append(face);
  }
  const words = make("div", { className: "card-words" }, make("b", { dir: "auto" }, card.title));
  if (card.text) words.append(make("p", { dir: "auto" }, linkified(card.text)));
  item.append(words);
  const buttons = card.buttons.flat().map((button) => drawButton(button, actions));
  if (buttons.length) item.append(make("div", { className: "card-buttons" }, ...buttons));
  return item;
}

// ---------------------------------------------------------------- files

function drawFile(file, actions) {
  if (file.kind === "location") {
    const { latitude, longitude } = file;
    const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
    return outLink(map, { className: "file" }, icon("pin"), make("span", {}, t("place")));
  }
  if (file.kind === "contact") {
    return make("p", { className: "file" }, icon("phone"), make("span", {}, file.phone ?? ""));
  }
  const url = safeUrl(file.url);
  if (!url) return null;
  if (["video", "audio", "voice"].includes(file.kind)) {
    const tag = file.kind === "video" ? "video" : "audio";
    const player = make(tag, { src: url, controls: true, preload: "metadata", className: "player" });
    player.addEventListener("loadedmetadata", actions.settled);
    return player;
  }
  const words = make("span", { className: "file-words" }, make("b", {}, file.name || t("staged")));
  if (file.size) words.append(make("small", {}, sizeOf(file.size)));
  return make("a", { className: "file", href: url, download: file.name ?? "" }, icon("file"), words);
}

function drawButtons(message, actions) {
  const box = make("div", { className: "buttons", role: "group" });
  box.classList.toggle("keyboard", !message.inline);
  for (const row of message.buttons) {
    const line = make("div", { className: "row" });
    for (const button of row) {
      const element = drawButton(button, actions);
      if (element) line.append(element);
    }
    box.append(line);
  }
  return box;
}

// What stands before the label of a button that is chosen, in every messenger.
const PICKED = "✅ ";

function drawButton(button, actions) {
  const picked = button.text.startsWith(PICKED);
  const label = make("span", {}, picked ? button.text.slice(PICKED.length) : button.text);
  if (button.url) {
    const url = safeUrl(button.url);
    return url && outLink(url, { className: "choice", title: t("newTab") }, label, icon("out"));
  }
  const element = make("button", { type: "button", className: "choice" });
  if (button.share) element.append(icon(button.share === "phone" ? "phone" : "pin"));
  if (picked) {
    element.classList.add("picked");
    element.setAttribute("aria-pressed", "true");
    element.append(icon("check"));
  }
  element.append(label);
  element.dataset.label = button.text;
  element.addEventListener("click", () => actions.press(button, element));
  return element;
}
