// Every word of the page, in Russian and in English.

const WORDS = {
  ru: {
    bots: "Боты",
    api: "Документация API",
    anew: "Начать разговор заново",
    anewShort: "Начать заново",
    anewTitle: "Начать заново?",
    anewText: "Бот забудет этот разговор, и переписка исчезнет с экрана.",
    anewYes: "Начать заново",
    cancel: "Отмена",
    close: "Закрыть",
    log: "Переписка",
    toEnd: "К последним сообщениям",
    attach: "Прикрепить фото или файл",
    staged: "Вложения",
    placeholder: "Сообщение",
    send: "Отправить",
    drop: "Отпустите, чтобы прикрепить",
    remove: "Убрать",
    retry: "Подключиться",
    photo: "Фото",
    photoAlt: "Фотография",
    video: "Видео",
    cards: "Карточки",
    before: "Предыдущее",
    after: "Следующее",
    place: "Место на карте",
    phoneTitle: "Поделиться номером",
    phoneLabel: "Номер телефона",
    phonePlaceholder: "+7 999 123-45-67",
    phoneSend: "Отправить",
    phoneWrong: "Похоже, в номере не хватает цифр. Например: +7 999 123-45-67",
    connecting: "Подключаемся…",
    online: "На связи",
    typing: "Печатает…",
    queue: "Ждём оператора",
    operator: "Отвечает оператор",
    offline: "Нет связи. Сообщения сохраним и отправим сами.",
    edited: "изменено",
    unsent: "Ещё не отправлено",
    refused: "Не отправлено",
    taken: "Отправлено",
    newTab: "Откроется в новой вкладке",
    fileTooBig: "Файл больше 10 МБ — такой не отправить",
    fileKind: "Такой файл не отправить: подойдут фото, видео, запись голоса, музыка, PDF, DOCX и XLSX",
    fileFailed: "Файл не загрузился. Нажмите на него, чтобы повторить",
    tooMany: "За раз — не больше 10 файлов",
    tooOften: "Слишком много файлов, подождите несколько минут",
    locating: "Определяем, где вы…",
    noPlace: "Браузер не дал узнать, где вы. Напишите адрес сообщением",
    today: "Сегодня",
    yesterday: "Вчера",
    you: "Вы",
    bot: "Бот",
    person: "Оператор",
    inside: "Что внутри бота",
    insideState: "Где стоит",
    insideVariables: "Что помнит",
    insideTrace: "За что принял сообщения",
    insideRecord: "Записать этот разговор как проверку",
    insideName: "Название проверки",
    insideSave: "Записать",
    insideTalk: "разговор",
    insideRecording: "Записываем и проверяем…",
    insidePassed: "Готово, проверка сходится: %. Положите файл в папку tests/ бота.",
    insideFailed: "% записан, но при проверке вышло иначе — поправьте его:",
  },
  en: {
    bots: "Bots",
    api: "API documentation",
    anew: "Start the conversation over",
    anewShort: "Start over",
    anewTitle: "Start over?",
    anewText: "The bot forgets this conversation, and it disappears from the screen.",
    anewYes: "Start over",
    cancel: "Cancel",
    close: "Close",
    log: "Messages",
    toEnd: "To the latest messages",
    attach: "Attach a photo or a file",
    staged: "Attachments",
    placeholder: "Message",
    send: "Send",
    drop: "Drop to attach",
    remove: "Remove",
    retry: "Reconnect",
    photo: "Photo",
    photoAlt: "Photo",
    video: "Video",
    cards: "Cards",
    before: "Previous",
    after: "Next",
    place: "A place on the map",
    phoneTitle: "Share your number",
    phoneLabel: "Phone number",
    phonePlaceholder: "+1 555 123 4567",
    phoneSend: "Send",
    phoneWrong: "That number looks too short. For example: +7 999 123-45-67",
    connecting: "Connecting…",
    online: "Online",
    typing: "Typing…",
    queue: "Waiting for a person",
    operator: "A person is answering",
    offline: "No connection. Your messages are kept and will be sent.",
    edited: "edited",
    unsent: "Not sent yet",
    refused: "Not sent",
    taken: "Sent",
    newTab: "Opens in a new tab",
    fileTooBig: "A file over 10 MB cannot be sent",
    fileKind: "This kind of file cannot be sent: use photos, videos, recordings, music, PDF, DOCX or XLSX",
    fileFailed: "The file did not upload. Press it to try again",
    tooMany: "At most 10 files at once",
    tooOften: "Too many files, please wait a few minutes",
    locating: "Finding where you are…",
    noPlace: "The browser would not say where you are. Please write your address",
    today: "Today",
    yesterday: "Yesterday",
    you: "You",
    bot: "Bot",
    person: "Operator",
    inside: "Inside the bot",
    insideState: "Where it stands",
    insideVariables: "What it remembers",
    insideTrace: "What it took messages for",
    insideRecord: "Record this talk as a test",
    insideName: "Name of the test",
    insideSave: "Record",
    insideTalk: "talk",
    insideRecording: "Recording and playing…",
    insidePassed: "Done, the test passes: %. Put the file into the bot's tests/ folder.",
    insideFailed: "% is recorded, but played again it went otherwise — mend it:",
  },
};

const wanted = (navigator.languages ?? [navigator.language]).map((tag) => tag.slice(0, 2));

export const language = wanted.find((tag) => tag in WORDS) ?? "en";

export const t = (key) => WORDS[language][key] ?? key;

export function translatePage() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    if (node.tagName === "BUTTON") node.title = t(node.dataset.tLabel);
  }
  for (const node of document.querySelectorAll("[data-t-placeholder]")) {
    node.placeholder = t(node.dataset.tPlaceholder);
  }
}

const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const dayOfYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });
const dayOfPast = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });

export const timeOf = (date) => clock.format(date);

export function dayOf(date) {
  const now = new Date();
  const ago = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 864e5);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayOfPast).format(date);
}

export function sizeOf(bytes) {
  if (!bytes) return "";
  const units = language === "ru" ? ["Б", "КБ", "МБ"] : ["B", "KB", "MB"];
  const step = Math.min(2, Math.floor(Math.log2(bytes) / 10));
  const amount = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(bytes / 1024 ** step);
  return `${amount} ${units[step]}`;
}
