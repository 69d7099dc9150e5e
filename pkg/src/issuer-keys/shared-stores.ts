/** What isolates tell each other of issuers' keys, so that not each of them asks. All of it may be lost at any time. */
import { within } from "../deadline.ts";

/** Where isolates leave keys for each other. A Workers KV namespace is one. */
export interface KeyStore {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}

/** The keys of one issuer at one moment. Times are milliseconds since the Unix epoch. */
export interface KeptKeys {
  /** A JWK Set as JSON text. */
  readonly text: string;
  /** When the issuer said so. */
  readonly confirmedAt: number;
  /** From when on it is to be asked again. */
  readonly freshUntil: number;
}

/** A store that takes longer is done without; in milliseconds. */
const PATIENCE = 500;
/** After that the core takes them no more; in seconds. */
const KEPT_FOR = 24 * 60 * 60;
const PREFIX = "audgate/issuer-keys/";

/** The data centre's cache, where the platform has one. */
export function cacheStore(): KeyStore | undefined {
  const cache = (globalThis as { caches?: { default?: Cache } }).caches?.default;
  if (cache === undefined) return undefined;
  // Nobody serves this host (RFC 2606 section 2), so nothing else lies in the cache under its URLs.
  const url = (key: string): string => `https://keys.invalid/${encodeURIComponent(key)}`;
  return {
    get: async (key) => (await (await cache.match(url(key)))?.text()) ?? null,
    put: (key, value, { expirationTtl }) =>
      cache.put(url(key), new Response(value, { headers: { "cache-control": `max-age=${expirationTtl}` } })),
  };
}

/** The newest keys that a store has. One that fails has none. */
export async function readStores(stores: readonly KeyStore[], source: string, now: number): Promise<KeptKeys | undefined> {
  for (const store of stores) {
    const text = await within(store.get(PREFIX + source), PATIENCE).catch(() => null);
    const kept = text === null ? undefined : keptKeys(text, now);
    if (kept !== undefined) return kept;
  }
  return undefined;
}

/** Leaves keys for other isolates. */
export async function writeStores(stores: readonly KeyStore[], source: string, keys: KeptKeys): Promise<void> {
  const text = JSON.stringify(keys);
  await Promise.all(
    stores.map((store) => within(store.put(PREFIX + source, text, { expirationTtl: KEPT_FOR }), PATIENCE).catch(() => undefined)),
  );
}

function keptKeys(text: string, now: number): KeptKeys | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { text: keys, confirmedAt, freshUntil } = (value ?? {}) as Record<string, unknown>;
  if (typeof keys !== "string" || !Number.isFinite(confirmedAt) || !Number.isFinite(freshUntil)) return undefined;
  // A clock elsewhere that is ahead must not make keys live longer.
  const ahead = Math.max(0, (confirmedAt as number) - now);
  return { text: keys, confirmedAt: (confirmedAt as number) - ahead, freshUntil: (freshUntil as number) - ahead };
}
