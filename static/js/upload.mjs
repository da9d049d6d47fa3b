// Uploads part by part with progress that is seen, and goes on after a break. Without this module the form sends the
// same files in one go.
const form = document.querySelector("form[data-upload]");
const words = form.dataset;
const list = form.querySelector("[data-list]");
const told = form.querySelector("[data-told]");
const headers = { "x-csrf-token": form.elements.csrf.value };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

class Refused extends Error {}

async function ask(method, url, body) {
  const options = { method, headers: { ...headers } };
  if (body) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  const answer = await fetch(url, options);
  const json = await answer.json().catch(() => ({}));
  if (answer.ok) return json;
  if (answer.status >= 500 && answer.status !== 507) throw new Error(json.detail);
  throw new Refused(json.detail || answer.statusText);
}

// By XMLHttpRequest, which alone tells how far a body is.
const send = (url, bytes, moved) => new Promise((done, failed) => {
  const request = new XMLHttpRequest();
  request.open("PUT", url);
  request.setRequestHeader("x-csrf-token", headers["x-csrf-token"]);
  request.upload.addEventListener("progress", (event) => moved(event.loaded));
  request.addEventListener("load", () => {
    if (request.status < 300) return done();
    const detail = () => { try { return JSON.parse(request.responseText).detail; } catch { return request.statusText; } };
    failed(request.status >= 500 && request.status !== 507 ? new Error(detail()) : new Refused(detail()));
  });
  request.addEventListener("error", () => failed(new Error("network")));
  request.send(bytes);
});

// Tries again where waiting may help.
async function patiently(act) {
  for (let pause = 500; ; pause *= 2) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Refused || pause > 30000) throw error;
      await wait(pause);
    }
  }
}

// What was begun in this window and cut off is gone on with.
async function begun(name) {
  const id = sessionStorage.getItem(name);
  if (!id) return null;
  const known = await ask("GET", `${words.uploads}/${id}`).catch(() => null);
  return known && known.parts.length ? known : null;
}

async function upload(file, row) {
  const name = `upload ${file.name} ${file.size} ${file.lastModified}`;
  const kind = file.type.startsWith("video/") ? "video" : "photo";
  const wanted = { kind, file_name: file.name, size: file.size, mime_hint: file.type, album: form.elements.album.value };
  const known = (await begun(name)) || (await patiently(() => ask("POST", words.uploads, wanted)));
  sessionStorage.setItem(name, known.upload_id);
  row.text.textContent = words.sending;
  try {
    for (const part of known.parts) {
      const from = (part.n - 1) * known.part_size;
      const bytes = file.slice(from, from + known.part_size);
      const moved = (count) => { row.bar.value = Math.min(file.size, from + count) / file.size; };
      if (!part.etag) await patiently(() => send(part.url, bytes, moved));
      moved(bytes.size);
    }
    const address = `${words.uploads}/${known.upload_id}`;
    let state = await patiently(() => ask("POST", `${address}/complete`));
    row.text.textContent = words.sent;
    row.bar.removeAttribute("value");
    for (let pause = 200; ["quarantined", "processing"].includes(state.state); pause = Math.min(pause * 1.5, 5000)) {
      await wait(pause);
      state = await patiently(() => ask("GET", address));
    }
    row.bar.value = 1;
    if (state.state === "rejected") throw new Refused(state.reason);
    row.text.textContent = words.ready;
    sessionStorage.removeItem(name);
    return true;
  } catch (error) {
    if (error instanceof Refused) sessionStorage.removeItem(name);
    row.text.textContent = `${error instanceof Refused ? words.refused : words.again} (${error.message})`;
    return false;
  }
}

function show(file, at) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  const bar = document.createElement("progress");
  const text = document.createElement("span");
  const name = document.createElement("bdi");
  name.textContent = file.name;
  bar.id = `upload-${at}`;
  bar.max = 1;
  bar.value = 0;
  label.htmlFor = bar.id;
  label.append(name);
  item.append(label, bar, text);
  list.append(item);
  return { bar, text };
}

form.addEventListener("submit", async (event) => {
  const files = [...form.elements.file.files];
  if (!files.length) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  list.replaceChildren();
  told.textContent = "";
  let good = true;
  const rows = files.map(show);
  for (const [at, file] of files.entries()) {
    const done = await upload(file, rows[at]).catch((error) => {
      rows[at].text.textContent = `${error instanceof Refused ? words.refused : words.again} (${error.message})`;
      return false;
    });
    good = done && good;
  }
  told.textContent = good ? words.ready : words.again;
  button.disabled = false;
  if (good) location.assign(`${form.getAttribute("action")}?done=media-taken`);
});
