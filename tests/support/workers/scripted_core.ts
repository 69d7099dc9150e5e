/** A core whose transitions tests dictate. Its rows are JSON objects; `expires` in one is when it goes. */

interface Row {
  key: string;
  value: string;
}

/** What a test asks of it, besides the commands that the shells themselves send. */
export interface ScriptedCommand {
  type: string;
  put?: Row[];
  delete?: string[];
  keep_alarm?: boolean;
  keys?: string[];
  entries?: object[];
}

/** As the core's `turn`: rows and request as JSON text, `now` in seconds. */
export function answer(machine: string, rowsText: string, requestText: string, now: number): string {
  const before = JSON.parse(rowsText) as Row[];
  const { command } = JSON.parse(requestText) as { command: ScriptedCommand };
  const { put = [], delete: gone = [], publish = [] } = changes(machine, before, command, now);
  const after = new Map(before.map((row) => [row.key, row.value]));
  for (const { key, value } of put) after.set(key, value);
  for (const key of gone) after.delete(key);
  const expiries = [...after.values()].flatMap((value) => (JSON.parse(value) as { expires?: number } | null)?.expires ?? []);
  const outbox = [...after].filter(([key]) => key.startsWith("outbox/"));
  if (command.type === "alarm") console.warn(JSON.stringify({ event: "alarm_ran", machine, rows: before.length }));
  return JSON.stringify({
    reply: JSON.stringify({ type: "done", rows: before, now }),
    put,
    delete: gone,
    // As of rows that cannot be read: no moment is known.
    alarm: command.keep_alarm === true || expiries.length === 0 ? null : Math.min(...expiries),
    keep_alarm: command.keep_alarm === true,
    outbox: machine === "account" ? outbox.map(([key, value]) => ({ key, revocation: JSON.parse(value) as object })) : [],
    publish,
  });
}

/** As the core's `manage`, of a directory that nobody has given a tenant. */
export function manage(): string {
  return JSON.stringify({ reply: '{"refused":{"refusal":{"empty":{}}}}', commit: false, due_at: null });
}

function changes(
  machine: string,
  rows: Row[],
  command: ScriptedCommand,
  now: number,
): { put?: Row[]; delete?: string[]; publish?: Row[] } {
  switch (command.type) {
    case "change":
      return { put: command.put ?? [], delete: command.delete ?? [] };
    case "trap":
      throw new WebAssembly.RuntimeError("unreachable");
    case "alarm": {
      if (rows.some(({ value }) => "traps" in (JSON.parse(value) as object))) throw new WebAssembly.RuntimeError("unreachable");
      const expired = rows.filter(({ value }) => ((JSON.parse(value) as { expires?: number }).expires ?? Infinity) <= now);
      return { delete: expired.map(({ key }) => key), publish: machine === "directory" ? unpublished(rows) : [] };
    }
    case "delivered":
      return { delete: command.keys ?? [] };
    case "revoke": {
      const put = (command.entries ?? []).map((entry, index) => ({
        key: `revoked/${rows.length + index}`,
        value: JSON.stringify(entry),
      }));
      return { put, publish: unpublished([...rows, ...put]) };
    }
    case "published":
      return { put: [{ key: "published", value: JSON.stringify({ keys: command.keys }) }] };
    case "publish_failed":
      return { put: [{ key: "retry", value: JSON.stringify({ expires: now + 5 }) }] };
  }
  return {};
}

/** Two entries of which the second counts on the first. */
function unpublished(rows: Row[]): Row[] {
  return [
    { key: "shard", value: JSON.stringify(rows.filter(({ key }) => key.startsWith("revoked/")).map(({ value }) => JSON.parse(value) as object)) },
    { key: "head", value: "1" },
  ];
}
