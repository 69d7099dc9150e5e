/** The page in a link: the visitor's choices, and the document where it was edited. Never a key, secret or token. */
import { decoded, encoded } from "./tokens/base64url.ts";
import { type Choices, type Credentials, INITIAL_CHOICES, type Model } from "./model.ts";
import { SAMPLE_TENANT } from "./tenant/sample-tenant.ts";

const DELAY = 250;
/** No document of a person is longer, and a link that unpacks to more was made to hurt. */
const MAX_DOCUMENT = 200_000;

const ALLOWED: Partial<Record<keyof Choices, string[]>> = {
  method: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  credentials: ["minted", "none", "tampered", "other"] satisfies Credentials[],
};

/** Keeps the address of the page in step with the model. */
export function keepInAddress(model: Model): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = (): void => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const hash = await hashOf(model);
      // The address is as it was opened until something differs from it.
      if (hash !== location.hash.slice(1)) {
        history.replaceState(null, "", hash === "" ? location.pathname : `#${hash}`);
      }
    }, DELAY);
  };
  model.subscribe(keep);
  keep();
}

/** Takes over what the address says. What it does not say, or says badly, is as the page first opens. */
export async function takeFromAddress(model: Model): Promise<void> {
  const hash = location.hash.slice(1);
  if (hash !== "" && !hash.includes("=")) {
    // It names a place of the page, such as `#resource`.
    return;
  }
  const parameters = new URLSearchParams(hash);
  const packed = parameters.get("document");
  const text = packed === null ? SAMPLE_TENANT : await unpacked(packed).catch(() => SAMPLE_TENANT);
  const ahead = Number(parameters.get("ahead"));
  model.clock.ahead = Number.isSafeInteger(ahead) && Math.abs(ahead) < 1e9 ? ahead : 0;
  const choices = { ...INITIAL_CHOICES };
  for (const name of Object.keys(choices) as (keyof Choices)[]) {
    const value = parameters.get(name);
    if (value !== null && (ALLOWED[name]?.includes(value) ?? true)) {
      (choices as Record<string, string>)[name] = value;
    }
  }
  model.choices = choices;
  model.edit(text);
}

async function hashOf({ choices, clock, text }: Model): Promise<string> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(choices)) {
    if (value !== INITIAL_CHOICES[name as keyof Choices]) {
      parameters.set(name, value);
    }
  }
  if (clock.ahead !== 0) {
    parameters.set("ahead", String(clock.ahead));
  }
  if (text !== SAMPLE_TENANT) {
    parameters.set("document", await packed(text));
  }
  // These are legal in a fragment, and a link is read by people too.
  return parameters.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");
}

async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return encoded(new Uint8Array(await new Response(stream).arrayBuffer()));
}

async function unpacked(text: string): Promise<string> {
  const stream = new Blob([decoded(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let document = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return document;
    }
    document += value;
    if (document.length > MAX_DOCUMENT) {
      throw new RangeError("the document of the link is too long");
    }
  }
}
