/** What a command ends with, and the faults that people are told of. */

/** Exit codes. */
export const EXIT = {
  /** It is done, or there is nothing to do. */
  done: 0,
  /** It was refused, or the input has faults. */
  refused: 1,
  /** `plan --detailed-exitcode`: there are changes. */
  changes: 2,
  /** The issuer cannot be reached or cannot answer now. */
  unreachable: 3,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** An expected fault. Its messages name no secret. */
export class Failure extends Error {
  override readonly name = "Failure";
  /** For programs. */
  readonly code: string;
  readonly messages: readonly string[];
  readonly exit: Exit;
  /** More for programs, beside `code` and `messages`. */
  readonly details: Record<string, unknown>;

  constructor(
    code: string,
    messages: string | readonly string[],
    { exit = EXIT.refused, details = {} }: { exit?: Exit; details?: Record<string, unknown> } = {},
  ) {
    const list = typeof messages === "string" ? [messages] : messages;
    super(list.join("; "));
    this.code = code;
    this.messages = list;
    this.exit = exit;
    this.details = details;
  }
}
