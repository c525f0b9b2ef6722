// The socket: says hello, comes back after every break, and sends the unsent one at a time.

const SHORTEST = 500;
const LONGEST = 20_000;
const PING_EVERY = 25_000;
const PATIENCE = 12_000;
const BUSY_PAUSE = 3_000;
// The server takes twenty frames a second from one tab.
const GAP = 80;

export class Wire {
  // `memory` is the bot's BotMemory; `handlers` has welcome, said, typing, owner, taken, refused,
  // unknownBot and state; `last` gives the number of the last message on the page.
  constructor({ bot, memory, language, last, handlers }) {
    this.bot = bot;
    this.memory = memory;
    this.language = language;
    this.last = last;
    this.handlers = handlers;
    this.state = "connecting";
    this.failures = 0;
    this.inFlight = null;
    this.sentAt = 0;
    this.timers = {};
    this.wake = () => this.state !== "open" && this.connect();
    this.lookBack = () => document.visibilityState === "visible" && this.check();
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.lookBack);
    this.connect();
  }

  stop() {
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.lookBack);
    this.clear();
    this.drop();
  }

  connect() {
    this.clear();
    this.drop();
    if (this.state !== "waiting") this.become("connecting");
    const address = new URL("/ws/chat", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    this.after("answer", PATIENCE, () => this.lost(socket));
    socket.onopen = () => this.hello();
    socket.onmessage = (event) => {
      if (socket === this.socket) this.receive(JSON.parse(event.data));
    };
    socket.onclose = () => this.lost(socket);
  }

  hello() {
    const { bot, language } = this;
    this.write({ type: "hello", bot, token: this.memory?.token ?? null, language, last: this.last() });
  }

  receive(frame) {
    clearTimeout(this.timers.answer);
    switch (frame.type) {
      case "welcome":
        this.bot = frame.bot.name;
        this.handlers.welcome(frame);
        this.become("open");
        this.after("steady", 5000, () => (this.failures = 0));
        this.beat();
        this.flush();
        break;
      case "unknown_bot":
        this.handlers.unknownBot(frame);
        break;
      case "taken":
      case "refused":
        this.failures = 0;
        this.memory.drop(frame.id);
        if (this.inFlight === frame.id) this.inFlight = null;
        this.handlers[frame.type](frame);
        this.flush();
        break;
      case "later":
        this.inFlight = null;
        this.after("flush", BUSY_PAUSE, () => this.flush());
        break;
      case "pong":
        break;
      default:
        this.handlers[frame.type]?.(frame);
    }
  }

  // One message in flight at a time keeps their order, whatever happens to the connection.
  flush() {
    if (this.state !== "open" || this.inFlight) return;
    const [item] = this.memory.unsent;
    if (!item) return;
    const tooSoon = this.sentAt + GAP - performance.now();
    if (tooSoon > 0) return this.after("flush", tooSoon, () => this.flush());
    this.sentAt = performance.now();
    this.inFlight = item.id;
    this.write(item);
    this.expectAnswer();
  }

  beat() {
    this.after("beat", PING_EVERY, () => {
      this.check();
      this.beat();
    });
  }

  check() {
    if (this.state !== "open") return this.connect();
    this.write({ type: "ping" });
    this.expectAnswer();
  }

  tellTyping() {
    if (this.state === "open") this.write({ type: "typing" });
  }

  expectAnswer() {
    const { socket } = this;
    this.after("answer", PATIENCE, () => this.lost(socket));
  }

  write(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  lost(socket) {
    if (socket !== this.socket) return;
    this.clear();
    this.drop();
    this.failures += 1;
    this.become("waiting");
    const pause = Math.min(LONGEST, SHORTEST * 2 ** Math.min(this.failures - 1, 10));
    this.after("connect", pause * (0.7 + Math.random() * 0.6), () => this.connect());
  }

  drop() {
    const { socket } = this;
    this.socket = null;
    this.inFlight = null;
    socket?.close();
  }

  become(state) {
    this.state = state;
    this.handlers.state(state);
  }

  after(name, pause, action) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(action, pause);
  }

  clear() {
    Object.values(this.timers).forEach(clearTimeout);
  }
}
