/** One structured event. It never holds a token, a secret or a header. */
export type LogEvent = { event: string } & Record<string, unknown>;

/** Writes `event` where the platform collects logs, as one line of JSON. */
export function log(event: LogEvent): void {
  console.warn(JSON.stringify(event));
}
