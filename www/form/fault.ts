/** One fault of what was typed or sent: where, what, and what would be right. */
export interface Fault {
  /** Such as `$.rules[0].path`; empty where the message names no place. */
  path: string;
  problem: string;
  expected: string;
}
