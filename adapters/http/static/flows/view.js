// Moving about in the picture: wheel, pinch, drag, buttons and keys.

const LEAST = 0.04;
const MOST = 3;
const SIDE = 24;

export class View {
  /** `panel` may lie over the stage: what it covers is not seen. */
  constructor(stage, canvas, panel) {
    this.stage = stage;
    this.panel = panel;
    this.canvas = canvas;
    this.x = this.y = 0;
    this.scale = 1;
    this.width = this.height = 1;
    this.pointers = new Map();
    this.moved = false;
    stage.addEventListener("wheel", (event) => this.#wheeled(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.#pressed(event));
    stage.addEventListener("pointermove", (event) => this.#dragged(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.#released(event));
    stage.addEventListener("keydown", (event) => this.#typed(event));
  }

  /** Another picture; with `keep` what is looked at stays where it is. */
  show(svg, keep) {
    this.width = svg.viewBox.baseVal.width;
    this.height = svg.viewBox.baseVal.height;
    this.canvas.replaceChildren(svg);
    if (keep) this.#apply();
    else this.begin();
  }

  /** Large enough to read, from the top. */
  begin() {
    const box = this.stage.getBoundingClientRect();
    const whole = Math.min((box.width - 2 * SIDE) / this.width, (box.height - 2 * SIDE) / this.height);
    const wide = (box.width - 2 * SIDE) / this.width;
    this.scale = whole >= 0.6 ? Math.min(whole, 1.1) : Math.max(Math.min(wide, 1), 0.6);
    this.x = Math.max(SIDE, (box.width - this.width * this.scale) / 2);
    this.y = Math.max(SIDE, (box.height - this.height * this.scale) / 2);
    if (this.width * this.scale > box.width) this.#towards(this.canvas.querySelector(".node.start"));
    this.#apply();
  }

  fit() {
    const box = this.stage.getBoundingClientRect();
    const scale = Math.min((box.width - 2 * SIDE) / this.width, (box.height - 2 * SIDE) / this.height, 1.4);
    this.scale = Math.max(scale, LEAST);
    this.x = (box.width - this.width * this.scale) / 2;
    this.y = (box.height - this.height * this.scale) / 2;
    this.#apply();
  }

  /** Bring a box to the middle, at a size that can be read. */
  center(node, least = 0.85) {
    const box = this.#seen();
    this.scale = Math.min(MOST, Math.max(this.scale, least));
    this.#apply();
    const at = node.getBoundingClientRect();
    this.x += box.left + box.width / 2 - (at.left + at.width / 2);
    this.y += box.top + box.height / 2 - (at.top + at.height / 2);
    this.canvas.classList.add("glides");
    this.#apply();
    setTimeout(() => this.canvas.classList.remove("glides"), 350);
  }

  /** Move no further than it takes to see a box. */
  reveal(node) {
    const box = this.#seen();
    const at = node.getBoundingClientRect();
    const hidden = at.right > box.right || at.left < box.left || at.bottom > box.bottom || at.top < box.top;
    if (hidden) this.center(node, this.scale);
  }

  zoom(factor, x, y) {
    const box = this.stage.getBoundingClientRect();
    const atX = (x ?? box.left + box.width / 2) - box.left;
    const atY = (y ?? box.top + box.height / 2) - box.top;
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    this.x = atX - ((atX - this.x) * scale) / this.scale;
    this.y = atY - ((atY - this.y) * scale) / this.scale;
    this.scale = scale;
    this.#apply();
  }

  #seen() {
    const { left, top, width, right, bottom } = this.stage.getBoundingClientRect();
    const over = this.panel.getBoundingClientRect();
    const covered = !this.panel.hidden && over.left < right && over.top > top;
    const low = covered ? over.top : bottom;
    return { left, top, width, right, bottom: low, height: low - top };
  }

  #towards(node) {
    const move = node?.getAttribute("transform")?.match(/translate\(([\d.-]+)/);
    if (!move) return;
    const box = this.stage.getBoundingClientRect();
    const middle = (Number(move[1]) + Number(node.dataset.width) / 2 + SIDE) * this.scale;
    const least = box.width - this.width * this.scale - SIDE;
    this.x = Math.min(SIDE, Math.max(least, box.width / 2 - middle));
  }

  #apply() {
    const svg = this.canvas.firstElementChild;
    if (!svg) return;
    // A part of it always stays in sight.
    const box = this.stage.getBoundingClientRect();
    const wide = this.width * this.scale;
    const high = this.height * this.scale;
    this.x = Math.min(box.width - 80, Math.max(80 - wide, this.x));
    this.y = Math.min(box.height - 80, Math.max(80 - high, this.y));
    svg.setAttribute("width", wide);
    svg.setAttribute("height", high);
    this.canvas.style.transform = `translate(${this.x}px, ${this.y}px)`;
    this.stage.classList.toggle("small", this.scale < 0.5);
  }

  #wheeled(event) {
    event.preventDefault();
    if (event.shiftKey) {
      this.x -= event.deltaY || event.deltaX;
      this.#apply();
      return;
    }
    const lines = event.deltaMode === 1 ? 30 : 1;
    const speed = event.ctrlKey ? 0.01 : 0.0016;
    this.zoom(Math.exp(-event.deltaY * lines * speed), event.clientX, event.clientY);
  }

  #pressed(event) {
    if (event.button !== 0 || event.target.closest("button")) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moved = this.pointers.size > 1;
  }

  #dragged(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (this.pointers.size === 1) {
      if (!this.moved && Math.hypot(now.x - before.x, now.y - before.y) < 5) return;
      if (!this.moved) this.stage.setPointerCapture(event.pointerId);
      this.moved = true;
      this.x += now.x - before.x;
      this.y += now.y - before.y;
      this.#apply();
    } else {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(now.x - other.x, now.y - other.y);
      this.x += (now.x - before.x) / 2;
      this.y += (now.y - before.y) / 2;
      if (was > 0) this.zoom(is / was, (now.x + other.x) / 2, (now.y + other.y) / 2);
    }
    this.pointers.set(event.pointerId, now);
  }

  #released(event) {
    this.pointers.delete(event.pointerId);
  }

  #typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 80;
    const keys = {
      "+": () => this.zoom(1.25),
      "=": () => this.zoom(1.25),
      "-": () => this.zoom(0.8),
      0: () => this.fit(),
      ArrowLeft: () => (this.x += step),
      ArrowRight: () => (this.x -= step),
      ArrowUp: () => (this.y += step),
      ArrowDown: () => (this.y -= step),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    this.#apply();
  }
}
