// Tells a client's page whether its session has changed (OIDC Session Management §4.2).
const state = () => /(?:^|; )(?:__Host-)?sw-state=([^;]*)/.exec(document.cookie)?.[1] ?? "";
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

addEventListener("message", async ({ data, origin, source }) => {
  const [, client, hash, salt] = /^(\S+) ([0-9a-f]{64})\.([\w-]+)$/.exec(data) ?? [];
  let answer = "error";
  if (client) {
    const text = `${client} ${origin} ${state()} ${salt}`;
    const now = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    answer = now === hash ? "unchanged" : "changed";
  }
  source?.postMessage(answer, origin === "null" ? "*" : origin);
});
