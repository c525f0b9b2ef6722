// The list of messages: in the order of their numbers, the unsent at the end, days between them.

import { drawMessage, make, markState } from "./draw.js";
import { dayOf } from "./texts.js";

const NEAR = 80;
const CLOSE_TOGETHER = 5 * 60_000;

export class Log {
  // `lookBack(before)` asks for messages from before the one of a number.
  constructor({ scroll, list, toEnd, unread, actions, lookBack }) {
    Object.assign(this, { scroll, list, toEnd, unread, lookBack });
    this.actions = { ...actions, settled: () => this.stuck && this.scrollToEnd() };
    this.stuck = true;
    this.missed = 0;
    this.clear();
    scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    toEnd.addEventListener("click", () => this.scrollToEnd({ smooth: true }));
    new ResizeObserver(() => this.stuck && this.scrollToEnd()).observe(scroll);
  }

  clear() {
    this.items = new Map();
    this.corrections = new Map();
    this.waiting = new Map();
    this.lastSeq = 0;
    this.firstSeq = 0;
    this.looking = false;
    this.list.replaceChildren();
  }

  get empty() {
    return this.items.size === 0 && this.waiting.size === 0;
  }

  // A page that opens should not read its whole history aloud.
  quietly(action) {
    this.list.setAttribute("aria-live", "off");
    this.list.classList.add("still");
    action();
    this.scrollToEnd();
    requestAnimationFrame(() => {
      this.list.setAttribute("aria-live", "polite");
      this.list.classList.remove("still");
    });
  }

  // Something that was said, here or elsewhere; one that is on the page already is passed over.
  add(message) {
    if (message.seq <= this.lastSeq) return false;
    this.lastSeq = message.seq;
    this.firstSeq ||= message.seq;
    if (message.replaces) return this.correct(message);
    const pending = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    pending?.item.remove();
    if (message.hidden) return false;
    const item = drawMessage(message, this.actions);
    if (pending) item.classList.add("was-here");
    if (message.from === "customer") markState(item, "taken");
    this.items.set(message.seq, { message, item });
    this.list.insertBefore(item, this.waiting.values().next().value?.item ?? null);
    this.arrange();
    if (this.stuck || message.from === "customer") this.scrollToEnd();
    else this.miss();
    return true;
  }

  // New words for a message that is there; for one further up they are kept until it is looked at.
  correct(message) {
    this.corrections.set(message.replaces, message.text);
    for (const [seq, one] of this.items) {
      if (one.message.id !== message.replaces) continue;
      const corrected = this.corrected(one.message);
      const item = drawMessage(corrected, this.actions);
      one.item.replaceWith(item);
      this.items.set(seq, { message: corrected, item });
    }
    this.arrange();
    if (this.stuck) this.scrollToEnd();
    return false;
  }

  corrected(message) {
    const text = this.corrections.get(message.id);
    return text === undefined ? message : { ...message, text, edited: true };
  }

  // Older messages go in above, and what is being read stays where it is.
  addEarlier(messages) {
    this.looking = false;
    const older = messages.filter((message) => message.seq < this.firstSeq);
    if (!older.length) return;
    this.firstSeq = older[0].seq;
    const corrections = older.filter(({ replaces }) => replaces).map(({ replaces, text }) => [replaces, text]);
    // What is known already came later.
    this.corrections = new Map([...corrections, ...this.corrections]);
    const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop;
    const drawn = older
      .filter((message) => !message.hidden && !message.replaces)
      .map((message) => this.corrected(message))
      .map((message) => ({ message, item: drawMessage(message, this.actions) }));
    this.list.classList.add("still");
    for (const { message, item } of drawn) if (message.from === "customer") markState(item, "taken");
    this.list.prepend(...drawn.map(({ item }) => item));
    this.items = new Map([...drawn.map((one) => [one.message.seq, one]), ...this.items]);
    this.arrange();
    this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd;
    requestAnimationFrame(() => this.list.classList.remove("still"));
  }

  // Something that is not known to be safe yet.
  addUnsent(message) {
    if (this.waiting.has(message.id)) return;
    const item = drawMessage({ ...message, from: "customer" }, this.actions);
    markState(item, "unsent");
    this.waiting.set(message.id, { message, item });
    this.list.append(item);
    this.arrange();
    this.scrollToEnd();
  }

  mark(id, state) {
    const pending = this.waiting.get(id);
    if (pending) markState(pending.item, state);
  }

  // Days, runs of one author's messages, and which buttons are behind us.
  arrange() {
    for (const day of this.list.querySelectorAll(".day")) day.remove();
    const all = renewed([...this.items.values(), ...this.waiting.values()]);
    let previous = null;
    for (const [place, one] of all.entries()) {
      const { message, item } = one;
      const at = new Date(message.at);
      const day = dayOf(at);
      if (day !== previous?.day) this.list.insertBefore(make("li", { className: "day" }, day), item);
      const joined =
        day === previous?.day && side(previous.message) === side(message) && at - previous.at < CLOSE_TOGETHER;
      item.classList.toggle("joined", joined);
      previous?.item.classList.toggle("followed", joined);
      item.classList.remove("followed");
      if (message.buttons?.length) {
        const answer = all.slice(place + 1).find((later) => side(later.message) === "mine");
        spend(item, answer?.message.text);
      }
      previous = { message, item, at, day };
    }
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR;
    this.toEnd.hidden = this.stuck;
    if (this.stuck) this.miss(0);
    if (scrollTop < NEAR && this.firstSeq > 1 && !this.looking) {
      this.looking = true;
      this.lookBack(this.firstSeq);
    }
  }

  scrollToEnd({ smooth = false } = {}) {
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.stuck = true;
    this.toEnd.hidden = true;
    this.miss(0);
  }

  miss(count = this.missed + 1) {
    this.missed = count;
    this.unread.hidden = count === 0;
    this.unread.textContent = count;
  }
}

const side = (message) => ((message.from ?? "customer") === "customer" ? "mine" : "theirs");

// Buttons that took the place of others stand where these stood, and the press between is not a word
// of the customer's. Gives what is to be seen.
function renewed(all) {
  for (const { item } of all) item.classList.remove("replaced", "silent");
  const seen = [];
  for (const one of all) {
    const [before, press] = seen.slice(-2);
    const renews = one.message.renews && press && side(press.message) === "mine" && before.message.buttons?.length;
    one.item.classList.toggle("renewal", Boolean(renews));
    if (renews) {
      press.item.classList.add("silent");
      before.item.classList.add("replaced");
      seen.pop();
    }
    seen.push(one);
  }
  return seen;
}

function spend(item, answer) {
  item.classList.toggle("spent", answer !== undefined);
  for (const button of item.querySelectorAll(".buttons .choice[data-label]")) {
    button.classList.toggle("chosen", answer !== undefined && button.dataset.label === answer);
  }
}
