// Where one writes: the field that grows, the files that go along, the button that sends.

import { Attachments } from "./attachments.js";
import { toast } from "./sheets.js";

const $ = (id) => document.getElementById(id);
const text = $("text");
const TYPES_AGAIN = 3000;

export const withKeyboard = matchMedia("(hover: hover) and (pointer: fine)").matches;

export class Composer {
  // `credentials` gives {bot, token} for uploads, or null before there is a conversation; `send`
  // takes what was written; `typing` hears now and then that something is.
  constructor({ credentials, send, typing }) {
    this.credentials = credentials;
    this.send = send;
    this.typing = typing;
    this.typedAt = -TYPES_AGAIN;
    this.attachments = new Attachments({ list: $("staged"), credentials, toast, changed: () => this.refresh() });
    this.listen();
    this.refresh();
  }

  focus() {
    if (withKeyboard && !document.querySelector("dialog[open]")) text.focus();
  }

  refresh() {
    const files = this.attachments;
    const nothing = files?.empty ? !text.value.trim() : !files?.ready;
    $("send").disabled = nothing || !this.credentials();
  }

  grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
  }

  submit() {
    this.refresh();
    if ($("send").disabled) return;
    const written = text.value.trim();
    if (this.attachments.empty) this.send({ type: "message", text: written });
    else this.send({ type: "photo", files: this.attachments.take(), text: written });
    text.value = "";
    this.grow();
    this.refresh();
    text.focus();
  }

  listen() {
    text.addEventListener("input", () => {
      this.grow();
      this.refresh();
      this.tellTyping();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    $("attach").addEventListener("click", () => $("files").click());
    $("files").addEventListener("change", () => {
      this.attachments.add([...$("files").files]);
      $("files").value = "";
      this.focus();
    });
    text.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (!files.length) return;
      event.preventDefault();
      this.attachments.add(files);
    });
    this.listenToDrops();
  }

  tellTyping() {
    if (!text.value.trim() || performance.now() - this.typedAt < TYPES_AGAIN) return;
    this.typedAt = performance.now();
    this.typing();
  }

  listenToDrops() {
    let within = 0;
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    const hover = (change) => {
      within = Math.max(0, within + change);
      $("drop").hidden = within === 0;
    };
    addEventListener("dragenter", (event) => carriesFiles(event) && hover(1));
    addEventListener("dragleave", (event) => carriesFiles(event) && hover(-1));
    addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
    addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      hover(-within);
      this.attachments.add([...event.dataTransfer.files]);
    });
  }
}
