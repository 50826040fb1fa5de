/** A terminal that keeps what commands write, so that they run inside the test's process. */
import { main } from '../../../runtime/src/cli.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly errors: string
}

export async function tidemark(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
  interrupted = new AbortController().signal,
): Promise<Ran> {
  const out: string[] = []
  const errors: string[] = []
  const terminal = {
    out: (text: string) => void out.push(text),
    error: (text: string) => void errors.push(text),
    env,
    columns: undefined,
    interrupted,
  }
  const code = await main(args, terminal)
  return { code, out: out.join('\n'), errors: errors.join('\n') }
}
