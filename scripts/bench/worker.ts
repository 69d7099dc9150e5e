/** The operations inside workerd. Its clock stands still during a request, so the time is taken outside. */
import module from "../../pkg/wasm/full.wasm";
import { type Bench, Operations } from "./operations.ts";

let operations: Operations | undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const operation = searchParams.get("operation") ?? "";
    switch (pathname) {
      case "/begin":
        operations = new Operations(module, (await request.json()) as Bench);
        break;
      case "/prepare":
        await operations?.prepare(operation);
        break;
      case "/forget":
        await operations?.forget();
        break;
      case "/run":
        await operations?.run(operation, Number(searchParams.get("count")));
        break;
    }
    return new Response(null, { status: 204 });
  },
};
