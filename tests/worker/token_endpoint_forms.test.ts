/** Bad requests to the token endpoint: RFC 6749 section 5.2 and nothing else. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertTokenRefusal } from "../support/assertions.ts";
import { secretOf } from "../support/demo.ts";
import { basic, raw, requestText } from "../support/http.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const FORM = "application/x-www-form-urlencoded";
/** The longest body that is read, in octets. */
const LIMIT = 16 * 1_024;

let worker: RunningWorker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

const authorization = (): string => basic("orders-backend", secretOf("orders-backend"));

function post(body: RequestInit["body"], headers: Record<string, string> = {}): Promise<Response> {
  return worker.fetch("/oidc/token", {
    method: "POST",
    headers: { authorization: authorization(), "content-type": FORM, ...headers },
    body: body ?? null,
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  } as RequestInit);
}

/** `body` in pieces, so that it is sent without a length. */
function chunked(body: Uint8Array): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position >= body.length) return controller.close();
      controller.enqueue(body.slice(position, position + 4_096));
      position += 4_096;
    },
  });
}

test("a well-formed request gets a token, so the refusals below are about what is wrong in them", async () => {
  const response = await post("grant_type=client_credentials");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "no-store");
});

describe("a body that is no form is invalid_request", () => {
  const bodies: [string, string | Uint8Array][] = [
    ["a percent sign without digits", "grant_type=client_credentials&scope=%"],
    ["a percent sign with one digit", "grant_type=client_credentials&scope=%4"],
    ["a percent sign before other characters", "grant_type=client_credentials&scope=%zz"],
    ["encoded octets that are no UTF-8", "grant_type=client_credentials&scope=%ff%fe"],
    ["an overlong encoding", "grant_type=client_credentials&scope=%c0%af"],
    ["raw octets that are no UTF-8", new Uint8Array([0x67, 0x3d, 0xff, 0xfe])],
    ["too many parameters", Array.from({ length: 65 }, (_, index) => `p${index}=1`).join("&")],
    ["a form of 10,000 separators and one broken value", `${"&".repeat(10_000)}grant_type=%`],
  ];
  for (const [name, body] of bodies) {
    test(name, async () => assertTokenRefusal(await post(body as BodyInit), 400, "invalid_request"));
  }
});

describe("a content type that is not a form's is invalid_request", () => {
  const types = [
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    `${FORM}; charset=utf-16`,
    `${FORM}; charset=iso-8859-1`,
    `${FORM}, application/json`,
    "application/x-www-form-urlencodedx",
    "",
  ];
  for (const type of types) {
    test(JSON.stringify(type), async () => {
      const response = await post("grant_type=client_credentials", { "content-type": type });
      await assertTokenRefusal(response, 400, "invalid_request");
    });
  }

  test("JSON with a form's content type", async () =>
    assertTokenRefusal(await post('{"grant_type":"client_credentials"}'), 400, "invalid_request"));

  test("none at all", async () => {
    const body = "grant_type=client_credentials";
    const headers = [`Authorization: ${authorization()}`];
    const text = requestText({ method: "POST", target: "/oidc/token", host: `localhost:${worker.port}`, headers, body });
    const response = await raw(worker.port, text);
    assert.equal(response.status, 400);
    assert.equal((JSON.parse(response.body) as { error: string }).error, "invalid_request");
  });
});

test("a form with its charset named as UTF-8 is a form", async () =>
  assert.equal((await post("grant_type=client_credentials", { "content-type": `${FORM};charset="UTF-8"` })).status, 200));

describe("a parameter that stands twice is invalid_request", () => {
  const parameters = ["grant_type=client_credentials", "scope=orders:read", "client_id=orders-backend", "audience=x", "x="];
  for (const parameter of parameters) {
    test(parameter, async () => {
      const response = await post(`grant_type=client_credentials&${parameter}&${parameter}`);
      await assertTokenRefusal(response, 400, "invalid_request");
    });
  }
  test("spelled in two ways", async () =>
    assertTokenRefusal(await post("grant_type=client_credentials&scope=a&sc%6fpe=b"), 400, "invalid_request"));
});

test("several resources are invalid_target: one token has one audience", async () => {
  const resource = encodeURIComponent(`${worker.origin}/demo/orders`);
  const response = await post(`grant_type=client_credentials&resource=${resource}&resource=${resource}`);
  await assertTokenRefusal(response, 400, "invalid_target");
});

describe("the grant type", () => {
  test("missing is invalid_request", async () => assertTokenRefusal(await post("scope=x"), 400, "invalid_request"));
  test("empty counts as missing", async () => assertTokenRefusal(await post("grant_type="), 400, "invalid_request"));
  for (const grant of ["password", "CLIENT_CREDENTIALS", "client_credentials ", "__proto__"]) {
    test(`${JSON.stringify(grant)} is unsupported_grant_type`, async () =>
      assertTokenRefusal(await post(new URLSearchParams({ grant_type: grant }).toString()), 400, "unsupported_grant_type"));
  }
});

describe("an oversized body is refused without being read to its end", () => {
  const longer = (length: number): string => `grant_type=client_credentials&x=${"a".repeat(length)}`;
  const exact = LIMIT - longer(0).length;

  test("a body of exactly the limit is read", async () => assert.equal((await post(longer(exact))).status, 200));
  test("one octet more, with its length", async () =>
    assertTokenRefusal(await post(longer(exact + 1)), 413, "invalid_request"));
  test("one octet more, without a length", async () =>
    assertTokenRefusal(await post(chunked(Buffer.from(longer(exact + 1)))), 413, "invalid_request"));
  test("a chunked body that never ends", async () => {
    const head = ["Transfer-Encoding: chunked", `Content-Type: ${FORM}`, `Authorization: ${authorization()}`];
    const start = requestText({ method: "POST", target: "/oidc/token", host: `localhost:${worker.port}`, headers: head });
    const chunk = longer(exact + 1);
    const response = await raw(worker.port, `${start}${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    assert.equal(response.status, 413);
    assert.equal((JSON.parse(response.body) as { error: string }).error, "invalid_request");
  });
  test("a chunked body within the limit is read", async () =>
    assert.equal((await post(chunked(Buffer.from(longer(9_000))))).status, 200));
});

describe("another method than POST", () => {
  for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE"]) {
    test(`${method} is 405 and says what is allowed`, async () => {
      const response = await worker.fetch("/oidc/token?grant_type=client_credentials", {
        method,
        headers: { authorization: authorization() },
      });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get("allow"), "POST");
      assert.equal(await response.text(), "");
    });
  }
  test("its refusal is not kept by caches either", async () =>
    assert.equal((await worker.fetch("/oidc/token")).headers.get("cache-control"), "no-store"));
});

test("parameters in the query count for nothing", async () => {
  const response = await worker.fetch("/oidc/token?grant_type=client_credentials", {
    method: "POST",
    headers: { authorization: authorization(), "content-type": FORM },
    body: "",
  });
  await assertTokenRefusal(response, 400, "invalid_request");
});
