// A Chromium without a window, spoken to over two pipes: nothing but node and a browser is needed.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function launch(options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "reenact-browser-"));
  const browser = process.env.SNAPSHOTS_BROWSER || "chromium";
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--window-size=1300,820", `--user-data-dir=${profile}`, "--remote-debugging-pipe",
    // What a page asks of the network it does not get.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", ...options.flags || [], "about:blank"];
  const child = spawn(browser, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , to, from] = child.stdio, waiting = new Map(), ended = new Promise(resolve => child.on("exit", resolve));
  let last = 0, rest = "";
  child.on("error", error => { for (const { fail } of waiting.values()) fail(error); });
  from.setEncoding("utf8");
  from.on("data", text => {
    const parts = (rest + text).split("\0");
    rest = parts.pop();
    for (const part of parts) {
      const message = JSON.parse(part), asked = waiting.get(message.id);
      if (!asked) continue;
      waiting.delete(message.id);
      if (message.error) asked.fail(new Error(`${asked.method}: ${message.error.message}`)); else asked.done(message.result);
    }
  });
  const ask = (method, params = {}, sessionId) => new Promise((done, fail) => {
    waiting.set(++last, { method, done, fail });
    to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });
  const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
  const send = (method, params) => ask(method, params, sessionId);
  await send("Page.enable");
  // The value of an expression in the page, promises awaited.
  const evaluate = async expression => {
    const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  };
  const until = async (expression, what, seconds = 60) => {
    for (let n = 0; n < seconds * 20; n++) {
      if (await evaluate(`!!(${expression})`).catch(() => false)) return;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    throw new Error(`${what} has not happened within ${seconds} s`);
  };
  const close = async () => { await ask("Browser.close").catch(() => {}); await ended; rmSync(profile, { recursive: true, force: true }); };
  return { send, evaluate, until, close };
}
