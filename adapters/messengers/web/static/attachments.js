// What is about to be sent along: chosen, dropped or pasted files, uploaded as soon as they are there.

import { icon, make } from "./draw.js";
import { t } from "./texts.js";
import { upload } from "./upload.js";

const MOST = 10;

export class Attachments {
  // `credentials` gives {bot, token} at the time of an upload; `toast` says what went wrong.
  constructor({ list, credentials, toast, changed }) {
    Object.assign(this, { list, credentials, toast, changed });
    this.staged = [];
  }

  get ready() {
    return this.staged.length > 0 && this.staged.every((one) => one.file);
  }

  get empty() {
    return this.staged.length === 0;
  }

  add(files) {
    for (const file of files) {
      if (this.staged.length >= MOST) {
        this.toast(t("tooMany"));
        break;
      }
      const one = { source: file, file: null, abort: new AbortController() };
      one.element = this.draw(one);
      this.staged.push(one);
      this.list.append(one.element);
      this.send(one);
    }
    this.refresh();
  }

  async send(one) {
    one.element.className = "staging";
    try {
      const { bot, token } = this.credentials();
      const sent = await upload(one.source, { bot, token, signal: one.abort.signal });
      one.file = { ref: sent.ref, kind: sent.kind, mime: sent.mime, size: sent.size, name: one.source.name };
      one.element.className = "";
    } catch (error) {
      if (!this.staged.includes(one)) return;
      this.toast(t(error.reason ?? "fileFailed"));
      if (error.reason === "fileFailed") one.element.className = "failed";
      else this.remove(one);
    }
    this.refresh();
  }

  // After an outage, what did not go up is tried again.
  retry() {
    for (const one of this.staged) if (one.element.className === "failed") this.send(one);
  }

  take() {
    const files = this.staged.map((one) => one.file);
    this.clear();
    return files;
  }

  clear() {
    for (const one of [...this.staged]) this.remove(one);
  }

  remove(one) {
    one.abort.abort();
    this.staged = this.staged.filter((other) => other !== one);
    one.element.remove();
    if (one.preview) URL.revokeObjectURL(one.preview);
    this.refresh();
  }

  refresh() {
    this.list.hidden = this.empty;
    this.changed();
  }

  draw(one) {
    const label = `${t("remove")}: ${one.source.name}`;
    const away = make("button", { type: "button", className: "away", title: label, "aria-label": label }, icon("cross"));
    away.addEventListener("click", () => this.remove(one));
    const face = make("button", { type: "button", className: "face", title: one.source.name });
    face.addEventListener("click", () => one.element.className === "failed" && this.send(one));
    if (one.source.type.startsWith("image/")) {
      one.preview = URL.createObjectURL(one.source);
      face.append(make("img", { src: one.preview, alt: one.source.name }));
    } else {
      face.append(icon("file"), make("small", {}, one.source.name));
    }
    return make("li", {}, face, away);
  }
}
