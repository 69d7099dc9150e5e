/** The operations inside workerd. Its clock stands still during a request, so the time is taken outside. */
import full from "../../pkg/wasm/full.wasm";
import gate from "../../pkg/wasm/gate.wasm";
import { type Bench, Operations } from "./operations.ts";

let operations: Operations | undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const operation = searchParams.get("operation") ?? "";
    switch (pathname) {
      case "/begin":
        operations = new Operations({ gate, full }, (await request.json()) as Bench);
        break;
      case "/prepare":
        await operations?.prepare(operation);
        break;
      case "/forget":
        await operations?.forget();
        break;
      case "/grow":
        await operations?.grow();
        break;
      case "/run":
        await operations?.run(operation, Number(searchParams.get("count")));
        break;
    }
    return new Response(null, { status: 204 });
  },
};
