// What lies over the page for a moment: asking for a phone or a place, a photo at large, a toast.

import { language, t } from "./texts.js";

const TOAST_LASTS = 4500;
// Pixels; less is a tap of an unsteady finger.
const SWIPE = 50;

const $ = (id) => document.getElementById(id);

let fading = null;

export function toast(words) {
  $("toast").textContent = words;
  $("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => ($("toast").hidden = true), TOAST_LASTS);
}

// ---------------------------------------------------------------- pictures at large

let looking = { shown: [], place: 0 };

export function lookAt(shown, place) {
  looking = { shown, place };
  showLarge();
  $("photo-dialog").showModal();
}

function showLarge() {
  const { shown, place } = looking;
  const film = shown[place].kind === "video";
  $("photo-large").hidden = film;
  $("video-large").hidden = !film;
  if (film) $("video-large").src = shown[place].url;
  else $("photo-large").src = shown[place].url;
  $("photo-before").hidden = place === 0;
  $("photo-after").hidden = place === shown.length - 1;
}

function turn(step) {
  const place = looking.place + step;
  if (!looking.shown[place]) return;
  $("video-large").pause();
  looking.place = place;
  showLarge();
}

let swiped = { from: 0, by: 0 };

$("photo-dialog").addEventListener("touchstart", (event) => {
  swiped = { from: event.touches[0].clientX, by: 0 };
}, { passive: true });
$("photo-dialog").addEventListener("touchmove", (event) => {
  if (event.touches.length === 1) swiped.by = event.touches[0].clientX - swiped.from;
}, { passive: true });
$("photo-dialog").addEventListener("touchend", () => {
  if (Math.abs(swiped.by) > SWIPE) turn(swiped.by < 0 ? 1 : -1);
});

$("photo-dialog").addEventListener("click", (event) => {
  if (event.target.closest(".turn, video")) return;
  $("photo-dialog").close();
});
$("photo-dialog").addEventListener("close", () => $("video-large").pause());
$("photo-dialog").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && event.target.tagName !== "VIDEO") turn(step);
});
$("photo-before").addEventListener("click", () => turn(-1));
$("photo-after").addEventListener("click", () => turn(1));

// ---------------------------------------------------------------- a phone number

let sharePhone = () => {};

export function askPhone(share) {
  sharePhone = share;
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
  sharePhone(phone);
});

$("phone-cancel").addEventListener("click", () => $("phone-dialog").close());

// ---------------------------------------------------------------- a place

export function askPlace(share) {
  if (!navigator.geolocation || !isSecureContext) return toast(t("noPlace"));
  toast(t("locating"));
  navigator.geolocation.getCurrentPosition(
    ({ coords: { latitude, longitude } }) => {
      $("toast").hidden = true;
      share({ latitude, longitude });
    },
    () => toast(t("noPlace")),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
}

// ---------------------------------------------------------------- starting over

let startOver = () => {};

export function askToStartOver(start) {
  startOver = start;
  $("anew-dialog").returnValue = "no";
  $("anew-dialog").showModal();
}

$("anew-dialog").addEventListener("close", () => {
  if ($("anew-dialog").returnValue === "yes") startOver();
});
