/** A request whose body the worker has begun to wait for, so that it is under way for as long as a test likes. */
import { connect } from "node:net";

const FORM = "application/x-www-form-urlencoded";

/**
 * Begins a POST of a form. RFC 9110 section 10.1.1: the worker says by `100 Continue` that it waits for the body, and the
 * test sends it when it likes. `finish` answers the status.
 */
export async function begun(port: number, path: string, form: string): Promise<{ finish: () => Promise<number> }> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(15_000, () => socket.destroy(new Error("the request in flight hangs")));
  const reading = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<number>();
  let text = "";
  socket.on("data", (part) => {
    text += part.toString("latin1");
    if (text.startsWith("HTTP/1.1 100 ")) reading.resolve();
  });
  socket.on("error", answered.reject);
  socket.on("close", () => answered.resolve(Number(/^HTTP\/1\.1 (?!100)(\d+)/m.exec(text)?.[1])));
  const fields = [`Host: localhost:${port}`, "Connection: close", "Expect: 100-continue", `Content-Type: ${FORM}`];
  socket.write(`POST ${path} HTTP/1.1\r\n${fields.join("\r\n")}\r\nContent-Length: ${form.length}\r\n\r\n`);
  await Promise.race([reading.promise, answered.promise]);
  return {
    finish: () => {
      socket.write(form);
      return answered.promise;
    },
  };
}
