// The drawer of the owner, at their own machine only: what goes on inside the bot, and a recorder.

import { make } from "./draw.js";
import { t } from "./texts.js";

const SECTIONS = ["state", "variables", "trace"];
const REFRESH_AFTER = 120;

const $ = (id) => document.getElementById(id);

export class Inside {
  // `credentials` gives the bot and the visitor's token, or null while there are none.
  constructor({ credentials }) {
    this.credentials = credentials;
    this.timer = null;
    $("inside-toggle").addEventListener("click", () => this.toggle($("inside").hidden));
    $("inside-close").addEventListener("click", () => this.toggle(false));
    $("inside-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.record();
    });
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !$("inside").hidden) this.toggle(false);
    });
  }

  // Whether there is anything to see is the server's to say: customers get no button.
  async begin() {
    const found = await this.ask("/web/inside");
    $("inside-toggle").hidden = !found?.owner;
  }

  toggle(shown) {
    $("inside").hidden = !shown;
    $("app").classList.toggle("looking", shown);
    $("inside-toggle").setAttribute("aria-expanded", String(shown));
    this.tell("");
    if (shown) this.refresh();
  }

  // Several messages come one upon another: one look after the last of them is enough.
  changed() {
    if ($("inside").hidden) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), REFRESH_AFTER);
  }

  async refresh() {
    const found = await this.ask("/web/inside");
    for (const name of SECTIONS) {
      const lines = found?.[name] ?? [];
      // The newest message is what one looks for.
      if (name === "trace") lines.reverse();
      $(`inside-${name}`).replaceChildren(...lines.map((line) => drawLine(name, line)));
    }
  }

  async record() {
    const name = $("inside-name").value.trim() || t("insideTalk");
    this.tell(t("insideRecording"));
    const made = await this.ask("/web/record", { method: "POST", name });
    if (!made?.text) {
      this.tell(made?.error ?? t("offline"), "wrong");
      return;
    }
    download(made.file, made.text);
    if (made.passed) this.tell(t("insidePassed").replace("%", made.file), "right");
    else this.tell(`${t("insideFailed").replace("%", made.file)}\n${made.failure}`, "wrong");
  }

  tell(words, kind = "") {
    $("inside-told").textContent = words;
    $("inside-told").dataset.kind = kind;
  }

  async ask(path, { method = "GET", name = "" } = {}) {
    const known = this.credentials();
    const query = new URLSearchParams({ ...(known ? { bot: known.bot } : {}), ...(name ? { name } : {}) });
    const headers = known?.token ? { "X-Visitor-Token": known.token } : {};
    try {
      return await (await fetch(`${path}?${query}`, { method, headers })).json();
    } catch {
      return null;
    }
  }
}

function drawLine(section, line) {
  if (section === "state") return make("li", {}, line);
  const [head, ...rest] = line.split(section === "variables" ? ": " : " — ");
  const text = rest.join(section === "variables" ? ": " : " — ");
  return make("li", {}, make("b", {}, head), text ? make("span", {}, text) : "");
}

function download(file, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/yaml" }));
  const link = make("a", { href: url, download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
