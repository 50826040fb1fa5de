/**
 * Whether SQL begins with a statement that begins or ends a transaction, comments aside. `rollback to` a savepoint is the handler's own.
 *
 * Knowingly missed: such a statement behind another one (`select 1; commit`). Stores look for that by other means.
 */
export function endsTransaction(sql: string): boolean {
  return pattern.test(sql)
}

const pattern =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:begin|start|commit|end|rollback(?!\s+(?:(?:transaction|work)\s+)?to\b)|abort|prepare\s+transaction)\b/i
