// Files on their way: pictures are made smaller (which also takes their EXIF away), then sent up.

const BIGGEST = 10 * 1024 * 1024;
const LONGEST_SIDE = 2560;
const AS_THEY_ARE = new Set(["image/gif", "image/webp"]);

export class UploadError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export async function upload(file, { bot, token, signal }) {
  const content = await smaller(file);
  if (content.size > BIGGEST) throw new UploadError("fileTooBig");
  const form = new FormData();
  form.append("file", content, file.name || "photo.jpg");
  let response;
  try {
    response = await fetch(`/web/files?bot=${encodeURIComponent(bot)}`, {
      method: "POST",
      headers: { "X-Visitor-Token": token ?? "" },
      body: form,
      signal,
    });
  } catch {
    throw new UploadError("fileFailed");
  }
  if (response.ok) return response.json();
  throw new UploadError({ 413: "fileTooBig", 415: "fileKind", 429: "tooOften" }[response.status] ?? "fileFailed");
}

async function smaller(file) {
  if (!file.type.startsWith("image/") || AS_THEY_ARE.has(file.type)) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return file;
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.type === "image/png") return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  return drawn ?? file;
}
