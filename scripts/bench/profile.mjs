// Where the time goes inside workerd: its own CPU profiler, asked through its inspector.

/** Microseconds between two samples. */
const INTERVAL = 100;
/** How often the work is done. */
const TIMES = 10;
/** Functions that are named. */
const SHOWN = 8;

/**
 * The profile of `work`, of several times of it: shares of its time by where it was spent, and the functions that took
 * most of it.
 * @param {number} port of the inspector @param {() => Promise<void>} prepare before each time, not profiled
 * @param {() => Promise<void>} work
 * @returns {Promise<string[]>} lines to print
 */
export async function profiled(port, prepare, work) {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const inspector = new WebSocket(targets[0].webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    inspector.addEventListener("open", resolve, { once: true });
    inspector.addEventListener("error", reject, { once: true });
  });
  const waiting = new Map();
  inspector.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.(result);
  });
  const ask = (/** @type {string} */ method, params = {}) =>
    new Promise((resolve) => {
      const id = waiting.size + 1;
      waiting.set(id, resolve);
      inspector.send(JSON.stringify({ id, method, params }));
    });
  await ask("Profiler.enable");
  await ask("Profiler.setSamplingInterval", { interval: INTERVAL });
  const profiles = [];
  for (let time = 0; time < TIMES; time += 1) {
    await prepare();
    await ask("Profiler.start");
    await work();
    profiles.push((await ask("Profiler.stop")).profile);
  }
  inspector.close();
  return summary(profiles);
}

/** @param {{ nodes: any[], samples: number[], timeDeltas: number[] }[]} profiles */
function summary(profiles) {
  const [places, functions] = [new Map(), new Map()];
  let total = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    samples.forEach((id, index) => {
      const { functionName, url } = frames.get(id);
      const time = Math.max(0, timeDeltas[index] ?? 0);
      // The profiler's own words for what is no function of the worker.
      if (functionName === "(idle)" || functionName === "(root)") return;
      const place = url.includes("wasm") ? "core" : url === "" ? "platform" : "JavaScript";
      const name = `${plainName(functionName)} (${place})`;
      places.set(place, (places.get(place) ?? 0) + time);
      functions.set(name, (functions.get(name) ?? 0) + time);
      total += time;
    });
  }
  const share = (/** @type {number} */ time) => `${((100 * time) / total).toFixed(0).padStart(3)} %`;
  const most = (/** @type {Map<string, number>} */ shares) => [...shares].sort(([, one], [, other]) => other - one);
  return [
    most(places).map(([place, time]) => `${place} ${share(time).trim()}`).join(", "),
    ...most(functions).slice(0, SHOWN).map(([name, time]) => `${share(time)}  ${name}`),
  ];
}

/** A function's name without what compilers add. @param {string} name */
function plainName(name) {
  const plain = name.replaceAll(/\[[0-9a-f]{8,}\]|::h[0-9a-f]{16}/g, "");
  return plain === "" ? "unnamed" : plain.length > 90 ? `${plain.slice(0, 89)}…` : plain;
}
