/** SQLite in memory, as a Durable Object's storage gives access to it. */
import { DatabaseSync, type StatementSync } from "node:sqlite";

type Value = string | number | null;

export class MemorySql {
  readonly #database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();

  constructor() {
    this.#database.exec("PRAGMA foreign_keys = ON");
  }

  /** Runs one statement. */
  exec<R>(query: string, ...parameters: Value[]): { toArray(): R[]; raw(): Value[][] } {
    const statement = this.#statements.get(query) ?? this.#database.prepare(query);
    this.#statements.set(query, statement);
    statement.setReturnArrays(true);
    const rows = statement.all(...parameters) as unknown as Value[][];
    const names = statement.columns().map(({ name }) => name);
    const named = (row: Value[]): R => Object.fromEntries(names.map((name, index) => [name, row[index]])) as R;
    return { toArray: () => rows.map(named), raw: () => rows };
  }

  /** Runs `work` whole or not at all. */
  transactionSync<T>(work: () => T): T {
    this.#database.exec("BEGIN");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Grows with everything that is written, tables included. */
  writes(): number {
    const [[changes], [schema]] = [this.exec("SELECT total_changes()").raw()[0] ?? [], this.exec("PRAGMA schema_version").raw()[0] ?? []];
    return Number(changes) + Number(schema);
  }
}
