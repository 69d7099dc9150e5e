/**
 * R17, R18: a client's token shows the users of its own application and nobody else's, page after page; a management
 * token shows everybody (issue 4, "Shown by" 2).
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TenantDocument } from "../support/demo.ts";
import { imported, startTenants } from "../support/tenants.ts";

const { first: tenant, stop } = await startTenants();
after(stop);

/** Of three users in a row one is the shop's, one the partners', one is in both. */
const APPLICATIONS = [["shop"], ["partners"], ["shop", "partners"]];
const USERS = Array.from({ length: 330 }, (_, index) => {
  const id = `u${String(index).padStart(3, "0")}`;
  return { user_id: id, email: `${id}@many.example`, status: index % 7 === 0 ? "suspended" : "active", applications: APPLICATIONS[index % 3] ?? [] };
});
const idsIn = (application?: string): string[] =>
  USERS.filter(({ applications }) => application === undefined || applications.includes(application)).map(({ user_id: id }) => id);

let management: string;
let shop: string;
let partner: string;
before(async () => {
  await imported(tenant, (document) => ({ ...document, users: USERS }) as unknown as TenantDocument);
  management = await tenant.management();
  shop = await tenant.clientToken("orders-backend");
  partner = await tenant.clientToken("partner-app");
});

interface Page {
  result: { user_id: string; applications: string[] }[];
  next_cursor?: string;
}

async function page(token: string, path: string): Promise<Page> {
  const { status, body, text } = await tenant.send("GET", path, { token });
  assert.equal(status, 200, text);
  return body as Page;
}

/** Every page of a list. */
async function pages(token: string, path: string): Promise<string[][]> {
  const all: string[][] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const { result, next_cursor: next }: Page = await page(token, cursor === "" ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    all.push(result.map(({ user_id: id }) => id));
    cursor = next;
  }
  return all;
}

const status = async (token: string, path: string): Promise<number> => (await tenant.send("GET", path, { token })).status;

describe("the list of users", () => {
  const readers: [string, () => string, string | undefined][] = [
    ["of management has everybody", () => management, undefined],
    ["of a client has its own application's", () => shop, "shop"],
    ["of another application's client has its own application's", () => partner, "partners"],
  ];
  for (const [name, token, application] of readers) {
    test(`${name}, on pages that are full up to the last`, async () => {
      for (const limit of [1, 13, 100]) {
        const all = await pages(token(), `/v1/users?limit=${limit}`);
        assert.deepEqual(all.flat(), idsIn(application));
        for (const ids of all.slice(0, -1)) assert.equal(ids.length, limit);
        assert.notEqual(all.at(-1)?.length, 0);
      }
    });

    test(`${name}, also of those that a search finds`, async () => {
      const found = await pages(token(), "/v1/users?limit=9&search=U1");
      assert.deepEqual(found.flat(), idsIn(application).filter((id) => id.includes("u1")));
    });
  }

  test("of a client shows no more through the cursor of management's", async () => {
    const { next_cursor: cursor } = await page(management, "/v1/users?limit=2");
    const { result } = await page(shop, `/v1/users?limit=100&cursor=${cursor}`);
    assert.deepEqual(result.map(({ user_id: id }) => id), idsIn("shop").filter((id) => id > "u001").slice(0, 100));
  });

  test("is of one application where that is asked for", async () => {
    assert.deepEqual((await pages(management, "/v1/users?limit=100&app_id=partners")).flat(), idsIn("partners"));
    assert.deepEqual((await pages(shop, "/v1/users?limit=100&app_id=shop")).flat(), idsIn("shop"));
    assert.equal(await status(shop, "/v1/users?app_id=partners"), 403);
    assert.equal(await status(partner, "/v1/users?app_id=shop"), 403);
    assert.equal(await status(shop, "/v1/users?app_id=nothing"), 403);
  });

  test("of an application is for its own clients and management", async () => {
    assert.deepEqual((await pages(management, "/v1/applications/partners/users?limit=40")).flat(), idsIn("partners"));
    assert.deepEqual((await pages(partner, "/v1/applications/partners/users?limit=40")).flat(), idsIn("partners"));
    assert.deepEqual((await pages(management, "/v1/applications/admin/users?limit=40")).flat(), []);
    for (const path of ["/v1/applications/partners/users", "/v1/applications/admin/users", "/v1/applications/nothing/users"]) {
      assert.equal(await status(shop, path), 403, path);
    }
  });
});

describe("one user", () => {
  test("is read by management, and by clients of each application that it is in", async () => {
    assert.deepEqual(await Promise.all(["u000", "u001", "u002"].map((id) => status(management, `/v1/users/${id}`))), [200, 200, 200]);
    assert.deepEqual(await Promise.all(["u000", "u001", "u002"].map((id) => status(shop, `/v1/users/${id}`))), [200, 403, 200]);
    assert.deepEqual(await Promise.all(["u000", "u001", "u002"].map((id) => status(partner, `/v1/users/${id}`))), [403, 200, 200]);
  });

  for (const path of ["/v1/users", "/v1/sessions"]) {
    test(`of another application cannot be told from nobody, at ${path}`, async () => {
      const [foreign, unknown] = await Promise.all(["u001", "nobody"].map((id) => tenant.send("GET", `${path}/${id}`, { token: shop })));
      assert.deepEqual([foreign?.status, foreign?.text], [403, '{"reason":"wrong_subject"}']);
      assert.deepEqual([unknown?.status, unknown?.text], [403, '{"reason":"wrong_subject"}']);
      assert.deepEqual(Object.fromEntries(foreign?.headers ?? []), Object.fromEntries(unknown?.headers ?? []));
      assert.equal(await status(management, `${path}/nobody`), 404);
    });
  }

  test("comes within a client's reach, and leaves it, with its assignment", async () => {
    const seen = async (): Promise<unknown[]> => {
      const { result } = await page(shop, "/v1/users?search=u301");
      return [await status(shop, "/v1/users/u301"), result.length];
    };
    assert.deepEqual(await seen(), [403, 0]);
    await tenant.manage("PUT", "/v1/applications/shop/users/u301");
    assert.deepEqual(await seen(), [200, 1]);
    await tenant.manage("DELETE", "/v1/applications/shop/users/u301");
    assert.deepEqual(await seen(), [403, 0]);
  });
});

describe("the list of applications", () => {
  const ids = async (token: string, path: string): Promise<string[]> => {
    const { result } = (await page(token, path)) as unknown as { result: { app_id: string }[] };
    return result.map(({ app_id: id }) => id);
  };

  test("of a client is its own", async () => {
    assert.deepEqual(await ids(shop, "/v1/applications"), ["shop"]);
    assert.deepEqual(await ids(partner, "/v1/applications?limit=1"), ["partners"]);
  });

  test("of a client has nothing that a search or a cursor leaves out", async () => {
    const { next_cursor: cursor } = await page(management, "/v1/applications?limit=3");
    assert.deepEqual(await ids(shop, "/v1/applications?search=partners"), []);
    assert.deepEqual(await ids(partner, `/v1/applications?cursor=${cursor}`), []);
  });

  test("of management is every one; those of management are told apart", async () => {
    assert.deepEqual(await ids(management, "/v1/applications"), ["admin", "console", "partners", "shop"]);
    assert.deepEqual(await ids(management, "/v1/management/applications"), ["admin"]);
  });
});

test("management that looks at users is in the audit log, a client that does is not", async () => {
  const reads = async (): Promise<unknown[]> => {
    const { result } = (await page(management, "/v1/audit?kind=user&limit=100")) as unknown as { result: Record<string, unknown>[] };
    return result.filter(({ action }) => action === "read").map(({ id, client_id: client }) => [id, client]);
  };
  const before = await reads();
  await page(shop, "/v1/users");
  await status(shop, "/v1/users/u000");
  assert.deepEqual(await reads(), before);
  await status(management, "/v1/users/u000");
  await page(management, "/v1/users?limit=1");
  assert.deepEqual((await reads()).slice(0, 2), [["", "tenant-admin"], ["u000", "tenant-admin"]]);
});
